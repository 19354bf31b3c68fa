"""Fourteen days without either authority, then both are back: everything arrives, exactly, oldest first, and what is
new does not wait for what is old. Real threads and a real database; the far ends take files as fast as they come.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from gateway.core.interfaces import Instant
from gateway.db import verify
from gateway.db.board import Board
from gateway.files.filer import Filer
from gateway.outbox.courier import Courier
from gateway.outbox.in_flight import InFlight
from gateway.outbox.lanes import Lane, Route
from gateway.outbox.login_breaker import LoginBreaker
from gateway.outbox.planner import Planner, Subscription
from gateway.runtime.clerk import Clerk
from gateway.runtime.clock import AlwaysTrusted
from gateway.runtime.supervisor import Supervisor
from tests.support.fake_server import FakeServer, FakeUplink
from tests.support.journey import DAY_MS, MIDNIGHT_MS, RENDERING, SLOT_MS, Journey, at, record

NAMES = ("so-tnmt", "bo-tnmt")
SLOTS = 14 * 288
NOW_MS = MIDNIGHT_MS + 14 * DAY_MS
NEW_SLOTS = 12
PATIENCE_S = 90.0
LIVE_WITHIN_S = 3.0


class RunningClock:
    """The real pace, from an instant of our choice on."""

    def __init__(self, wall_ms: int) -> None:
        self._apart_ms = wall_ms - time.monotonic_ns() // 1_000_000

    def now(self) -> Instant:
        return Instant(self._apart_ms + time.monotonic_ns() // 1_000_000, time.monotonic())

    def reach(self, wall_ms: int) -> None:
        """Five minutes are not waited for."""
        self._apart_ms = wall_ms - time.monotonic_ns() // 1_000_000


@dataclass
class Drain:
    """What the authorities got, and how long the new slots were under way."""

    servers: dict[str, FakeServer]
    shas: dict[str, bytes]
    latencies_s: list[float] = field(default_factory=list)
    backlog_left: list[int] = field(default_factory=list)
    """How many old files still waited when a new one had arrived everywhere."""
    faults: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def drain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Drain]:
    journey = Journey(tmp_path_factory.mktemp("drain"))
    _fall_behind(journey)
    journey.restart()  # and with it FULL sync again
    clock = RunningClock(NOW_MS)
    servers = {name: FakeServer() for name in NAMES}
    board = Board(journey.database)
    couriers = [
        Courier(
            Route(name, "%Y/%m/%d", "Asia/Ho_Chi_Minh", SLOT_MS, 1000.0),
            lane,
            FakeUplink(server),
            journey.outbox,
            journey.files,
            in_flight,
            breaker,
            board,
            clock,
            AlwaysTrusted(clock),
            lambda: 0.0,
        )
        for name, server in servers.items()
        for in_flight, breaker in [(InFlight(), LoginBreaker())]
        for lane in Lane
    ]
    clerk = Clerk([Filer(journey.files, [RENDERING]), _planner(journey, lambda: supervisor.wake()), board])
    supervisor = Supervisor([clerk, *couriers], clock, lambda: None)
    result = Drain(servers, {})
    supervisor.start()
    try:
        for n in range(NEW_SLOTS):
            _wait_until_left(journey, 2 * SLOTS * (NEW_SLOTS - n) // (NEW_SLOTS + 1))
            clock.reach(NOW_MS + n * SLOT_MS)
            result.latencies_s.append(_send_new(journey, supervisor, servers, NOW_MS + n * SLOT_MS))
            result.backlog_left.append(_left(journey))
        _wait_until_left(journey, 0)
    finally:
        result.faults += supervisor.stop(10.0)
    result.shas = dict(journey.database.read("SELECT name, sha256 FROM file"))
    result.faults += verify(journey.database)
    yield result
    journey.database.close()


def _fall_behind(journey: Journey) -> None:
    journey.database.read("PRAGMA synchronous = OFF")  # falling behind is not what is looked at
    for n in range(SLOTS):
        end_ms = NOW_MS - DAY_MS // 24 - n * SLOT_MS
        journey.records.add(record(end_ms, n / 100), end_ms + 2000)
    for stage in (Filer(journey.files, [RENDERING]), _planner(journey, lambda: None)):
        while stage.step(at(NOW_MS)) <= at(NOW_MS).mono_s:
            pass


def _left(journey: Journey) -> int:
    return sum(journey.outbox.counts(name, 1 << 60).pending for name in NAMES)


def _wait_until_left(journey: Journey, most: int) -> None:
    deadline_s = time.monotonic() + PATIENCE_S
    while _left(journey) > most and time.monotonic() < deadline_s:
        threading.Event().wait(0.05)


def _planner(journey: Journey, notify: object) -> Planner:
    assert callable(notify)
    return Planner(journey.plans, [Subscription(name, SLOT_MS) for name in NAMES], notify)


def _send_new(journey: Journey, supervisor: Supervisor, servers: dict[str, FakeServer], end_ms: int) -> float:
    """Close one more slot. Returns after how many seconds both authorities had its file."""
    began_s = time.monotonic()
    journey.records.add(record(end_ms), end_ms + 2000)
    supervisor.wake("clerk")
    wanted = time.strftime("%Y%m%d%H%M%S.txt", time.gmtime(end_ms / 1000 + 7 * 3600))
    while time.monotonic() < began_s + PATIENCE_S:
        if all(any(path.endswith(wanted) for path in server.arrivals[-500:]) for server in servers.values()):
            return time.monotonic() - began_s
        threading.Event().wait(0.01)
    return PATIENCE_S


def test_everything_arrives_once_with_the_bytes_that_were_kept(drain: Drain) -> None:
    assert drain.faults == []
    for server in drain.servers.values():
        held = {path.rpartition("/")[2]: hashlib.sha256(content).digest() for path, content in server.held.items()}
        assert held == drain.shas
        assert len(server.arrivals) == len(held) == SLOTS + NEW_SLOTS


def test_old_files_arrive_oldest_first(drain: Drain) -> None:
    newest = {path.rpartition("/")[2] for path in sorted(drain.shas)[-NEW_SLOTS:]}
    for server in drain.servers.values():
        old = [name for path in server.arrivals if (name := path.rpartition("/")[2]) not in newest]
        assert old == sorted(old)


def test_what_is_new_does_not_wait_for_what_is_old(drain: Drain) -> None:
    assert min(drain.backlog_left[: NEW_SLOTS // 2]) > SLOTS // 2, "the backlog was gone too soon to be in the way"
    assert max(drain.latencies_s) < LIVE_WITHIN_S
