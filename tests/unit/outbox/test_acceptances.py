"""What a server accepts and takes away at once: it arrives once, one of it three times, and then a person is asked."""

from __future__ import annotations

import json
import logging
from collections import Counter
from typing import Any, cast

import pytest

from gateway.audit.delay_causes import DelayCauses
from gateway.audit.events import EventStore
from gateway.audit.held_watch import HeldWatch
from gateway.audit.ledger import LedgerEntry, entries
from gateway.audit.reception import reception
from gateway.core.completeness import Period
from gateway.core.findings import NOT_PROVEN, Finding, Topic
from gateway.core.lateness import DelayCause
from gateway.db import Database
from gateway.db.verify import verify
from gateway.outbox.acceptances import ACCEPT, accept_answers, held_deliveries
from gateway.outbox.action import Action
from gateway.outbox.courier import REPEAT_AFTER_S
from gateway.outbox.interventions import DeliverySelection, Interventions
from gateway.outbox.lanes import Lane
from gateway.outbox.store import OutboxStore
from tests.support.clock import FakeClock
from tests.support.destination import Destination
from tests.support.fake_server import Behaviour, PowerCut
from tests.support.journey import HOUR_MS, MIDNIGHT_MS, SLOT_MS, Journey, at

NOON_MS = MIDNIGHT_MS + 12 * HOUR_MS
SETTLED_S = 4 * REPEAT_AFTER_S


def backlog(destination: Destination, count: int) -> list[int]:
    ends_ms = [MIDNIGHT_MS + (n + 1) * SLOT_MS for n in range(count)]
    for end_ms in ends_ms:
        destination.journey.send(end_ms, [destination.name])
    return ends_ms


def ledger(destination: Destination) -> list[LedgerEntry]:
    return list(entries(destination.journey.database, destination.name, 0, 1 << 60))


def copies(destination: Destination) -> list[int]:
    """How often each file arrived, most often first."""
    return sorted(Counter(destination.server.arrivals).values(), reverse=True)


def counted(destination: Destination) -> tuple[int, int]:
    counts = destination.journey.outbox.counts(destination.name, 1 << 60)
    return counts.pending, counts.held


def act(destination: Destination, action: Action) -> int:
    selection = DeliverySelection(destination.name)
    return Interventions(destination.journey.database).act(action, selection, "lan", NOON_MS + HOUR_MS)


@pytest.fixture
def held(destination: Destination) -> Destination:
    """Forty files that a receiver took away at once."""
    destination.server.behaviour = Behaviour.TAKES_AWAY
    backlog(destination, 40)
    destination.live(SETTLED_S)
    return destination


def test_each_file_arrives_once_and_one_of_them_three_times(held: Destination) -> None:
    """39 files arrived as 194 copies, the first of them 16 times."""
    assert copies(held) == [3, *[1] * 39]
    assert counted(held) == (40, 40)
    held.live(3600.0)
    assert len(held.server.arrivals) == 42
    assert verify(held.journey.database) == []


def test_what_comes_afterwards_arrives_once(held: Destination) -> None:
    for n in range(3):
        held.journey.send(NOON_MS + n * SLOT_MS, [held.name])
        held.live(300.0)
    assert copies(held) == [3, *[1] * 42]
    assert counted(held) == (43, 43)


def test_a_restart_does_not_begin_anew(held: Destination) -> None:
    for _ in range(5):
        held.restart()
        held.live(SETTLED_S)
    assert copies(held) == [3, *[1] * 39]


def test_a_restart_before_it_is_held_costs_no_more_than_the_three(destination: Destination) -> None:
    destination.server.behaviour = Behaviour.TAKES_AWAY
    backlog(destination, 5)
    for _ in range(9):
        destination.restart()
        destination.step(Lane.BACKLOG)
    assert copies(destination) == [3, 1, 1, 1, 1]


def test_the_repeats_keep_their_distance(destination: Destination) -> None:
    destination.server.behaviour = Behaviour.TAKES_AWAY
    backlog(destination, 1)
    destination.live(REPEAT_AFTER_S - 1)
    assert len(destination.server.arrivals) == 1
    destination.live(REPEAT_AFTER_S)
    assert len(destination.server.arrivals) == 2


def test_a_person_hears_of_it_while_the_others_still_go_on(destination: Destination) -> None:
    """Of a backlog of sixty thousand files, each put off the repeat of the first."""
    destination.server.behaviour = Behaviour.TAKES_AWAY
    for n in range(12):
        destination.journey.send(MIDNIGHT_MS + (n + 1) * SLOT_MS, [destination.name])
        destination.live(REPEAT_AFTER_S / 3)
    assert copies(destination) == [3, *[1] * 11]
    assert counted(destination) == (12, 12)


def test_one_that_shows_at_the_second_look_is_delivered_and_its_neighbours_after_it(destination: Destination) -> None:
    """A folder that is told a little late."""
    destination.server.behaviour = Behaviour.TAKES_AWAY
    backlog(destination, 4)
    destination.live(5.0)
    destination.server.behaviour = Behaviour.TAKES
    destination.live(10 * REPEAT_AFTER_S)
    assert {entry.state for entry in ledger(destination)} == {"delivered"}
    assert copies(destination) == [2, 2, 2, 2]
    assert counted(destination) == (0, 0)


def test_one_that_never_shows_is_held_alone_where_others_are_proven(destination: Destination) -> None:
    ends_ms = backlog(destination, 3)
    odd = "HN_ABCD_NUO001_20260101000500.txt"
    destination.server.taken_away.add(odd)
    destination.live(5.0)
    for n in range(4):
        destination.journey.send(NOON_MS + n * SLOT_MS, [destination.name])
        destination.live(300.0)
    assert {entry.times.end_ms: entry.held_ms is not None for entry in ledger(destination)} == {
        end_ms: end_ms == ends_ms[0] for end_ms in [*ends_ms, *(NOON_MS + n * SLOT_MS for n in range(4))]
    }


def test_live_files_do_not_wait_for_what_rests(destination: Destination) -> None:
    destination.server.behaviour = Behaviour.TAKES_AWAY
    backlog(destination, 100)
    destination.live(10.0)
    destination.journey.send(NOON_MS, [destination.name])
    destination.step(Lane.LIVE)
    assert destination.server.arrivals[-1].endswith("20260101120000.txt")


def test_it_is_no_outage_and_the_destination_is_up(held: Destination) -> None:
    assert held.state() == "up"
    assert held.journey.database.read("SELECT count(*) FROM outage") == [(0,)]


def test_it_is_told_what_is_held(held: Destination) -> None:
    (one,) = held_deliveries(held.journey.database)
    assert (one.destination, one.count) == (held.name, 40)
    assert "proof: answer" in one.reason


def test_each_try_keeps_the_good_answer_and_what_could_not_be_told(held: Destination) -> None:
    rows = held.journey.database.read("SELECT outcome, answer FROM delivery_try WHERE delivery_id = 1")
    assert [outcome for outcome, _ in rows] == ["unproven"] * 3
    assert all("closed, renamed" in answer and "proof: answer" in answer for _, answer in rows)


class TestRelease:
    def test_what_a_person_releases_is_sent_once_more(self, held: Destination) -> None:
        held.server.behaviour = Behaviour.TAKES
        assert act(held, Action.RELEASE) == 40
        assert counted(held) == (40, 0)
        held.live(60.0)
        assert {entry.state for entry in ledger(held)} == {"delivered"}

    def test_it_is_held_again_soon_if_nothing_has_changed(self, held: Destination) -> None:
        act(held, Action.RELEASE)
        held.live(SETTLED_S)
        assert copies(held) == [6, *[2] * 39]
        assert counted(held) == (40, 40)

    def test_it_may_be_given_up(self, held: Destination) -> None:
        assert act(held, Action.CLOSE) == 40
        assert counted(held) == (0, 0)
        assert held_deliveries(held.journey.database) == []


class TestAnswersCount:
    def test_what_was_accepted_has_arrived_then_and_nothing_is_sent_again(self, held: Destination) -> None:
        accepted = {entry.id: entry.times.accepted_ms for entry in ledger(held)}
        assert accept_answers(held.journey.database, held.name, NOON_MS + HOUR_MS) == 40
        assert {entry.id: entry.times.delivered_ms for entry in ledger(held)} == accepted
        assert {(entry.state, entry.answer) for entry in ledger(held)} == {("delivered", "closed, renamed")}
        held.restart()
        held.live(SETTLED_S)
        assert len(held.server.arrivals) == 42
        assert counted(held) == (0, 0)
        assert verify(held.journey.database) == []

    def test_the_journal_tells_of_it_once(self, held: Destination) -> None:
        for _ in range(2):
            accept_answers(held.journey.database, held.name, NOON_MS + HOUR_MS)
        told = [json.loads(what) for (what,) in held.journey.database.read("SELECT what FROM journal")]
        (one,) = [what for what in told if what.get("action") == ACCEPT]
        assert (one["destination"], one["deliveries"]) == (held.name, 40)

    def test_it_concerns_nobody_else(self, journey: Journey, clock: FakeClock) -> None:
        other = Destination(journey, clock, "bo-tnmt")
        other.server.behaviour = Behaviour.TAKES_AWAY
        backlog(other, 2)
        other.live(SETTLED_S)
        assert accept_answers(journey.database, "so-tnmt", NOON_MS) == 0
        assert counted(other) == (2, 2)

    def test_what_rests_and_is_not_held_yet_counts_too(self, destination: Destination) -> None:
        destination.server.behaviour = Behaviour.TAKES_AWAY
        backlog(destination, 3)
        destination.live(1.0)
        assert accept_answers(destination.journey.database, destination.name, NOON_MS) == 3

    def test_what_was_taken_under_a_temporary_name_is_sent_under_its_own(self, destination: Destination) -> None:
        destination.server.behaviour = Behaviour.TAKES_UNNAMED
        backlog(destination, 3)
        destination.live(SETTLED_S)
        assert counted(destination) == (3, 3)
        assert accept_answers(destination.journey.database, destination.name, NOON_MS) == 0
        assert counted(destination) == (3, 0)
        destination.server.behaviour = Behaviour.TAKES
        destination.restart()
        destination.live(SETTLED_S)
        assert copies(destination) == [1, 1, 1]
        assert counted(destination) == (0, 0)
        assert verify(destination.journey.database) == []

    def test_one_that_was_never_accepted_still_waits(self, destination: Destination) -> None:
        backlog(destination, 1)
        destination.server.behaviour = Behaviour.DOWN
        destination.live(60.0)
        assert accept_answers(destination.journey.database, destination.name, NOON_MS) == 0
        assert counted(destination) == (1, 0)

    def test_one_that_was_sent_again_keeps_the_time_at_which_it_first_arrived(self, destination: Destination) -> None:
        backlog(destination, 1)
        destination.live(5.0)
        (before,) = ledger(destination)
        destination.server.behaviour = Behaviour.TAKES_AWAY
        act(destination, Action.RESEND)
        destination.live(SETTLED_S)
        assert counted(destination) == (1, 1)
        accept_answers(destination.journey.database, destination.name, destination.clock.wall_ms)
        (after,) = ledger(destination)
        assert after.times.delivered_ms == before.times.delivered_ms
        assert after.resent_ms is not None
        assert verify(destination.journey.database) == []


class TestLateness:
    def cause(self, destination: Destination) -> DelayCause | None:
        (entry,) = ledger(destination)
        return DelayCauses([], []).cause_of(entry.times, destination.clock.wall_ms)

    def test_what_is_held_is_late_through_the_server(self, destination: Destination) -> None:
        destination.server.behaviour = Behaviour.TAKES_AWAY
        destination.journey.send(NOON_MS, [destination.name])
        destination.live(900.0)
        assert self.cause(destination) is DelayCause.SERVER

    def test_so_is_what_a_person_released_and_was_proven_then(self, destination: Destination) -> None:
        destination.server.behaviour = Behaviour.TAKES_AWAY
        destination.journey.send(NOON_MS, [destination.name])
        destination.live(900.0)
        destination.server.behaviour = Behaviour.TAKES
        act(destination, Action.RELEASE)
        destination.live(60.0)
        assert {entry.state for entry in ledger(destination)} == {"delivered"}
        assert self.cause(destination) is DelayCause.SERVER

    def test_an_interruption_by_it_is_the_server_s(self, destination: Destination) -> None:
        destination.server.behaviour = Behaviour.TAKES_AWAY
        for n in range(3):
            destination.journey.send(NOON_MS + n * SLOT_MS, [destination.name])
            destination.live(300.0)
        destination.live(600.0)
        now_ms = destination.clock.wall_ms
        period = Period(NOON_MS - SLOT_MS, NOON_MS + 2 * SLOT_MS, SLOT_MS)
        received = reception(destination.journey.database, destination.name, period, now_ms, [])
        (one,) = received.interruptions(0, now_ms)
        assert (one.slots, one.main_cause) == (2, DelayCause.SERVER)  # not the first that was ever meant for it

    def test_what_counts_by_its_answer_was_in_time(self, destination: Destination) -> None:
        destination.server.behaviour = Behaviour.TAKES_AWAY
        destination.journey.send(NOON_MS, [destination.name])
        destination.live(900.0)
        accept_answers(destination.journey.database, destination.name, destination.clock.wall_ms)
        assert self.cause(destination) is None


class TestReplacing:
    def test_what_could_not_be_replaced_is_delivered_as_before(self, destination: Destination) -> None:
        """47 delivered slots became "refused"."""
        backlog(destination, 3)
        destination.live(5.0)
        destination.server.behaviour = Behaviour.REFUSES
        act(destination, Action.REPLACE)
        destination.live(30.0)
        assert {(entry.state, entry.answer, entry.resent_ms) for entry in ledger(destination)} == {
            ("delivered", "553 not allowed", None)
        }
        assert verify(destination.journey.database) == []

    def test_what_had_never_arrived_is_still_refused(self, destination: Destination) -> None:
        destination.server.behaviour = Behaviour.REFUSES
        backlog(destination, 1)
        destination.live(5.0)
        act(destination, Action.REPLACE)
        destination.live(30.0)
        assert [entry.state for entry in ledger(destination)] == ["refused"]


class TestEvents:
    def watch(self, destination: Destination, mono_s: float = 0.0) -> list[Finding]:
        events = EventStore(destination.journey.database)
        HeldWatch(destination.journey.database, events).step(at(destination.clock.wall_ms, mono_s))
        return events.lasting((Topic.DELIVERY,))

    def test_one_begins_that_names_the_way_out(self, held: Destination) -> None:
        (one,) = self.watch(held)
        assert (one.subject, one.episode.kind, one.episode.count) == (held.name, NOT_PROVEN, 40)
        assert "proof: answer" in str(one.detail)

    def test_it_grows_and_begins_no_second_time(self, held: Destination) -> None:
        (before,) = self.watch(held)
        held.journey.send(NOON_MS, [held.name])
        held.live(60.0)
        (after,) = self.watch(held)
        assert after.episode.count == 41
        assert after.episode.begin_ms == before.episode.begin_ms
        act(held, Action.CLOSE)
        assert held.journey.database.read(
            "SELECT what ->> '$.state', count(*) FROM journal WHERE what ->> '$.kind' = 'not_proven' GROUP BY 1"
        ) == [("began", 1)]

    def test_it_ends_with_a_release_and_with_a_change_of_the_proof(self, held: Destination) -> None:
        self.watch(held)
        act(held, Action.RELEASE)
        assert self.watch(held) == []
        held.live(SETTLED_S)
        assert len(self.watch(held)) == 1
        accept_answers(held.journey.database, held.name, NOON_MS + HOUR_MS)
        assert self.watch(held) == []

    def test_nothing_that_rests_is_an_event_yet(self, destination: Destination) -> None:
        destination.server.behaviour = Behaviour.TAKES_AWAY
        backlog(destination, 3)
        destination.live(1.0)
        assert self.watch(destination) == []


def test_only_the_first_file_that_is_not_proven_is_a_warning(
    destination: Destination, caplog: pytest.LogCaptureFixture
) -> None:
    destination.server.behaviour = Behaviour.TAKES_AWAY
    backlog(destination, 20)
    with caplog.at_level(logging.INFO, logger="gateway"):
        destination.live(SETTLED_S)
    told = [one.levelname for one in caplog.records if one.getMessage().startswith("file accepted")]
    assert told == ["WARNING"]


def test_what_is_looked_for_every_few_seconds_is_found_without_reading_the_ledger(journey: Journey) -> None:
    """Of thousands that were delivered none is touched."""
    asked: list[tuple[str, tuple[Any, ...]]] = []

    class Asked:
        objects = journey.database.objects

        def read(self, statement: str, parameters: tuple[Any, ...] = ()) -> list[Any]:
            asked.append((statement, parameters))
            return journey.database.read(statement, parameters)

    database = cast(Database, Asked())
    OutboxStore(database).waiting("so-tnmt", 0, 1, 1)
    OutboxStore(database).repeatable("so-tnmt")
    held_deliveries(database)
    plans = [[row[3] for row in journey.database.read(f"EXPLAIN QUERY PLAN {one}", values)] for one, values in asked]
    used = [next(step for step in plan if "delivery_" in step).split("USING INDEX ")[1].split()[0] for plan in plans]
    assert used == ["delivery_waiting", "delivery_accepted", "delivery_accepted"]


def test_a_clock_that_was_ahead_once_makes_nothing_proven_since(destination: Destination) -> None:
    destination.journey.send(MIDNIGHT_MS, [destination.name])
    destination.live(5.0)
    with destination.journey.database.write() as connection:
        connection.execute("UPDATE delivery SET delivered_ms = ?", (NOON_MS + 365 * 24 * HOUR_MS,))
    destination.server.behaviour = Behaviour.TAKES_AWAY
    backlog(destination, 10)
    destination.live(10 * SETTLED_S)
    assert copies(destination) == [3, *[1] * 10]


def test_what_is_held_does_not_go_with_old_age(held: Destination) -> None:
    assert held.journey.outbox.oldest_undelivered_ms() == MIDNIGHT_MS + SLOT_MS
    act(held, Action.CLOSE)
    assert held.journey.outbox.oldest_undelivered_ms() is None


def test_the_process_may_end_between_an_acceptance_and_its_note(destination: Destination) -> None:
    """It is sent once more, as with any other file, and held all the same."""
    backlog(destination, 1)
    destination.server.behaviour = Behaviour.DIES
    with pytest.raises(PowerCut):
        destination.step(Lane.BACKLOG)
    destination.server.behaviour = Behaviour.TAKES_AWAY
    destination.restart()
    destination.live(SETTLED_S)
    assert copies(destination) == [4]
    assert counted(destination) == (1, 1)
