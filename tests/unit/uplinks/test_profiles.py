"""What is remembered of a destination's server, and when it is tried out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from gateway.core.errors import DeliveryDeferred
from gateway.core.interfaces import Delivered, Parcel
from gateway.core.profile import ServerProfile
from gateway.db import Database, open_database
from gateway.uplinks.acquaintance import AcquaintedUplink
from gateway.uplinks.profiles import Learned, learner, profile_of, remember
from tests.support.clock import FakeClock
from tests.support.servers.memory import MemoryServer, MemoryUplink

PROFILE = ServerProfile("220 hello", renames=True, replaces=False, tls="TLSv1.3", connections=4)
PARCEL = Parcel("day", "a.txt", b"content")


class ProbedMemory(MemoryUplink):
    """A server whose trial fails as often as is wanted."""

    def __init__(self, failures: int) -> None:
        super().__init__(MemoryServer())
        self.trials = 0
        self._failures = failures

    def deliver(self, parcels: Sequence[Parcel]) -> Iterator[Delivered]:  # type: ignore[override]
        for outcome in super().deliver(parcels):
            assert isinstance(outcome, Delivered)
            yield outcome

    def probe(self) -> ServerProfile:
        self.trials += 1
        if self.trials <= self._failures:
            raise DeliveryDeferred("memory: the connection failed")
        return PROFILE


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = open_database(tmp_path / "gateway.db")
    yield opened
    opened.close()


def test_what_is_remembered_is_told_as_it_was(database: Database) -> None:
    assert profile_of(database, "so-tnmt") is None
    remember(database, "so-tnmt", PROFILE, 5)
    remember(database, "bo-tnmt", ServerProfile("other"), 6)
    assert profile_of(database, "so-tnmt") == Learned(PROFILE, 5)
    remember(database, "so-tnmt", ServerProfile("newer"), 7)
    assert profile_of(database, "so-tnmt") == Learned(ServerProfile("newer"), 7)


def test_what_a_newer_gateway_knew_besides_is_passed_over(database: Database) -> None:
    remember(database, "so-tnmt", PROFILE, 5)
    with database.write() as connection:
        connection.execute("UPDATE server_profile SET profile = json_set(profile, '$.colour', 'blue')")
    assert profile_of(database, "so-tnmt") == Learned(PROFILE, 5)


def test_a_server_is_asked_again_when_what_is_known_is_old(database: Database) -> None:
    clock = FakeClock()
    learned = learner(database, "so-tnmt", clock)
    assert learned is not None
    learned(PROFILE)
    assert profile_of(database, "so-tnmt") == Learned(PROFILE, clock.wall_ms)
    assert learner(database, "so-tnmt", clock) is None
    clock.advance(31 * 86_400)
    assert learner(database, "so-tnmt", clock) is not None


@pytest.mark.parametrize(("failures", "trials", "told"), [(0, 1, 1), (2, 3, 1), (9, 3, 0)])
def test_a_trial_that_fails_fails_no_delivery_and_is_not_repeated_for_ever(
    failures: int, trials: int, told: int
) -> None:
    learned: list[ServerProfile] = []
    uplink = ProbedMemory(failures)
    acquainted = AcquaintedUplink(uplink, "so-tnmt", learned.append)
    for n in range(5):
        (outcome,) = acquainted.deliver([Parcel("day", f"{n}.txt", b"content")])
        assert isinstance(outcome, Delivered)
    assert (uplink.trials, len(learned)) == (trials, told)


def test_nothing_is_tried_out_before_something_has_arrived() -> None:
    uplink = ProbedMemory(0)
    uplink._server.reachable = False
    acquainted = AcquaintedUplink(uplink, "so-tnmt", lambda _: None)
    with pytest.raises(DeliveryDeferred):
        list(acquainted.deliver([PARCEL]))
    assert uplink.trials == 0


def test_the_journal_says_what_was_learned_as_keys_and_values(caplog: pytest.LogCaptureFixture) -> None:
    """It was a Python object, with everything that nobody had tried."""
    acquainted = AcquaintedUplink(ProbedMemory(0), "so-tnmt", lambda _: None)
    with caplog.at_level("INFO", "gateway.uplinks.acquaintance"):
        list(acquainted.deliver([PARCEL]))
    (line,) = caplog.messages
    assert line.startswith(f"server tried out destination=so-tnmt software={PROFILE.software!r} ")
    assert "None" not in line
    assert "ServerProfile" not in line
