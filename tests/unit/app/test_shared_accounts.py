"""What an earlier run heard at one destination, and whether it keeps others of the same account away after a start."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gateway.app.delivery_wiring import SharedAccount, shared_accounts
from gateway.config import load
from gateway.core.lateness import DelayCause
from gateway.outbox.delivery_state import DeliveryState
from gateway.outbox.outages import BatchFailure, DestinationOutcome
from gateway.outbox.store import DeliveryResult
from tests.support.clock import FakeClock
from tests.support.journey import SLOT_MS, Journey
from tests.support.live.configuration import Server, Wanted, write

HOURLY, FIVE_MINUTES = "so-tnmt-hourly", "so-tnmt"


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def rejected(journey: Journey, name: str, at_ms: int) -> None:
    failure = BatchFailure(DelayCause.REJECTED, at_ms, at_ms, "may not write into its folder")
    journey.outbox.settle([], DestinationOutcome(name, failure=failure))


def arrived(journey: Journey, name: str, at_ms: int) -> None:
    (waiting,) = journey.outbox.waiting(name, 0, at_ms, 1)
    journey.outbox.settle(
        [DeliveryResult(waiting.id, DeliveryState.DELIVERED, at_ms, at_ms, "250 OK")],
        DestinationOutcome(name, decided_ms=at_ms),
    )


def started(folder: Path, journey: Journey, clock: FakeClock) -> dict[str, SharedAccount]:
    """Both destinations log in to one account."""
    server = Server("ftp", "127.0.0.1", 21, "nuo001", "secret", "")
    plc, bus = {"host": "127.0.0.1", "port": 9}, {"device": str(folder / "ttyUSB0")}
    file = write(folder, {"plc": plc, "bus": bus}, [Wanted(FIVE_MINUTES, server), Wanted(HOURLY, server)], slot="5min")
    text = file.read_text("utf-8")
    file.write_text(f"{text}    interval: 60min\n    folder: hourly/%Y\n", "utf-8")
    for one in folder.iterdir():
        os.utime(one, (0, 0))  # nobody has changed anything since
    configuration = load(file)
    return shared_accounts(configuration, configuration.destinations, journey.outbox, journey.database, clock)


def test_what_one_may_not_do_keeps_no_other_away_after_a_restart(
    tmp_path: Path, journey: Journey, clock: FakeClock
) -> None:
    """Live files came a quarter of an hour late after each restart, since another destination's folder was closed."""
    journey.send(clock.wall_ms, [FIVE_MINUTES, HOURLY])
    rejected(journey, HOURLY, clock.wall_ms)
    arrived(journey, FIVE_MINUTES, clock.wall_ms + 2000)
    clock.advance(SLOT_MS / 1000)
    accounts = started(tmp_path, journey, clock)
    assert not accounts[HOURLY].breaker.allows(clock.mono_s)
    assert accounts[FIVE_MINUTES].breaker.allows(clock.mono_s)


def test_a_password_that_was_refused_keeps_all_away_after_a_restart(
    tmp_path: Path, journey: Journey, clock: FakeClock
) -> None:
    journey.send(clock.wall_ms, [FIVE_MINUTES, HOURLY])
    arrived(journey, FIVE_MINUTES, clock.wall_ms + 2000)
    clock.advance(SLOT_MS / 1000)
    rejected(journey, HOURLY, clock.wall_ms)
    clock.advance(SLOT_MS / 1000)
    accounts = started(tmp_path, journey, clock)
    assert not accounts[HOURLY].breaker.allows(clock.mono_s)
    assert not accounts[FIVE_MINUTES].breaker.allows(clock.mono_s)
    clock.advance(900.0)
    assert accounts[FIVE_MINUTES].breaker.allows(clock.mono_s)
    assert not accounts[HOURLY].breaker.allows(clock.mono_s)
