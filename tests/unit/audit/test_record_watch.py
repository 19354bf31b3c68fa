"""What the values show is noticed once, told, kept, and never touched; wherever the gateway was killed."""

from __future__ import annotations

import logging
from dataclasses import replace

import pytest

from gateway.audit.events import EventStore
from gateway.audit.record_watch import MOST_PER_STEP, RecordWatch
from gateway.core.averaging import Average
from gateway.core.dated_limit import LimitSpan
from gateway.core.errors import StoreError
from gateway.core.findings import Finding, FindingRules, FrozenGroup, LineRules, Topic
from gateway.core.frozen import FrozenGroupRule
from gateway.core.limits import LevelFractions, Limit
from gateway.core.permit_limit import PermitLimit
from gateway.core.quality import QualityRules
from gateway.core.reading import Parameter, Status
from gateway.core.record import Line, Record
from gateway.core.slot import Slot
from tests.support.journey import COD, HOUR_MS, MIDNIGHT_MS, PH, SLOT_MS, Journey, at

NO, NO_PPM = Parameter("NO", "mg/Nm3"), Parameter("NO", "ppm")
NOTHING_ODD = QualityRules(negative=False, zero=False)
AT_MOST_100 = Limit(None, 100.0)
AT_MOST = PermitLimit(AT_MOST_100, "mg/L")


def finding_rules(*watched: LineRules, groups: tuple[FrozenGroup, ...] = ()) -> FindingRules:
    return FindingRules(watched, groups, LevelFractions(), SLOT_MS)


COD_LIMIT = finding_rules(LineRules(COD, QualityRules(), None, (LimitSpan(AT_MOST_100),)))


class Past:
    """A database that was watched from midnight on, and the records after it."""

    def __init__(self, journey: Journey, watched: FindingRules) -> None:
        self.journey = journey
        self.watched = watched
        self.alarms: list[str] = []
        self.ended = 0
        self.watch()

    def restart(self, watched: FindingRules | None = None) -> None:
        self.journey.restart()
        self.watched = watched or self.watched
        self._watch = None

    def slot(self, *lines: tuple[Parameter, float | None], measured: tuple[tuple[Parameter, float], ...] = ()) -> None:
        """Close the next slot with these values; `None`: the device was in fault."""
        self.ended += 1
        slot = Slot(MIDNIGHT_MS + self.ended * SLOT_MS, SLOT_MS)
        told = Record(slot, tuple(_line(*one) for one in lines), tuple(_line(*one) for one in measured))
        self.journey.records.add(told, slot.end_ms + 2000)

    def watch(self, late_ms: int = 2000) -> None:
        if getattr(self, "_watch", None) is None:
            self._watch = RecordWatch(
                self.journey.records, EventStore(self.journey.database), self.watched, self.alarms.append
            )
        self._watch.step(at(MIDNIGHT_MS + self.ended * SLOT_MS + late_ms))

    def findings(self, topic: Topic = Topic.QUALITY) -> list[Finding]:
        return EventStore(self.journey.database).findings(topic, 0, 1 << 62)

    def kinds(self, topic: Topic = Topic.QUALITY) -> list[tuple[str, str, int, int | None]]:
        """Subject, kind, and the numbers of the slots that show it first and no more."""
        return [
            (one.subject, str(one.episode.kind), _number(one.episode.begin_ms), _number(one.episode.end_ms))
            for one in self.findings(topic)
        ]


def _number(at_ms: int | None) -> int | None:
    return None if at_ms is None else (at_ms - MIDNIGHT_MS) // SLOT_MS


def _line(parameter: Parameter, value: float | None) -> Line:
    status = Status.FAULT if value is None else Status.MEASURING
    return Line(parameter, Average(value, status, 0 if value is None else 60, 60))


def test_an_exceedance_has_three_levels_and_the_sampler_is_told_once(journey: Journey) -> None:
    past = Past(journey, COD_LIMIT)
    for value in (79.0, 85.0, 95.0, 120.0, 110.0, 70.0):
        past.slot((COD, value))
        past.watch()
    assert past.kinds(Topic.EXCEEDANCE) == [
        ("COD", "tendency", 2, 6),
        ("COD", "preparing", 3, 6),
        ("COD", "exceeded", 4, 6),
    ]
    exceeded = past.findings(Topic.EXCEEDANCE)[2]
    assert (exceeded.episode.count, exceeded.episode.peak, exceeded.detail) == (2, 120.0, AT_MOST)
    assert past.alarms == ["limit exceeded: COD 120 (at most 100 mg/L)"]


def test_what_lasts_is_counted_while_it_lasts(journey: Journey) -> None:
    past = Past(journey, COD_LIMIT)
    for value in (-1.0, -3.0, -2.0):
        past.slot((COD, value))
        past.watch()
    (negative,) = EventStore(journey.database).lasting(Topic)
    assert (negative.episode.kind, negative.episode.count, negative.episode.peak) == ("negative", 3, -3.0)


def test_killed_anywhere_nothing_is_noticed_twice_and_nothing_is_missed(journey: Journey) -> None:
    past = Past(journey, COD_LIMIT)
    values = [7.0, -1.0, -2.0, 8.0, 130.0, 131.0, 9.0, -4.0, 9.0]
    for value in values:
        past.slot((COD, value))
        past.restart()
        past.watch()
    assert past.kinds() == [("COD", "negative", 2, 4), ("COD", "negative", 8, 9)]
    assert past.kinds(Topic.EXCEEDANCE)[-1] == ("COD", "exceeded", 5, 7)


def test_a_transaction_that_failed_is_looked_at_again(journey: Journey, monkeypatch: pytest.MonkeyPatch) -> None:
    past = Past(journey, COD_LIMIT)
    past.slot((COD, -1.0))

    def full(*_: object) -> None:
        raise StoreError("no space left")

    with monkeypatch.context() as patched:
        patched.setattr(EventStore, "keep", full)
        with pytest.raises(StoreError):
            past.watch()
    assert past.findings() == []
    past.watch()
    assert past.kinds() == [("COD", "negative", 1, None)]
    assert past.findings()[0].episode.count == 1


def test_a_station_is_watched_from_the_day_on_that_it_is_watched(journey: Journey) -> None:
    journey.records.add(Record(Slot(MIDNIGHT_MS, SLOT_MS), (_line(COD, -5.0),)), MIDNIGHT_MS)
    past = Past(journey, COD_LIMIT)
    assert past.findings() == []
    past.slot((COD, -1.0))
    past.watch()
    assert past.kinds() == [("COD", "negative", 1, None)]


YEAR_MS = 365 * 24 * HOUR_MS


@pytest.mark.parametrize("records", [1, 1000])
def test_records_from_the_future_blind_nothing(journey: Journey, records: int) -> None:
    """Once a single one from 2030 kept every limit unwatched for four years."""
    past = Past(journey, COD_LIMIT)
    for number in range(records):
        slot = Slot(MIDNIGHT_MS + (4 + number % 70) * YEAR_MS + number * SLOT_MS, SLOT_MS)
        journey.records.add(Record(slot, (_line(COD, 500.0),)), MIDNIGHT_MS)
    past.watch()
    past.restart()
    for value in (79.0, 120.0, 70.0):
        past.slot((COD, value))
        past.watch()
    assert past.kinds(Topic.EXCEEDANCE)[-1] == ("COD", "exceeded", 2, 3)
    assert past.alarms == ["limit exceeded: COD 120 (at most 100 mg/L)"]


@pytest.mark.parametrize("restarts", [False, True])
def test_a_clock_that_was_in_2030_for_two_slots_blinds_nothing_afterwards(journey: Journey, restarts: bool) -> None:
    past = Past(journey, COD_LIMIT)
    past.slot((COD, 50.0))
    past.watch()
    ahead = 4 * YEAR_MS // SLOT_MS
    past.ended += ahead
    for _ in range(2):
        past.slot((COD, 150.0))
        past.watch()
    past.ended -= ahead + 1
    if restarts:
        past.restart()
    for value in (79.0, 120.0, 70.0):
        past.slot((COD, value))
        past.watch()
    assert [one for one in past.kinds(Topic.EXCEEDANCE) if one[2] < ahead][-1] == ("COD", "exceeded", 4, 5)
    assert EventStore(journey.database).lasting(Topic) == []


def test_a_record_from_the_future_is_looked_at_when_its_time_has_come(journey: Journey) -> None:
    past = Past(journey, COD_LIMIT)
    slot = Slot(MIDNIGHT_MS + 3 * SLOT_MS, SLOT_MS)
    journey.records.add(Record(slot, (_line(COD, 130.0),)), MIDNIGHT_MS)
    past.slot((COD, 50.0))
    past.watch()
    past.slot((COD, 50.0))
    past.watch()
    assert past.kinds(Topic.EXCEEDANCE) == []
    past.ended += 1
    past.watch()
    assert past.kinds(Topic.EXCEEDANCE)[-1] == ("COD", "exceeded", 3, None)


def test_records_that_come_out_of_order_end_nothing_and_repeat_nothing(journey: Journey) -> None:
    past = Past(journey, COD_LIMIT)
    past.ended = 100
    past.slot((COD, 120.0))
    past.watch()
    for number in range(1, 50):
        slot = Slot(MIDNIGHT_MS + number * SLOT_MS, SLOT_MS)
        journey.records.add(Record(slot, (_line(COD, 1.0),)), MIDNIGHT_MS + 101 * SLOT_MS)
    past.watch()
    past.restart()
    past.slot((COD, 125.0))
    past.watch()
    exceeded = [one for one in past.findings(Topic.EXCEEDANCE) if one.episode.kind == "exceeded"]
    assert [(_number(one.episode.begin_ms), one.episode.count, one.episode.end_ms) for one in exceeded] == [
        (101, 2, None)
    ]


def test_a_long_backlog_is_looked_at_in_portions_and_takes_no_stale_sample(journey: Journey) -> None:
    past = Past(journey, COD_LIMIT)
    for _ in range(MOST_PER_STEP + 5):
        past.slot((COD, 120.0))
    past.watch()
    assert past.findings(Topic.EXCEEDANCE)[0].episode.count == MOST_PER_STEP
    past.watch()
    assert past.findings(Topic.EXCEEDANCE)[0].episode.count == MOST_PER_STEP + 5
    assert past.alarms == []


def test_a_limit_for_the_hour_is_about_the_mean_of_the_hour_also_after_a_restart(journey: Journey) -> None:
    hourly = Limit(None, 100.0, HOUR_MS)
    past = Past(journey, finding_rules(LineRules(COD, NOTHING_ODD, None, (LimitSpan(hourly),))))
    for n in range(14):
        past.slot((COD, 50.0 if n < 6 else 160.0))
        past.restart()
        past.watch()
    # 12 slots: six of 50 and six of 160 make 105; with five of 160 in eleven it is exactly 100 and allowed
    assert past.kinds(Topic.EXCEEDANCE)[-1] == ("COD", "exceeded", 12, None)
    assert past.findings(Topic.EXCEEDANCE)[-1].detail == PermitLimit(hourly, "mg/L")
    assert str(PermitLimit(hourly, "mg/L")) == "at most 100 mg/L over 1 h"


def test_an_instrument_whose_parameters_rest_together_is_noticed(journey: Journey) -> None:
    group = FrozenGroup("multiprobe", ("pH", "COD"), FrozenGroupRule(2, 3 * SLOT_MS))
    past = Past(journey, finding_rules(LineRules(PH, NOTHING_ODD, None, ()), groups=(group,)))
    for n in range(6):
        past.slot((PH, 7.0), (COD, 40.0 + max(0, 2 - n)))
        past.watch()
    assert past.kinds() == [("multiprobe", "frozen_together", 3, None)]


def test_findings_are_about_what_was_measured_limits_about_what_is_sent(journey: Journey) -> None:
    flat = QualityRules(negative=False, zero=False, flatline_ms=2 * SLOT_MS)
    past = Past(journey, finding_rules(LineRules(NO, flat, None, (LimitSpan(AT_MOST_100),))))
    for n in range(4):  # the analyser repeats itself; its oxygen does not
        past.slot((NO, 120.0 + n), measured=((NO_PPM, 66.0),))
        past.watch()
    assert past.kinds() == [("NO", "flatline", 1, None)]
    assert past.kinds(Topic.EXCEEDANCE)[-1] == ("NO", "exceeded", 1, None)


def test_what_is_not_looked_for_any_more_ended_when_it_was_last_seen(journey: Journey) -> None:
    past = Past(journey, COD_LIMIT)
    for _ in range(3):
        past.slot((COD, 120.0), (PH, 7.0))
        past.watch()
    stricter = finding_rules(LineRules(COD, QualityRules(), None, (LimitSpan(Limit(None, 50.0)),)))
    past.restart(stricter)
    past.slot((COD, 120.0), (PH, 7.0))
    past.watch()
    told = [(str(one.detail), _number(one.episode.end_ms)) for one in past.findings(Topic.EXCEEDANCE)]
    assert told == [("at most 100 mg/L", 3)] * 3 + [("at most 50 mg/L", None)] * 3


def test_what_an_older_gateway_told_in_words_goes_on_as_the_limit_that_it_was(journey: Journey) -> None:
    past = Past(journey, COD_LIMIT)
    for value in (120.0, 70.0, 120.0):
        past.slot((COD, value))
    past.watch()
    with journey.database.write() as connection:
        connection.execute("UPDATE event SET detail = 'at most 100 mg/L' WHERE topic = 'exceedance'")
        connection.execute(
            "INSERT INTO event (topic, kind, subject, detail, began_ms, last_ms, ended_ms, count)"
            " VALUES ('exceedance', 'exceeded', 'COD', 'at most 80 mg/L', 1, 2, 3, 1)"
        )
    past.restart()
    past.slot((COD, 130.0))
    past.watch()
    told = [(one.detail, _number(one.episode.end_ms), one.episode.count) for one in past.findings(Topic.EXCEEDANCE)[1:]]
    assert past.findings(Topic.EXCEEDANCE)[0].detail == "at most 80 mg/L"  # of a limit that there is no more
    assert told == [(AT_MOST, 2, 1)] * 3 + [(AT_MOST, None, 2)] * 3


def test_a_fault_is_low_coverage_and_a_calibration_is_not(journey: Journey) -> None:
    rules = replace(NOTHING_ODD, min_coverage=75.0)
    past = Past(journey, finding_rules(LineRules(COD, rules, None, ())))
    past.slot((COD, 7.0))
    past.slot((COD, None))
    past.watch()
    assert past.kinds() == [("COD", "low_coverage", 2, None)]
    assert past.findings()[0].episode.peak == 0.0
    past.slot((COD, 7.0))
    calibrated = Line(COD, Average(100.0, Status.CALIBRATING, 60, 60))
    past.ended += 1
    slot = Slot(MIDNIGHT_MS + past.ended * SLOT_MS, SLOT_MS)
    journey.records.add(Record(slot, (calibrated,)), slot.end_ms)
    past.watch()
    assert past.kinds() == [("COD", "low_coverage", 2, 3)]


def test_a_device_in_fault_that_still_shows_values_covers_nothing(journey: Journey) -> None:
    past = Past(journey, finding_rules(LineRules(COD, replace(NOTHING_ODD, min_coverage=75.0), None, ())))
    past.slot((COD, 7.0))
    past.ended += 1
    slot = Slot(MIDNIGHT_MS + past.ended * SLOT_MS, SLOT_MS)
    journey.records.add(Record(slot, (Line(COD, Average(7.0, Status.FAULT, 60, 60)),)), slot.end_ms)
    past.watch()
    assert past.kinds() == [("COD", "low_coverage", 2, None)]


def test_begin_and_end_are_told_in_the_log_a_line_for_each_kind(
    journey: Journey, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "gateway.audit.record_watch")
    past = Past(
        journey, finding_rules(LineRules(COD, QualityRules(), None, ()), LineRules(PH, QualityRules(), None, ()))
    )
    for value in (-1.0, 7.0):
        past.slot((COD, value), (PH, value))
        past.watch()
    assert [(one.levelname, one.getMessage()) for one in caplog.records] == [
        ("WARNING", "quality=negative state=began since=2025-12-31T17:05:00Z slots=1 worst=COD:-1.0,pH:-1.0"),
        ("INFO", "quality=negative state=ended since=2025-12-31T17:05:00Z slots=1 worst=COD:-1.0,pH:-1.0"),
    ]


def test_what_lasts_of_a_limit_that_was_and_nobody_remembers_ended_when_it_was_last_seen(journey: Journey) -> None:
    changed_ms = MIDNIGHT_MS + 2 * SLOT_MS
    before, after = LimitSpan(AT_MOST_100, until_ms=changed_ms), LimitSpan(Limit(None, 500.0), from_ms=changed_ms)
    past = Past(journey, finding_rules(LineRules(COD, QualityRules(), None, (before,))))
    for value in (120.0, 130.0):
        past.slot((COD, value))
        past.watch()
    with journey.database.write() as connection:
        connection.execute("DELETE FROM watch")  # damaged, and set aside
    past.restart(finding_rules(LineRules(COD, QualityRules(), None, (before, after))))
    past.slot((COD, 140.0))
    past.watch()
    assert past.kinds(Topic.EXCEEDANCE)[-1] == ("COD", "exceeded", 1, 2)


@pytest.mark.parametrize("at_once", [True, False])
def test_an_upgrade_while_a_limit_is_exceeded_ends_it_with_its_last_slot_and_once(
    journey: Journey, at_once: bool
) -> None:
    past = Past(journey, COD_LIMIT)
    for value in (120.0, 130.0):
        past.slot((COD, value))
        past.watch()
    changed_ms = MIDNIGHT_MS + 2 * SLOT_MS
    past.restart(
        finding_rules(
            LineRules(
                COD,
                QualityRules(),
                None,
                (
                    LimitSpan(AT_MOST_100, until_ms=changed_ms),
                    LimitSpan(Limit(None, 90.0), from_ms=changed_ms),
                ),
            )
        )
    )
    if at_once:
        past.watch()
        past.restart()
    past.slot((COD, 95.0))
    past.watch()
    kept = journey.database.read(
        "SELECT kind, began_ms, ended_ms, count FROM event WHERE topic = 'exceedance' ORDER BY id"
    )
    first_ms, second_ms, third_ms = (MIDNIGHT_MS + number * SLOT_MS for number in (1, 2, 3))
    assert kept[:3] == [(kind, first_ms, second_ms, 2) for kind in ("tendency", "preparing", "exceeded")]
    assert kept[3:] == [(kind, third_ms, None, 1) for kind in ("tendency", "preparing", "exceeded")]
    told = journey.database.read("SELECT count(*) FROM journal WHERE kind = 'exceedance' AND what LIKE '%ended%'")
    assert told == [(3,)]
