"""The account of a destination: totals over everything asked for, causes from what the database knows."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from gateway.audit import clock_sets, runs
from gateway.audit.delay_causes import DelayCauses
from gateway.audit.events import EventStore
from gateway.audit.reception import reception
from gateway.core.box_rules import BoxKind
from gateway.core.clock_set import ClockSet
from gateway.core.completeness import Period
from gateway.core.episode import Episode
from gateway.core.findings import Finding, Topic
from gateway.core.instants import DUE_MS
from gateway.core.lateness import DelayCause, DeliveryTimes, Downtime, Outage, cause_of
from gateway.outbox.delivery_state import DeliveryState
from gateway.outbox.lanes import Lane
from gateway.outbox.outages import BatchFailure, DestinationOutcome
from gateway.outbox.store import DeliveryResult
from gateway.reports.deliveries import DeliveryList, DeliveryQuery, collect, to_json
from tests.support.journey import DAY_MS, HOUR_MS, MIDNIGHT_MS, RENDERING, SLOT_MS, Journey, block, measured, record

NAME = "so-tnmt"
NOW_MS = MIDNIGHT_MS + DAY_MS


def deliver(journey: Journey, end_ms: int, done_ms: int | None) -> None:
    journey.send(end_ms, [NAME])
    if done_ms is not None:
        (number,) = journey.database.read("SELECT max(id) FROM delivery")[0]
        journey.outbox.settle([DeliveryResult(number, DeliveryState.DELIVERED, done_ms, done_ms, "renamed", Lane.LIVE)])


def look(journey: Journey, wanted: DeliveryQuery | None = None, *, runs_now: bool = True) -> DeliveryList:
    return collect(journey.database, wanted or DeliveryQuery(NAME), NOW_MS, runs_now=runs_now)


class TestOff:
    """When the gateway did not run."""

    def off(self, journey: Journey, *, runs_now: bool = True) -> list[Downtime]:
        return runs.downtimes(journey.database, 0, NOW_MS, runs_now=runs_now)

    def test_between_a_proper_end_and_the_next_start(self, journey: Journey) -> None:
        first = runs.begin(journey.database, 1000, "1")
        runs.end(journey.database, first, 5000, "SIGTERM")
        runs.begin(journey.database, 9000, "1")
        assert self.off(journey) == [Downtime(5000, 9000)]

    def test_a_killed_run_ended_with_its_last_trace(self, journey: Journey) -> None:
        runs.begin(journey.database, MIDNIGHT_MS, "1")
        journey.readings.add([block(MIDNIGHT_MS + 60_000, measured(7.0))])
        runs.begin(journey.database, MIDNIGHT_MS + HOUR_MS, "1")
        journey.readings.add([block(MIDNIGHT_MS + HOUR_MS + 5000, measured(7.0))])
        assert self.off(journey) == [Downtime(MIDNIGHT_MS + 60_000, MIDNIGHT_MS + HOUR_MS)]

    def test_a_record_is_a_trace_too_unless_the_next_run_made_it(self, journey: Journey) -> None:
        """Readings go after sixty days, records stay for three years."""
        runs.begin(journey.database, MIDNIGHT_MS, "1")
        journey.records.add(record(MIDNIGHT_MS + SLOT_MS), MIDNIGHT_MS + SLOT_MS + 2000)
        journey.records.add(record(MIDNIGHT_MS + 2 * SLOT_MS), MIDNIGHT_MS + HOUR_MS + 2000)
        runs.begin(journey.database, MIDNIGHT_MS + HOUR_MS, "1")
        assert self.off(journey)[0] == Downtime(MIDNIGHT_MS + SLOT_MS + 2000, MIDNIGHT_MS + HOUR_MS)

    def test_until_now_if_it_does_not_run(self, journey: Journey) -> None:
        assert self.off(journey, runs_now=False) == []
        first = runs.begin(journey.database, MIDNIGHT_MS, "1")
        runs.end(journey.database, first, MIDNIGHT_MS + 5000, "SIGTERM")
        assert self.off(journey, runs_now=False) == [Downtime(MIDNIGHT_MS + 5000, NOW_MS)]

    def test_a_run_in_1970_or_2030_tells_nothing_of_how_long_it_was_off_beside_it(self, journey: Journey) -> None:
        """Once it made half a million hours of it."""
        for began_ms in (60_000, MIDNIGHT_MS, MIDNIGHT_MS + 1500 * DAY_MS, MIDNIGHT_MS + HOUR_MS):
            run = runs.begin(journey.database, began_ms, "1")
            runs.end(journey.database, run, began_ms + 60_000, "SIGTERM")
        assert self.off(journey, runs_now=False) == [
            Downtime(MIDNIGHT_MS + 60_000, MIDNIGHT_MS + HOUR_MS),
            Downtime(MIDNIGHT_MS + HOUR_MS + 60_000, NOW_MS),
        ]

    def test_a_clock_that_was_set_back_makes_no_time_off(self, journey: Journey) -> None:
        first = runs.begin(journey.database, 1000, "1")
        runs.end(journey.database, first, 9000, "SIGTERM")
        runs.begin(journey.database, 5000, "1")
        assert self.off(journey) == []


def test_what_was_late_through_what(journey: Journey) -> None:
    first = runs.begin(journey.database, MIDNIGHT_MS - DAY_MS, "1")
    deliver(journey, MIDNIGHT_MS, MIDNIGHT_MS + 3000)
    failure = BatchFailure(DelayCause.LINE, MIDNIGHT_MS + SLOT_MS + 3000, MIDNIGHT_MS + SLOT_MS + 4000, "no route")
    journey.outbox.settle([], DestinationOutcome(NAME, None, failure))
    deliver(journey, MIDNIGHT_MS + SLOT_MS, MIDNIGHT_MS + HOUR_MS)
    journey.outbox.settle([], DestinationOutcome(NAME, MIDNIGHT_MS + HOUR_MS, None))
    runs.end(journey.database, first, MIDNIGHT_MS + 2 * HOUR_MS + 60_000, "SIGTERM")
    deliver(journey, MIDNIGHT_MS + 2 * HOUR_MS, MIDNIGHT_MS + 5 * HOUR_MS)
    runs.begin(journey.database, MIDNIGHT_MS + 5 * HOUR_MS - 1000, "1")
    deliver(journey, MIDNIGHT_MS + 6 * HOUR_MS, None)
    account = look(journey)
    assert [told.cause for told in account.shown] == [None, DelayCause.LINE, DelayCause.GATEWAY_OFF, DelayCause.QUEUE]
    assert account.late == 3
    assert account.states == {"delivered": 3, "waiting": 1}


def test_totals_are_over_all_that_match_and_the_newest_are_shown(journey: Journey) -> None:
    for n in range(10):
        deliver(journey, MIDNIGHT_MS + n * SLOT_MS, MIDNIGHT_MS + n * SLOT_MS + (3000 if n < 6 else 400_000))
    account = look(journey, DeliveryQuery(NAME, most=2))
    assert account.states == {"delivered": 10}
    assert [told.entry.times.end_ms for told in account.shown] == [MIDNIGHT_MS + n * SLOT_MS for n in (8, 9)]
    late = look(journey, DeliveryQuery(NAME, only_late=True))
    assert late.states == {"delivered": 4}
    some = look(journey, DeliveryQuery(NAME, MIDNIGHT_MS + SLOT_MS, MIDNIGHT_MS + 3 * SLOT_MS))
    assert some.states == {"delivered": 3}
    assert look(journey, DeliveryQuery(NAME, state=DeliveryState.REFUSED)).shown == ()


def test_its_json_is_json(journey: Journey) -> None:
    deliver(journey, MIDNIGHT_MS, None)
    shown = json.loads(json.dumps(to_json(look(journey), "Asia/Ho_Chi_Minh"), allow_nan=False))
    assert shown["totals"]["causes"] == {"queue": 1}
    assert shown["deliveries"][0]["delivered"] is None


@pytest.mark.parametrize("end_min", range(-10, 130, 5))
def test_looking_only_at_what_is_near_gives_the_same_cause(end_min: int) -> None:
    def outage(cause: DelayCause, began_min: float, ended_min: float | None) -> Outage:
        ended_ms = None if ended_min is None else round(ended_min * 60_000)
        return Outage(cause, round(began_min * 60_000), ended_ms)

    outages = [
        outage(DelayCause.LINE, 0, 12), outage(DelayCause.SERVER, 12, 13), outage(DelayCause.LINE, 40, 41.5),
        outage(DelayCause.REJECTED, 42, 90), outage(DelayCause.LINE, 110, None),
    ]  # fmt: skip
    downtimes = [Downtime(20 * 60_000, 33 * 60_000), Downtime(95 * 60_000, 96 * 60_000)]
    end_ms = end_min * 60_000
    passed = DeliveryTimes(end_ms, end_ms + 2000, end_ms + 2000, end_ms + DUE_MS + 60_000)
    assert DelayCauses(outages, downtimes).cause_of(passed, 1 << 60) is cause_of(passed, outages, downtimes, 1 << 60)


def test_a_slot_of_which_there_was_nothing_to_send_is_shown_and_not_late(journey: Journey) -> None:
    file_id = journey.file_of(record(MIDNIGHT_MS, value=None), replace(RENDERING, missing_value="omit"))
    journey.plans.plan(file_id, [NAME], MIDNIGHT_MS + 2000)
    account = look(journey)
    [told] = account.shown
    assert (told.entry.state, told.cause) == ("empty", None)
    assert told.entry.answer == "nothing to send: no line of the file has a value"
    assert to_json(account, "Asia/Ho_Chi_Minh")["totals"]["empty"] == 1
    period = Period(MIDNIGHT_MS - SLOT_MS, MIDNIGHT_MS, SLOT_MS)
    assert reception(journey.database, NAME, period, NOW_MS, ()).sent == (), "as if there were no file: it is missing"


class TestNotMade:
    """Slots that a destination was to get and that there never were."""

    def gaps(self, journey: Journey, **asked: int) -> list[tuple[int, int, int, str]]:
        listing = look(journey, DeliveryQuery(NAME, only_late=True, interval_ms=SLOT_MS, **asked))
        return [(one.first_ms, one.last_ms, one.slots, one.cause.value) for one in listing.not_made]

    def test_a_process_that_stood_still_is_named_for_the_slots_that_it_missed(self, journey: Journey) -> None:
        run = runs.begin(journey.database, MIDNIGHT_MS, "1")
        for n in (1, 2, 6):
            deliver(journey, MIDNIGHT_MS + n * SLOT_MS, MIDNIGHT_MS + n * SLOT_MS + 2000)
        stood = (MIDNIGHT_MS + 2 * SLOT_MS + 1000, MIDNIGHT_MS + 5 * SLOT_MS + 1000)
        with journey.database.write() as connection:
            connection.execute("INSERT INTO standstill (run_id, from_ms, until_ms) VALUES (?, ?, ?)", (run, *stood))
        until_ms = MIDNIGHT_MS + 6 * SLOT_MS
        missed = (MIDNIGHT_MS + 3 * SLOT_MS, MIDNIGHT_MS + 5 * SLOT_MS, 3, "stood_still")
        assert self.gaps(journey, until_ms=until_ms) == [missed]
        listing = look(journey, DeliveryQuery(NAME, until_ms=until_ms, only_late=True, interval_ms=SLOT_MS))
        assert to_json(listing, "Asia/Ho_Chi_Minh")["not_made"]["slots"] == 3

    def test_nothing_is_missed_before_the_destination_was_meant_to_get_anything(self, journey: Journey) -> None:
        deliver(journey, MIDNIGHT_MS + 9 * SLOT_MS, MIDNIGHT_MS + 9 * SLOT_MS + 2000)
        assert self.gaps(journey, until_ms=MIDNIGHT_MS + 9 * SLOT_MS) == []

    def test_what_is_missed_since_the_last_file_is_told_once_it_is_due(self, journey: Journey) -> None:
        runs.begin(journey.database, MIDNIGHT_MS, "1")
        deliver(journey, MIDNIGHT_MS + SLOT_MS, MIDNIGHT_MS + SLOT_MS + 2000)
        ((first_ms, last_ms, slots, _),) = self.gaps(journey)
        assert (first_ms, last_ms) == (MIDNIGHT_MS + 2 * SLOT_MS, (NOW_MS - DUE_MS) // SLOT_MS * SLOT_MS)
        assert slots == (last_ms - first_ms) // SLOT_MS + 1

    def test_what_passed_while_it_stood_still_is_told_at_once(self, journey: Journey) -> None:
        run = runs.begin(journey.database, MIDNIGHT_MS, "1")
        deliver(journey, NOW_MS - 6 * SLOT_MS, NOW_MS - 6 * SLOT_MS + 2000)
        stood = (NOW_MS - 6 * SLOT_MS + 5000, NOW_MS - 10_000)
        with journey.database.write() as connection:
            connection.execute("INSERT INTO standstill (run_id, from_ms, until_ms) VALUES (?, ?, ?)", (run, *stood))
        assert self.gaps(journey) == [(NOW_MS - 5 * SLOT_MS, NOW_MS - SLOT_MS, 5, "stood_still")]

    def test_a_gap_that_began_before_the_time_asked_for_counts_from_there(self, journey: Journey) -> None:
        for n in (1, 9):
            deliver(journey, MIDNIGHT_MS + n * SLOT_MS, MIDNIGHT_MS + n * SLOT_MS + 2000)
        asked = {"from_ms": MIDNIGHT_MS + 5 * SLOT_MS, "until_ms": MIDNIGHT_MS + 9 * SLOT_MS}
        assert self.gaps(journey, **asked) == [(MIDNIGHT_MS + 5 * SLOT_MS, MIDNIGHT_MS + 8 * SLOT_MS, 4, "not_made")]

    def test_the_cause_is_the_one_that_reports_and_letters_give(self, journey: Journey) -> None:
        """It was `clock` wherever the gateway was not known to be off, also where no clock was ever set."""
        run = runs.begin(journey.database, MIDNIGHT_MS, "1")
        for n in (1, 5, 9, 13):
            deliver(journey, MIDNIGHT_MS + n * SLOT_MS, MIDNIGHT_MS + n * SLOT_MS + 2000)
        until_ms = MIDNIGHT_MS + 5 * SLOT_MS
        low = Episode(BoxKind.LOW_SPACE, MIDNIGHT_MS + SLOT_MS, until_ms, 1, 3.0, until_ms)
        EventStore(journey.database).note([Finding("card", low, Topic.BOX)], NOW_MS)
        jump = ClockSet(MIDNIGHT_MS, MIDNIGHT_MS + 5 * SLOT_MS + 5000, 4 * SLOT_MS - 10_000)
        clock_sets.keep(journey.database, run, jump)
        causes = [cause for *_, cause in self.gaps(journey, until_ms=MIDNIGHT_MS + 13 * SLOT_MS)]
        assert causes == ["card_full", "clock", "not_made"]
        period = Period(MIDNIGHT_MS, MIDNIGHT_MS + 13 * SLOT_MS, SLOT_MS)
        received = reception(journey.database, NAME, period, NOW_MS, ())
        told = [one.main_cause for one in received.interruptions(MIDNIGHT_MS, NOW_MS)]
        assert told == causes

    def test_who_is_not_configured_any_more_misses_nothing(self, journey: Journey) -> None:
        deliver(journey, MIDNIGHT_MS + SLOT_MS, MIDNIGHT_MS + SLOT_MS + 2000)
        assert look(journey).not_made == ()
