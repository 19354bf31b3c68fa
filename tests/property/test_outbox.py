"""The outbox as a state machine: two authorities, two lanes each, every kind of failure, crashes, clocks that jump.

Nothing is lost, nothing is sent with other bytes, what is delivered stays delivered, one authority's trouble is not the
other's, and once everybody is well again everything has arrived.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import hypothesis.strategies as st
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from gateway.core.backoff import REJECTED_S
from gateway.db import verify
from gateway.outbox.lanes import Lane
from tests.support.clock import FakeClock
from tests.support.destination import Destination
from tests.support.far_end import Mood, PowerCut
from tests.support.journey import DAY_MS, HOUR_MS, MIDNIGHT_MS, SLOT_MS, Journey

AUTHORITIES = ("so-tnmt", "bo-tnmt")
some_authority = st.sampled_from(AUTHORITIES)


def name_of(end_ms: int) -> str:
    minutes = (end_ms - MIDNIGHT_MS) // 60_000
    day, minute = divmod(minutes, 1440)
    return f"HN_ABCD_NUO001_202601{day + 1:02}{minute // 60:02}{minute % 60:02}00.txt"


class Outbox(RuleBasedStateMachine):
    @initialize()
    def start(self) -> None:
        self.folder = tempfile.TemporaryDirectory(prefix="outbox-")
        self.journey = Journey(Path(self.folder.name))
        self.clock = FakeClock(MIDNIGHT_MS + HOUR_MS)
        self.authorities = {name: Destination(self.journey, self.clock, name) for name in AUTHORITIES}
        self.slots = 0
        self.planned: set[tuple[str, int]] = set()
        self.delivered: set[tuple[str, int]] = set()
        self.refusing: set[str] = set()
        self.choking: set[str] = set()
        self.rejected_s: dict[str, float] = {}

    @rule(wanted_by=st.sets(some_authority, min_size=1), value=st.floats(-100, 100))
    def a_slot_closes(self, wanted_by: set[str], value: float) -> None:
        self.slots += 1
        end_ms = MIDNIGHT_MS + self.slots * SLOT_MS
        self.journey.send(end_ms, sorted(wanted_by), value)
        self.planned |= {(name, end_ms) for name in wanted_by}
        self.clock.advance(300.0)

    @rule(name=some_authority, mood=st.sampled_from(Mood))
    def an_authority_changes_its_mood(self, name: str, mood: Mood) -> None:
        self.authorities[name].far_end.mood = mood
        if mood is Mood.REFUSES:
            self.refusing.add(name)

    @precondition(lambda self: self.slots > 0)
    @rule(name=some_authority, data=st.data())
    def an_authority_chokes_on_a_file(self, name: str, data: st.DataObject) -> None:
        number = data.draw(st.integers(1, self.slots))
        self.authorities[name].far_end.chokes_on.add(name_of(MIDNIGHT_MS + number * SLOT_MS))
        self.choking.add(name)

    @rule(name=some_authority, lane=st.sampled_from(Lane))
    def a_courier_is_called(self, name: str, lane: Lane) -> None:
        authority = self.authorities[name]
        knocked, others = authority.far_end.connections, self._others(name)
        try:
            authority.step(lane)
        except PowerCut:
            self._restart()
        assert self._others(name) == others
        if authority.far_end.connections > knocked:
            self._check_trip(name, authority.far_end.trips[-1])

    def _others(self, name: str) -> dict[tuple[str, int], str]:
        return {key: state for key, state in self.journey.deliveries().items() if key[0] != name}

    def _check_trip(self, name: str, trip: list[str]) -> None:
        if name not in self.choking:
            assert trip == sorted(trip)
        if self.authorities[name].far_end.mood is Mood.REJECTS:
            now_s = self.clock.mono_s
            assert now_s - self.rejected_s.get(name, float("-inf")) >= REJECTED_S
            self.rejected_s[name] = now_s

    @rule(seconds=st.sampled_from([0.5, 5.0, 60.0, 299.0, 900.0]))
    def time_passes(self, seconds: float) -> None:
        self.clock.advance(seconds)

    @rule(jump_ms=st.sampled_from([-DAY_MS, -HOUR_MS, HOUR_MS, DAY_MS]))
    def the_clock_is_set(self, jump_ms: int) -> None:
        self.clock.jump_wall(jump_ms)

    @rule()
    def the_gateway_is_killed(self) -> None:
        self._restart()

    def _restart(self) -> None:
        self.journey.restart()
        self.rejected_s.clear()  # a new process does not know
        for authority in self.authorities.values():
            authority.restart()

    @invariant()
    def nothing_is_lost_and_what_is_delivered_stays_so(self) -> None:
        if not hasattr(self, "journey"):
            return
        found = self.journey.deliveries()
        assert set(found) == self.planned
        now_delivered = {key for key, state in found.items() if state == "delivered"}
        assert now_delivered >= self.delivered
        self.delivered = now_delivered
        for name, end_ms in now_delivered:
            assert any(path.endswith(name_of(end_ms)) for path in self.authorities[name].far_end.held)
        assert {name for (name, _), state in found.items() if state == "refused"} <= self.refusing

    def teardown(self) -> None:
        if not hasattr(self, "journey"):
            return
        for authority in self.authorities.values():
            authority.far_end.mood = Mood.TAKES
            authority.far_end.chokes_on.clear()
            authority.live(1200.0)
        states = self.journey.deliveries()
        assert set(states) == self.planned
        assert set(states.values()) <= {"delivered", "refused"}
        for (name, end_ms), state in states.items():
            held = any(path.endswith(name_of(end_ms)) for path in self.authorities[name].far_end.held)
            assert held or state == "refused"
        assert verify(self.journey.database) == []
        self.journey.database.close()
        self.folder.cleanup()


Outbox.TestCase.settings = settings(
    max_examples=30, stateful_step_count=40, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
TestOutbox = Outbox.TestCase
