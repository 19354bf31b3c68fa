"""What is over its limit for days is what the records say: never watched, recovered later, or watched all the time."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.audit.events import EventStore
from gateway.audit.over_for_days import days_states, over_for_days
from gateway.audit.record_watch import MOST_PER_STEP, RecordWatch
from gateway.core.averaging import Average
from gateway.core.dated_limit import LimitSpan
from gateway.core.findings import Finding, FindingRules, FindingState, LineRules, Topic, step_record
from gateway.core.instants import FAR_FUTURE_MS
from gateway.core.limits import LevelFractions, Limit
from gateway.core.quality import QualityFlag, QualityRules
from gateway.core.reading import Status
from gateway.core.record import Line, Record
from gateway.core.slot import Slot
from tests.support.examples import examples
from tests.support.journey import COD, DAY_MS, HOUR_MS, MIDNIGHT_MS, Journey, at

QUIET = QualityRules(negative=False, zero=False)
DAYS = QualityRules(negative=False, zero=False, over_limit_ms=2 * DAY_MS, longest_gap_ms=12 * HOUR_MS)


def rules(*spans: LimitSpan) -> FindingRules:
    """Slots of an hour."""
    return FindingRules((LineRules(COD, QUIET, DAYS, spans),), (), LevelFractions(), HOUR_MS)


AT_MOST_100 = rules(LimitSpan(Limit(None, 100.0)))


def record(hour: int, value: float | None) -> Record:
    """The hour that begins so many hours after midnight; `None`: the device was in fault."""
    status = Status.FAULT if value is None else Status.MEASURING
    line = Line(COD, Average(value, status, 0 if value is None else 60, 60))
    return Record(Slot(MIDNIGHT_MS + (hour + 1) * HOUR_MS, HOUR_MS), (line,))


def keep(journey: Journey, values: Sequence[float | None], first: int = 0) -> None:
    for hour, value in enumerate(values, first):
        one = record(hour, value)
        journey.records.add(one, one.slot.end_ms + 2000)


def watch(journey: Journey, hours: int, watched: FindingRules = AT_MOST_100) -> RecordWatch:
    made = RecordWatch(journey.records, EventStore(journey.database), watched)
    look(made, hours)
    return made


def look(made: RecordWatch, hours: int) -> None:
    for _ in range(2 + hours // MOST_PER_STEP):
        made.step(at(MIDNIGHT_MS + hours * HOUR_MS + 2000))


def noticed(journey: Journey) -> list[tuple[int, int | None, int]]:
    """Hours from midnight to the first slot's end and to the end, and how many slots."""
    found = EventStore(journey.database).findings(Topic.QUALITY, 0, 1 << 62)
    return [shown(one) for one in found if one.episode.kind == QualityFlag.OVER_LIMIT_FOR_DAYS]


def shown(finding: Finding) -> tuple[int, int | None, int]:
    one = finding.episode
    end = None if one.end_ms is None else (one.end_ms - MIDNIGHT_MS) // HOUR_MS
    return (one.begin_ms - MIDNIGHT_MS) // HOUR_MS, end, one.count


def in_records(journey: Journey, first: int, last: int, now: int, watched: FindingRules = AT_MOST_100) -> list[Finding]:
    """What touches the hours from one to another."""
    from_ms, until_ms, now_ms = (MIDNIGHT_MS + hour * HOUR_MS for hour in (first, last, now))
    return over_for_days(journey.records, watched, from_ms, until_ms, now_ms)


def test_records_that_were_never_watched_are_over_for_days_as_soon_as_somebody_looks(journey: Journey) -> None:
    keep(journey, [10.0] * 5 + [120.0] * 60)
    watch(journey, 65)
    assert noticed(journey) == [(6, None, 60)]


def test_started_again_before_the_next_record_it_still_knows(journey: Journey) -> None:
    keep(journey, [120.0] * 60)
    watch(journey, 60)
    journey.restart()
    keep(journey, [120.0, 10.0], 60)
    watch(journey, 62)
    assert noticed(journey) == [(1, 62, 61)]


def test_watched_for_a_day_only_the_rest_is_read_from_the_records(journey: Journey) -> None:
    """The state is lost, as after an upgrade that cannot read it."""
    keep(journey, [10.0] * 5 + [120.0] * 30)
    watch(journey, 35)
    assert noticed(journey) == []
    with journey.database.write() as connection:
        connection.execute("DELETE FROM watch")
    keep(journey, [120.0] * 30, 35)
    watch(journey, 65)
    assert noticed(journey) == [(6, None, 60)]


def test_records_that_come_later_make_a_longer_time_of_it(journey: Journey) -> None:
    """The second half was watched, the first is recovered from another database while the watch runs."""
    keep(journey, [10.0])
    keep(journey, [120.0] * 60, 61)
    made = watch(journey, 121)
    assert noticed(journey) == [(62, None, 60)]
    keep(journey, [120.0] * 60, 1)
    look(made, 121)
    assert [one for one in noticed(journey) if one[1] is None] == [(2, None, 120)]
    keep(journey, [10.0], 121)
    look(made, 122)
    assert noticed(journey)[0] == (2, 122, 120)


def test_records_that_come_later_end_it_too(journey: Journey) -> None:
    """A hole of less than twelve hours ended nothing; now it is known that the value was within the limit."""
    keep(journey, [120.0] * 40)
    keep(journey, [120.0] * 30, 46)
    made = watch(journey, 76)
    assert noticed(journey) == [(1, None, 70)]
    keep(journey, [10.0] * 6, 40)
    look(made, 76)
    assert [one for one in noticed(journey) if one[1] is None] == []


def test_recovered_while_nobody_ran_they_count_from_the_next_start_on(journey: Journey) -> None:
    keep(journey, [120.0] * 20, 60)
    watch(journey, 80)
    keep(journey, [120.0] * 60)
    journey.restart()
    watch(journey, 80)
    assert noticed(journey) == [(1, None, 80)]


def test_a_clock_that_was_set_back_makes_nothing_of_it_twice(journey: Journey) -> None:
    keep(journey, [120.0] * 80)
    made = watch(journey, 80)
    look(made, 60)
    look(made, 80)
    assert noticed(journey) == [(1, None, 80)]


def test_the_records_tell_it_whole_whatever_is_asked(journey: Journey) -> None:
    keep(journey, [10.0] * 5 + [120.0] * 400 + [10.0] * 5)
    for first, last in ((0, 410), (0, 10), (200, 201), (400, 410)):
        assert [shown(one) for one in in_records(journey, first, last, 410)] == [(6, 406, 400)]
    assert in_records(journey, 407, 410, 410) == []
    assert [shown(one) for one in in_records(journey, 0, 100, 300)] == [(6, None, 295)], "it is the 300th hour"


def test_a_stricter_limit_begins_it_and_none_ends_it(journey: Journey) -> None:
    change_ms, end_ms = (MIDNIGHT_MS + day * DAY_MS for day in (2, 5))
    watched = rules(LimitSpan(Limit(None, 100.0), until_ms=change_ms), LimitSpan(Limit(None, 50.0), change_ms, end_ms))
    keep(journey, [80.0] * 200)
    assert [shown(one) for one in in_records(journey, 0, 200, 200, watched)] == [(49, 120, 72)]


values = st.lists(
    st.tuples(st.sampled_from([120.0, 120.0, 120.0, 130.5, 60.0, None, "off"]), st.integers(1, 60)), max_size=12
)


@settings(max_examples=examples(60), deadline=None)
@given(values, st.integers(0, 300), st.integers(1, 200))
def test_the_records_and_the_watch_say_the_same(
    stretches: list[tuple[float | str | None, int]], first: int, change: int
) -> None:
    """Whatever was measured, with a change of law somewhere in it."""
    change_ms = MIDNIGHT_MS + change * HOUR_MS
    watched = rules(
        LimitSpan(Limit(None, 100.0), until_ms=change_ms), LimitSpan(Limit(None, 125.0), change_ms, FAR_FUTURE_MS)
    )
    hours = [value for value, length in stretches for _ in range(length)]
    records = [record(hour, value) for hour, value in enumerate(hours) if not isinstance(value, str)]
    state, ended = FindingState(), list[Finding]()
    for one in records:
        result = step_record(one, watched, state)
        state = result.state
        ended += [two for two in result.ended if two.episode.kind == QualityFlag.OVER_LIMIT_FOR_DAYS]
    lasting = [Finding("COD", one.episode()) for days in state.days.values() for one in days.episodes if one.is_told]
    live = sorted([*ended, *lasting], key=lambda one: one.episode.begin_ms)
    with tempfile.TemporaryDirectory() as folder:
        journey = Journey(Path(folder))
        journey.database.read("PRAGMA synchronous = OFF")
        for one in records:
            journey.records.add(one, one.slot.end_ms)
        last = len(hours)
        assert in_records(journey, 0, last, last, watched) == live
        first = min(first, last)
        from_ms, until_ms = MIDNIGHT_MS + first * HOUR_MS, MIDNIGHT_MS + last * HOUR_MS
        touching = [one for one in live if one.episode.end_ms is None or one.episode.end_ms >= from_ms]
        assert in_records(journey, first, last, last, watched) == touching
        remembered = days_states(journey.records, watched, until_ms)
        assert {name: one.episodes for name, one in remembered.items() if one.episodes} == {
            name: one.episodes for name, one in state.days.items() if one.episodes
        }
        journey.database.close()
