"""Violations that begin, last and end, over looks and restarts, and ports that come and go."""

from __future__ import annotations

from gateway.core.findings import Finding
from gateway.core.ports import PortId, PortKind, Violation, ViolationKind
from gateway.core.violation_states import (
    AWAY_S,
    FORGOTTEN_S,
    LONGEST_SETTLED_S,
    RESTARTING_S,
    STARTING_S,
    Memory,
    Seen,
    next_look_s,
    step_violations,
)
from tests.support.clock import FakeClock

USB = PortId(PortKind.USB, "1-1.3")
IN_UNUSED = ViolationKind.DEVICE_IN_UNUSED
MISSING = ViolationKind.MISSING_DEVICE


class Watched:
    """One port, looked at again and again."""

    def __init__(self, port: PortId = USB, kind: ViolationKind = IN_UNUSED, mono_s: float = 1000.0) -> None:
        self.clock = FakeClock(mono_s=mono_s)
        self.memory = Memory()
        self.began: list[Finding] = []
        self.ended: list[Finding] = []
        self._key = (port, kind)

    def look(self, there: bool, after_s: float = 0.0, identity: str | None = "0781:5567", told: bool = True) -> None:
        now = self.clock.advance(after_s)
        seen = {self._key: Seen(Violation(*self._key, "a stick"), identity)} if there else {}
        self.memory, began, ended = step_violations(self.memory, seen, lambda port, kind: told, now)
        self.began += began
        self.ended += ended

    @property
    def counts(self) -> tuple[int, int]:
        return len(self.began), len(self.ended)


def test_it_is_told_at_once_and_once_and_so_is_its_end() -> None:
    watched = Watched()
    began_ms = watched.clock.wall_ms
    watched.look(True)
    assert watched.counts == (1, 0)
    for _ in range(100):
        watched.look(True, 1.0)
    assert watched.counts == (1, 0)
    watched.look(False, 1.0)
    assert watched.counts == (1, 1)
    (ended,) = watched.ended
    assert (ended.subject, ended.detail, ended.episode.kind) == ("usb:1-1.3", "a stick", "device-in-unused")
    episode = ended.episode
    assert (episode.begin_ms, episode.last_ms, episode.end_ms) == (began_ms, began_ms + 100_000, began_ms + 101_000)
    watched.look(False, 1.0)
    assert watched.counts == (1, 1)


def test_what_nobody_can_tell_ends_nothing() -> None:
    watched = Watched()
    watched.look(True)
    watched.look(False, 60.0, told=False)
    assert watched.counts == (1, 0)
    watched.look(True, 60.0)
    assert watched.counts == (1, 0)


def test_something_else_in_the_same_place_is_another_violation() -> None:
    watched = Watched()
    watched.look(True, identity="0781:5567 A1")
    watched.look(True, 1.0, identity="0781:5567 A1 B2")
    watched.look(True, 1.0, identity=None)
    assert watched.counts == (1, 0)
    watched.look(True, 1.0, identity="1d6b:0104")
    assert watched.counts == (2, 1)


class TestMissing:
    def test_a_device_that_starts_anew_is_not_missing(self) -> None:
        watched = Watched(kind=MISSING)
        watched.look(True)
        assert next_look_s(watched.memory) == watched.clock.mono_s + AWAY_S
        watched.look(False, AWAY_S / 2)
        assert watched.counts == (0, 0)
        watched.look(True, 5.0)
        began_ms = watched.clock.wall_ms
        watched.look(True, AWAY_S)
        assert watched.counts == (1, 0)
        assert watched.began[0].episode.begin_ms == began_ms

    def test_a_program_that_starts_anew_is_not_missing(self) -> None:
        watched = Watched(PortId(PortKind.LISTEN, "tcp:22"), MISSING)
        watched.look(True)
        watched.look(True, RESTARTING_S - 1)
        assert watched.counts == (0, 0)
        watched.look(True, 1.0)
        assert watched.counts == (1, 0)

    def test_a_door_that_does_not_answer_was_asked_and_there_is_nothing_to_wait_for(self) -> None:
        watched = Watched(PortId(PortKind.DOOR, "192.168.1.10:502"), MISSING)
        watched.look(True)
        assert watched.counts == (1, 0)

    def test_nothing_is_missing_while_the_machine_starts(self) -> None:
        watched = Watched(kind=MISSING, mono_s=12.0)
        watched.look(True)
        watched.look(True, 60.0)
        assert watched.counts == (0, 0)
        watched.look(True, STARTING_S - 72.0)
        assert watched.counts == (1, 0)


class TestRestless:
    def test_a_loose_plug_is_one_violation_that_lasts(self) -> None:
        watched = Watched()
        for second in range(86_400):
            watched.look(second % 3 == 0, 1.0)
        assert sum(watched.counts) <= 4
        assert watched.memory.lasting[0].count > 20_000

    def test_whatever_its_rhythm_a_day_has_few_news(self) -> None:
        for period_s in (2, 7, 15, 31, 61, 130, 290, 590, 700, 1300, 3000):
            watched = Watched()
            for number in range(2 * 86_400 // period_s):
                watched.look(number % 2 == 0, period_s / 2)
            assert sum(watched.counts) <= 300, period_s

    def test_a_modem_that_shows_itself_as_another_device_again_and_again_has_few_news(self) -> None:
        """A USB modem that never gets on from the disk with its drivers to the modem it is."""
        for period_s in (1, 2, 9, 70):
            watched = Watched()
            for number in range(86_400 // period_s):
                watched.look(True, period_s, identity=("12d1:1f01", "12d1:14dc")[number % 2])
            assert sum(watched.counts) <= 300, period_s

    def test_another_device_at_a_restless_port_is_told_at_last(self) -> None:
        watched = Watched()
        for second in range(3600):
            watched.look(second % 3 == 0, 1.0)
        told = len(watched.began)
        watched.look(True, 1.0, identity="1d6b:0104")
        for _ in range(int(LONGEST_SETTLED_S)):
            watched.look(True, 1.0, identity="1d6b:0104")
        assert len(watched.began) == told + 1
        assert watched.memory.lasting[0].identity == "1d6b:0104"

    def test_its_end_is_when_it_was_first_away(self) -> None:
        watched = Watched()
        for there in (True, False, True):
            watched.look(there, 1.0)
        assert watched.counts == (2, 1)
        watched.look(False, 1.0)
        gone_ms = watched.clock.wall_ms
        watched.look(False, 5.0)
        assert watched.counts == (2, 1)
        watched.look(False, 5.0)
        assert watched.counts == (2, 2)
        assert watched.ended[1].episode.end_ms == gone_ms

    def test_it_is_forgiven_after_an_hour(self) -> None:
        watched = Watched()
        for there in (True, False, True):
            watched.look(there, 1.0)
        watched.look(False, 1.0)
        watched.look(False, LONGEST_SETTLED_S)
        watched.look(True, FORGOTTEN_S + 1)
        watched.look(False, 1.0)
        assert watched.counts == (3, 3)


def test_a_clock_that_is_set_back_makes_no_end_before_its_begin() -> None:
    watched = Watched()
    watched.look(True)
    watched.clock.jump_wall(-86_400_000)
    watched.look(False, 1.0)
    episode = watched.ended[0].episode
    assert episode.begin_ms == episode.last_ms == episode.end_ms
