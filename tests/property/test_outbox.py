"""The outbox as a state machine: two authorities, two lanes each, every kind of failure, crashes, clocks that jump, and
people who have things sent again, taken back, given up, or planned from an earlier day on.

Nothing is lost, nothing is sent with other bytes, what has arrived keeps the time at which it did, one authority's
trouble is not the other's, nobody is tried too often, restart or not; and once everybody is well again everything
has arrived, and lies there.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import hypothesis.strategies as st
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from gateway.audit.ledger import entries, names
from gateway.audit.remote_check import DifferenceKind, check_remote
from gateway.core.backoff import REJECTED_S
from gateway.db import verify
from gateway.outbox.action import Action
from gateway.outbox.backfill import IDLE_S, Backfill, BackfillTarget
from gateway.outbox.delivery_tries import tries_of
from gateway.outbox.interventions import DeliverySelection, Interventions
from gateway.outbox.lanes import Lane
from tests.support.clock import FakeClock
from tests.support.destination import Destination
from tests.support.examples import examples
from tests.support.fake_server import Behaviour, FakeUplink, PowerCut
from tests.support.journey import DAY_MS, HOUR_MS, MIDNIGHT_MS, RENDERING, SLOT_MS, Journey, at

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
        self.arrived: dict[tuple[str, int], int] = {}
        self.given_up: set[tuple[str, int]] = set()
        self.lost: set[tuple[str, int]] = set()
        self.clock_jumped = False
        self.refusing: set[str] = set()
        self.breaking: set[str] = set()
        self.rejected_s: dict[str, float] = {}

    @rule(wanted_by=st.sets(some_authority, min_size=1), value=st.floats(-100, 100))
    def a_slot_closes(self, wanted_by: set[str], value: float) -> None:
        self.slots += 1
        end_ms = MIDNIGHT_MS + self.slots * SLOT_MS
        self.journey.send(end_ms, sorted(wanted_by), value)
        self.planned |= {(name, end_ms) for name in wanted_by}
        self.clock.advance(300.0)

    @rule(name=some_authority, behaviour=st.sampled_from(Behaviour))
    def an_authority_changes_its_behaviour(self, name: str, behaviour: Behaviour) -> None:
        self.authorities[name].server.behaviour = behaviour
        if behaviour is Behaviour.REFUSES:
            self.refusing.add(name)

    @precondition(lambda self: self.slots > 0)
    @rule(name=some_authority, data=st.data())
    def an_authority_breaks_off_at_a_file(self, name: str, data: st.DataObject) -> None:
        number = data.draw(st.integers(1, self.slots))
        self.authorities[name].server.breaks_at.add(name_of(MIDNIGHT_MS + number * SLOT_MS))
        self.breaking.add(name)

    @rule(name=some_authority, lane=st.sampled_from(Lane))
    def a_courier_is_called(self, name: str, lane: Lane) -> None:
        authority = self.authorities[name]
        before, others = authority.server.connections, self._others(name)
        try:
            authority.step(lane)
        except PowerCut:
            self._restart()
        assert self._others(name) == others
        if authority.server.connections > before:
            self._check_batch(name, authority.server.batches[-1])

    def _others(self, name: str) -> dict[tuple[str, int], str]:
        return {key: state for key, state in self.journey.deliveries().items() if key[0] != name}

    def _check_batch(self, name: str, batch: list[str]) -> None:
        if name not in self.breaking:
            assert batch == sorted(batch)
        ended = {name_of(MIDNIGHT_MS + n * SLOT_MS) for n in range((self.clock.wall_ms - MIDNIGHT_MS) // SLOT_MS + 1)}
        assert ended >= set(batch)
        if self.authorities[name].server.behaviour is Behaviour.REJECTS:
            now_s = self.clock.mono_s
            assert now_s - self.rejected_s.get(name, float("-inf")) >= REJECTED_S
            self.rejected_s[name] = now_s

    @rule(seconds=st.sampled_from([0.5, 5.0, 60.0, 299.0, 900.0]))
    def time_passes(self, seconds: float) -> None:
        self.clock.advance(seconds)

    @rule(jump_ms=st.sampled_from([-DAY_MS, -HOUR_MS, HOUR_MS, DAY_MS]))
    def the_clock_is_set(self, jump_ms: int) -> None:
        self.clock.jump_wall(jump_ms)
        self.clock_jumped = True

    @rule(name=some_authority, force=st.booleans(), numbers=st.tuples(st.integers(0, 10), st.integers(0, 10)))
    def a_person_has_slots_sent_again(self, name: str, force: bool, numbers: tuple[int, int]) -> None:
        selection = DeliverySelection(name, *(MIDNIGHT_MS + number * SLOT_MS for number in sorted(numbers)))
        self._act(Action.REPLACE if force else Action.RESEND, selection)

    @rule(name=some_authority)
    def all_is_well_for_a_while(self, name: str) -> None:
        self.authorities[name].server.behaviour = Behaviour.TAKES
        for _ in range(3):
            for lane in Lane:
                self.a_courier_is_called(name, lane)
            self.clock.advance(5.0)

    @rule(name=some_authority)
    def a_person_takes_back_what_was_set_aside(self, name: str) -> None:
        self._act(Action.RELEASE, DeliverySelection(name))

    @rule(name=some_authority, number=st.integers(1, 40))
    def a_person_gives_up_what_is_old(self, name: str, number: int) -> None:
        until_ms = MIDNIGHT_MS + number * SLOT_MS
        self._act(Action.CLOSE, DeliverySelection(name, None, until_ms))
        self.given_up |= {(owner, end_ms) for owner, end_ms in self.planned if owner == name and end_ms <= until_ms}

    def _act(self, action: Action, selection: DeliverySelection) -> None:
        Interventions(self.journey.database).act(action, selection, "lan", self.clock.wall_ms, "because")

    @rule(name=some_authority, number=st.integers(1, 40))
    def the_configuration_names_an_earlier_day(self, name: str, number: int) -> None:
        since_ms = MIDNIGHT_MS + number * SLOT_MS
        target = BackfillTarget(name, SLOT_MS, RENDERING, since_ms)
        journey = self.journey
        stage = Backfill(journey.records, journey.files, journey.plans, [target], lambda: None)
        now = at(max(self.clock.wall_ms, MIDNIGHT_MS + DAY_MS))
        while stage.step(now) < now.mono_s + IDLE_S:
            pass
        self.planned |= {
            (name, MIDNIGHT_MS + n * SLOT_MS) for n in range(1, self.slots + 1) if MIDNIGHT_MS + n * SLOT_MS >= since_ms
        }

    @precondition(lambda self: self.arrived)
    @rule(data=st.data())
    def an_authority_loses_a_file(self, data: st.DataObject) -> None:
        name, end_ms = data.draw(st.sampled_from(sorted(self.arrived)))
        held = self.authorities[name].server.held
        self.lost |= {(name, end_ms)}
        for path in [path for path in held if path.endswith(name_of(end_ms))]:
            del held[path]

    @rule()
    def the_gateway_is_killed(self) -> None:
        self._restart()

    @precondition(lambda self: self.planned)
    @rule(name=some_authority, lane=st.sampled_from(Lane))
    def a_rejected_gateway_restarts_in_a_loop(self, name: str, lane: Lane) -> None:
        self.authorities[name].server.behaviour = Behaviour.REJECTS
        for _ in range(3):
            self.a_courier_is_called(name, lane)
            self._restart()

    def _restart(self) -> None:
        self.journey.restart()
        if self.clock_jumped:
            self.rejected_s.clear()  # a new process has only the wall clock to tell how long ago that was
            self.clock_jumped = False
        for authority in self.authorities.values():
            authority.restart()

    @invariant()
    def nothing_is_lost_and_what_has_arrived_keeps_its_time(self) -> None:
        if not hasattr(self, "journey"):
            return
        found = self.journey.deliveries()
        assert set(found) == self.planned
        rows = self.journey.database.read(
            "SELECT name, end_ms, delivered_ms FROM delivery JOIN destination ON destination.id = destination_id"
            " WHERE delivered_ms IS NOT NULL"
        )
        arrived = {(name, end_ms): delivered_ms for name, end_ms, delivered_ms in rows}
        assert arrived.items() >= self.arrived.items()
        self.arrived = arrived
        for name, end_ms in arrived.keys() - self.lost:
            assert any(path.endswith(name_of(end_ms)) for path in self.authorities[name].server.held)
        assert {name for (name, _), state in found.items() if state == "refused"} <= self.refusing
        assert {key for key, state in found.items() if state == "closed"} <= self.given_up

    def teardown(self) -> None:
        if not hasattr(self, "journey"):
            return
        # However far back it was set: by and by all these slots have ended.
        self.clock.jump_wall(max(0, MIDNIGHT_MS + self.slots * SLOT_MS - self.clock.wall_ms))
        for authority in self.authorities.values():
            authority.server.behaviour = Behaviour.TAKES
            authority.server.breaks_at.clear()
            authority.live(1200.0)
            self._make_good(authority)
        self.nothing_is_lost_and_what_has_arrived_keeps_its_time()
        self._each_arrival_is_a_try_that_is_told()
        states = self.journey.deliveries()
        assert set(states) == self.planned
        assert set(states.values()) <= {"delivered", "refused", "closed"}
        for (name, end_ms), state in states.items():
            held = any(path.endswith(name_of(end_ms)) for path in self.authorities[name].server.held)
            assert held or state in ("refused", "closed")
        assert verify(self.journey.database) == []
        self.journey.database.close()
        self.folder.cleanup()

    def _each_arrival_is_a_try_that_is_told(self) -> None:
        """Whatever was written down of the others: those of long outages are only counted."""
        rows = self.journey.database.read("SELECT id, tries, delivered_ms, resent_ms, answer FROM delivery")
        for number, counted, delivered_ms, resent_ms, answer in rows:
            told = tries_of(self.journey.database, number)
            assert len(told) <= counted
            arrivals = {one.done_ms for one in told if one.outcome == "delivered"}
            assert arrivals >= {at_ms for at_ms in (delivered_ms, resent_ms) if at_ms is not None}
            assert answer is None or any(one.answer.endswith(answer) for one in told)

    def _make_good(self, authority: Destination) -> None:
        """Find what was lost over there, and send it again."""
        first = self._audit(authority)
        self._act(Action.RESEND, DeliverySelection(authority.name, delivery_ids=first))
        authority.live(30.0)
        assert self._audit(authority) == []

    def _audit(self, authority: Destination) -> list[int]:
        ledger = entries(self.journey.database, authority.name, 0, 1 << 60)
        own = names(self.journey.database, authority.name)
        found = check_remote(ledger, authority.route, FakeUplink(authority.server), own, with_content=True)
        assert {one.kind for one in found.differences} <= {DifferenceKind.MISSING}
        return [one.delivery_id for one in found.differences if one.delivery_id is not None]


Outbox.TestCase.settings = settings(
    max_examples=examples(30), stateful_step_count=40, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
TestOutbox = Outbox.TestCase
