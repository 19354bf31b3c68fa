"""The calendar of a destination says slot by slot what the report of completeness and `gateway deliveries` say."""

from __future__ import annotations

import random
import time
from collections import Counter
from dataclasses import replace

import pytest

from gateway.audit import runs
from gateway.audit.ledger import read_span
from gateway.core.instants import DUE_MS
from gateway.core.lateness import DelayCause
from gateway.db.damage import SetAsideKind
from gateway.db.set_aside import keep
from gateway.files.store import RENDERERS
from gateway.outbox.action import Action
from gateway.outbox.delivery_state import DeliveryState
from gateway.outbox.interventions import DeliverySelection, Interventions
from gateway.outbox.outages import BatchFailure, DestinationOutcome
from gateway.outbox.store import DeliveryResult
from gateway.reports.deliveries import DeliveryQuery, collect
from gateway.reports.delivery_calendar import DeliveryCalendar, SlotVerdict, read_delivery_calendar
from gateway.reports.interruptions import InterruptionScope, interruptions
from gateway.reports.period import ReportPeriod, between
from gateway.reports.report_data import SlotOutcome, read_report_data
from tests.support.journey import DAY_MS, HOUR_MS, MIDNIGHT_MS, RENDERING, SLOT_MS, Journey, record
from tests.support.three_days import CUT_MS, DAY_7_MS, DAY_8_MS, NOW_MS, OFF_MS
from tests.unit.reports.conftest import Kept

ZONE = "Asia/Ho_Chi_Minh"
NAME = "so-tnmt"
DAY = between("2026-01-01", "2026-01-01", ZONE)
ARRIVED = (SlotVerdict.IN_TIME, SlotVerdict.LATE)
MISSING = (SlotVerdict.NOT_MADE, SlotVerdict.BEFORE, SlotVerdict.EMPTY)
OUTCOME_OF = {
    SlotVerdict.IN_TIME: SlotOutcome.IN_TIME,
    SlotVerdict.LATE: SlotOutcome.LATE,
    **dict.fromkeys(MISSING, SlotOutcome.NOT_MADE),
    **dict.fromkeys(
        (SlotVerdict.WAITING, SlotVerdict.HELD, SlotVerdict.REFUSED, SlotVerdict.GIVEN_UP), SlotOutcome.UNDELIVERED
    ),
}


def look(
    journey: Journey, now_ms: int, period: ReportPeriod = DAY, slot_ms: int = SLOT_MS, *, runs_now: bool = True
) -> DeliveryCalendar:
    return read_delivery_calendar(journey.database, NAME, period, slot_ms, now_ms, runs_now=runs_now)


def send(journey: Journey, end_ms: int, done_ms: int | None, state: DeliveryState = DeliveryState.DELIVERED) -> int:
    """Returns the delivery's number; `done_ms=None`: it waits."""
    journey.send(end_ms, [NAME])
    [(number,)] = journey.database.read("SELECT max(id) FROM delivery")
    if done_ms is not None:
        journey.outbox.settle([DeliveryResult(number, state, done_ms, done_ms, "said")])
    return int(number)


class TestThreeDays:
    """Of a station that was off, and whose line was cut."""

    @pytest.mark.parametrize("name", ["so-tnmt", "bo-tnmt"])
    def test_the_report_of_completeness_says_the_same_of_every_slot(self, kept: Kept, name: str) -> None:
        data = read_report_data(kept.configuration, kept.database, kept.days, NOW_MS)
        [reported] = [one for one in data.destinations if one.name == name]
        calendar = read_delivery_calendar(kept.database, name, kept.days, SLOT_MS, NOW_MS, runs_now=False)
        shown = [one for day in calendar.days() for one in calendar.slots_of(day)]
        assert len(shown) == len(reported.outcomes)
        assert [OUTCOME_OF[one.verdict] for one in shown] == list(reported.outcomes)

    def test_deliveries_says_the_same_of_what_is_late_and_of_what_was_never_made(self, kept: Kept) -> None:
        asked = DeliveryQuery(NAME, kept.days.from_ms, kept.days.until_ms, interval_ms=SLOT_MS)
        listed = collect(kept.database, asked, NOW_MS, runs_now=True)
        calendar = read_delivery_calendar(kept.database, NAME, kept.days, SLOT_MS, NOW_MS, runs_now=True)
        unmade: Counter[DelayCause] = Counter()
        for gap in listed.not_made:
            unmade[gap.cause] += gap.slots
        assert calendar.whole.causes == listed.causes + unmade

    def test_each_day_has_its_ratio_and_the_causes_of_what_is_missing(self, kept: Kept) -> None:
        calendar = read_delivery_calendar(kept.database, NAME, kept.days, SLOT_MS, NOW_MS, runs_now=True)
        fifth, sixth, seventh = calendar.days()
        assert (fifth.verdicts, fifth.received.percent) == ({SlotVerdict.IN_TIME: 288}, 100)
        assert sixth.verdicts == {SlotVerdict.IN_TIME: 288 - len(OFF_MS), SlotVerdict.NOT_MADE: len(OFF_MS)}
        assert sixth.causes == {DelayCause.GATEWAY_OFF: len(OFF_MS)}
        assert (sixth.received.received, sixth.received.is_enough()) == (288 - len(OFF_MS), False)
        assert seventh.verdicts[SlotVerdict.LATE] == seventh.causes[DelayCause.LINE]
        assert seventh.received.percent == 100
        first = calendar.slot(CUT_MS[0])
        assert first.after_end_ms == DAY_7_MS + 14 * HOUR_MS + 1000 - CUT_MS[0]
        assert calendar.slot(CUT_MS[0] - SLOT_MS).after_end_ms is None

    def test_a_day_that_has_not_come_is_not_due_and_counts_in_nothing(self, kept: Kept) -> None:
        days = between("2026-01-07", "2026-01-09", ZONE)
        calendar = read_delivery_calendar(kept.database, NAME, days, SLOT_MS, NOW_MS, runs_now=True)
        tomorrow = calendar.days()[-1]
        assert tomorrow.verdicts == {SlotVerdict.NOT_DUE: 288}
        assert (tomorrow.received.expected, tomorrow.received.percent) == (0, None)
        assert calendar.whole.received.expected == 288
        assert calendar.slot(DAY_8_MS).verdict is SlotVerdict.NOT_DUE
        with pytest.raises(LookupError, match="no slot"):
            calendar.slot(DAY_8_MS + 1)

    def test_interruptions_are_those_of_what_was_missed(self, kept: Kept) -> None:
        """The page reads no more of a month than from the first slot that was missed to the last."""
        calendar = read_delivery_calendar(kept.database, NAME, kept.days, SLOT_MS, NOW_MS, runs_now=True)
        missed = calendar.missed()
        assert missed == (OFF_MS[0], CUT_MS[-1])
        fifth = between("2026-01-05", "2026-01-05", ZONE)
        assert read_delivery_calendar(kept.database, NAME, fifth, SLOT_MS, NOW_MS, runs_now=True).missed() is None
        whole, part = (
            interruptions(read_report_data(kept.configuration, kept.database, period, NOW_MS, only=NAME))
            for period in (kept.days, ReportPeriod(*missed, ZONE))
        )
        assert part == whole
        assert len(whole) == 3
        again = ReportPeriod(*missed, ZONE)
        ledger = read_span(kept.database, NAME, OFF_MS[0] + 3 * SLOT_MS, CUT_MS[-1] - 2 * SLOT_MS)
        for known in (calendar.ledger, ledger):  # more than is asked for, and less
            data = read_report_data(kept.configuration, kept.database, again, NOW_MS, only=NAME, ledger=known)
            assert interruptions(data) == whole, "nothing is lost or counted twice that was read before"
        report = interruptions(read_report_data(kept.configuration, kept.database, kept.days, NOW_MS))
        named = (InterruptionScope.STATION, InterruptionScope.DESTINATION)
        assert whole == [one for one in report if one.scope in named and one.name != "bo-tnmt"]


class TestWhatBecameOfASlot:
    def test_waiting_refused_held_given_up_and_empty(self, journey: Journey) -> None:
        runs.begin(journey.database, MIDNIGHT_MS - DAY_MS, "1")
        ends = [MIDNIGHT_MS + n * SLOT_MS for n in range(6)]
        send(journey, ends[0], ends[0] + 3000)
        send(journey, ends[1], None)
        send(journey, ends[2], ends[2] + 3000, DeliveryState.REFUSED)
        held, given_up = (send(journey, end_ms, None) for end_ms in ends[3:5])
        journey.records.add(record(ends[5]), ends[5] + 2000)
        document = replace(RENDERERS[RENDERING.format](record(ends[5]), RENDERING), content=b"")
        journey.files.add(6, [(RENDERING, document)], ends[5] + 2000)
        journey.plans.plan(6, [NAME], ends[5] + 2000)
        with journey.database.write() as connection:
            connection.execute("UPDATE delivery SET accepted = 3, held_ms = ? WHERE id = ?", (ends[4], held))
        alone = DeliverySelection(NAME, delivery_ids=[given_up])
        Interventions(journey.database).act(Action.CLOSE, alone, "an", MIDNIGHT_MS + HOUR_MS, "the authority has it")
        calendar = look(journey, MIDNIGHT_MS + DAY_MS)
        found = {end_ms: calendar.slot(end_ms) for end_ms in ends}
        assert [found[end_ms].verdict.value for end_ms in ends] == [
            "in_time", "waiting", "refused", "held", "given_up", "empty",
        ]  # fmt: skip
        assert found[ends[2]].cause is DelayCause.REFUSED
        assert found[ends[5]].cause is DelayCause.NO_VALUES
        assert calendar.slot(ends[5] + SLOT_MS).verdict is SlotVerdict.NOT_MADE

    def test_the_newest_is_not_due_until_five_minutes_are_over(self, journey: Journey) -> None:
        send(journey, MIDNIGHT_MS, MIDNIGHT_MS + 3000)
        send(journey, MIDNIGHT_MS + SLOT_MS, None)
        in_time = look(journey, MIDNIGHT_MS + SLOT_MS + DUE_MS)
        assert in_time.slot(MIDNIGHT_MS + SLOT_MS).verdict is SlotVerdict.NOT_DUE
        overdue = look(journey, MIDNIGHT_MS + SLOT_MS + DUE_MS + 1)
        assert overdue.slot(MIDNIGHT_MS + SLOT_MS).verdict is SlotVerdict.WAITING

    def test_what_lies_before_the_first_file_was_meant_for_nobody(self, journey: Journey) -> None:
        first_ms = MIDNIGHT_MS + 12 * HOUR_MS
        send(journey, first_ms, first_ms + 3000)
        calendar = look(journey, first_ms + HOUR_MS)
        assert calendar.slot(first_ms - SLOT_MS).verdict is SlotVerdict.BEFORE
        assert calendar.whole.verdicts[SlotVerdict.BEFORE] == 12 * 12
        nothing = read_delivery_calendar(journey.database, "nobody", DAY, SLOT_MS, first_ms, runs_now=True)
        assert nothing.whole.verdicts[SlotVerdict.BEFORE] == 12 * 12

    def test_of_two_files_of_a_slot_the_one_that_arrived_counts(self, journey: Journey) -> None:
        """As after another form was asked for: the first waits for ever, the second came."""
        kept = record(MIDNIGHT_MS)
        journey.records.add(kept, MIDNIGHT_MS + 2000)
        [(record_id,)] = journey.database.read("SELECT id FROM record")
        forms = (RENDERING, replace(RENDERING, missing_value="-9999"))
        journey.files.add(record_id, [(form, RENDERERS[form.format](kept, form)) for form in forms], MIDNIGHT_MS + 2000)
        for (file_id,) in journey.database.read("SELECT id FROM file ORDER BY id"):
            journey.plans.plan(file_id, [NAME], MIDNIGHT_MS + 2000)
        done_ms = MIDNIGHT_MS + HOUR_MS
        journey.outbox.settle([DeliveryResult(2, DeliveryState.DELIVERED, done_ms, done_ms, "said")])
        slot = look(journey, MIDNIGHT_MS + DAY_MS).slot(MIDNIGHT_MS)
        assert (slot.verdict, slot.after_end_ms) == (SlotVerdict.LATE, HOUR_MS)


class TestOtherLengths:
    @pytest.mark.parametrize(("minutes", "slots"), [(1, 1440), (60, 24)])
    def test_a_day_has_as_many_as_fit(self, journey: Journey, minutes: int, slots: int) -> None:
        length_ms = minutes * 60_000
        for n in range(5):
            end_ms = MIDNIGHT_MS + n * length_ms
            kept = record(end_ms, length_ms=length_ms)
            file_id = journey.file_of(kept)
            journey.plans.plan(file_id, [NAME], end_ms + 2000)
            [(number,)] = journey.database.read("SELECT max(id) FROM delivery")
            journey.outbox.settle([DeliveryResult(number, DeliveryState.DELIVERED, end_ms + 4000, end_ms + 4000, "ok")])
        calendar = look(journey, MIDNIGHT_MS + 4 * length_ms + DUE_MS, slot_ms=length_ms)
        [day] = calendar.days()
        assert (len(day.ends_ms), day.received.received) == (slots, 5)

    def test_a_day_of_which_an_hour_was_set_back_has_more(self, journey: Journey) -> None:
        """Nowhere in Vietnam; but a day is never taken to have 24 hours."""
        autumn = between("2026-10-25", "2026-10-25", "Europe/Berlin")
        [day] = look(journey, autumn.until_ms, autumn).days()
        assert len(day.ends_ms) == 300


def test_ten_days_later_is_received_and_not_in_the_ten_days(journey: Journey) -> None:
    send(journey, MIDNIGHT_MS, MIDNIGHT_MS + 10 * DAY_MS)
    send(journey, MIDNIGHT_MS + SLOT_MS, MIDNIGHT_MS + SLOT_MS + 10 * DAY_MS + 1)
    whole = look(journey, MIDNIGHT_MS + 20 * DAY_MS).whole
    assert (whole.received.received, whole.within_ten_days.received) == (2, 1)
    assert whole.received == replace(whole.within_ten_days, received=2)


def test_sixty_days_are_read_at_once(journey: Journey) -> None:
    """A page asks for it again and again. Measured: 15 ms, with an outage of eight days 45 ms; allowed is what a busy
    machine needs."""
    send(journey, MIDNIGHT_MS, MIDNIGHT_MS + 3000)
    _repeat(journey, 60 * 288)
    days = between("2026-01-01", "2026-03-01", ZONE)
    began = time.process_time()
    calendar = look(journey, MIDNIGHT_MS + 60 * DAY_MS, days)
    found = calendar.days()
    assert time.process_time() - began < 0.2
    assert [one.received.received for one in found] == [288] * 60


def _repeat(journey: Journey, slots: int) -> None:
    """The newest delivery again for each slot behind it, as its stores would have left it."""
    with journey.database.write() as connection:
        for table, extra in (
            ("record", "end_ms = end_ms + :n * 300000, closed_ms = closed_ms + :n * 300000"),
            ("file", "record_id = record_id + :n"),
            (
                "delivery",
                "file_id = file_id + :n, end_ms = end_ms + :n * 300000, delivered_ms = delivered_ms + :n * 300000",
            ),
        ):
            columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})") if row[1] != "checksum"]
            changed = dict(one.split(" = ") for one in extra.split(", "))
            values = ["id + :n" if one == "id" else changed.get(one, one) for one in columns]
            connection.executemany(
                f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(values)} FROM {table} WHERE id = 1",  # noqa: S608
                [{"n": n} for n in range(1, slots)],
            )


def test_a_row_that_is_lost_on_the_card_is_no_delivery(journey: Journey) -> None:
    """The index still has it; the report of completeness, which reads the rows, has not."""
    for n in range(4):
        send(journey, MIDNIGHT_MS + n * SLOT_MS, MIDNIGHT_MS + n * SLOT_MS + (3000 if n < 2 else HOUR_MS))
    with journey.database.write() as connection:
        for subject in ("delivery 1", "file 3", "matter of nobody"):
            keep(connection, SetAsideKind.ROW, subject, "three bits are wrong", MIDNIGHT_MS)
        keep(connection, SetAsideKind.ROW, "record 2", "one bit was wrong", MIDNIGHT_MS, mended=True)
    calendar = look(journey, MIDNIGHT_MS + DAY_MS)
    assert [calendar.slot(MIDNIGHT_MS + n * SLOT_MS).verdict.value for n in range(4)] == [
        "not_made", "in_time", "not_made", "late",
    ]  # fmt: skip


@pytest.mark.parametrize("seed", range(4))
def test_whatever_happened_the_ledger_read_row_by_row_says_the_same(journey: Journey, seed: int) -> None:
    """Outages, downtimes, files that are late, refused, waiting or were never made, in any order."""
    chance = random.Random(seed)
    journey.database.read("PRAGMA synchronous = OFF")  # what is tested here is not the disk
    run = runs.begin(journey.database, MIDNIGHT_MS - DAY_MS, "1")
    for n in range(150):
        end_ms = MIDNIGHT_MS + n * SLOT_MS
        what = chance.choice(["none", "in time", "in time", "in time", "late", "waits", "refused", "line", "off"])
        if what == "line":
            failure = BatchFailure(DelayCause.LINE, end_ms + 1000, end_ms + 2000, "no route")
            journey.outbox.settle([], DestinationOutcome(NAME, None, failure))
        elif what == "off":
            runs.end(journey.database, run, end_ms - 200_000, "SIGTERM")
            run = runs.begin(journey.database, end_ms + 100_000, "1")
        late_ms = chance.choice([300_000, 300_001, HOUR_MS, 11 * DAY_MS])
        if what != "none":
            done_ms = {"waits": None, "in time": end_ms + 3000}.get(what, end_ms + late_ms)
            send(journey, end_ms, done_ms, DeliveryState.REFUSED if what == "refused" else DeliveryState.DELIVERED)
    now_ms = MIDNIGHT_MS + 150 * SLOT_MS
    listed = collect(
        journey.database, DeliveryQuery(NAME, DAY.from_ms, now_ms, interval_ms=SLOT_MS), now_ms, runs_now=True
    )
    calendar = look(journey, now_ms)
    for one in listed.shown:
        slot = calendar.slot(one.entry.times.end_ms)
        assert slot.cause is one.cause
        assert (slot.verdict in ARRIVED) == (one.entry.times.delivered_ms is not None)
        assert (slot.verdict is SlotVerdict.IN_TIME) == (one.cause is None and slot.verdict in ARRIVED)
    for gap in listed.not_made:
        for end_ms in range(gap.first_ms, gap.last_ms + 1, SLOT_MS):
            assert (calendar.slot(end_ms).verdict, calendar.slot(end_ms).cause) == (SlotVerdict.NOT_MADE, gap.cause)
    unmade = sum(gap.slots for gap in listed.not_made)
    assert calendar.whole.verdicts[SlotVerdict.NOT_MADE] == unmade
