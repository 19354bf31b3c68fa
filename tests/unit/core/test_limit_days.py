"""Limits by days: spans as days, the changes that come with a day, and how a standard stands on one."""

from __future__ import annotations

from datetime import date

from gateway.core.dated_limit import DatedLimit, LimitSpan, span_of
from gateway.core.instants import DAY_MS, day_begins_ms
from gateway.core.limit_days import LegalState, changes_of, dated, on_day, state_on
from gateway.core.limits import Limit
from gateway.core.reading import Parameter

ZONE = "Asia/Ho_Chi_Minh"
DUST = Parameter("PM2,5", "ug/Nm3")
NEW_YEAR = date(2026, 1, 1)
NEW_YEAR_MS = day_begins_ms(NEW_YEAR, ZONE)


def day_mean(most: float) -> Limit:
    return Limit(None, most, DAY_MS)


def test_a_span_of_days_is_those_days_again() -> None:
    for since, until in ((None, None), (NEW_YEAR, None), (None, NEW_YEAR), (NEW_YEAR, NEW_YEAR)):
        one = DatedLimit(day_mean(45.0), since, until)
        assert dated(span_of(one, ZONE), ZONE) == one


def test_a_day_is_touched_by_what_held_in_a_part_of_it() -> None:
    noon_ms = NEW_YEAR_MS + DAY_MS // 2
    before, after = LimitSpan(Limit(None, 1.0), until_ms=noon_ms), LimitSpan(Limit(None, 2.0), from_ms=noon_ms)
    assert on_day((before, after), date(2025, 12, 31), ZONE) == (before,)
    assert on_day((before, after), NEW_YEAR, ZONE) == (before, after)
    assert on_day((before, after), date(2026, 1, 2), ZONE) == (after,)
    assert on_day((before, after), date.max, ZONE) == (after,)
    assert on_day((before, after), date.min, ZONE) == (before,)


def test_a_state_has_both_days() -> None:
    first, last = date(2026, 1, 1), date(2026, 12, 31)
    days = (date(2025, 12, 31), first, last, date(2027, 1, 1))
    assert [state_on(day, first, last) for day in days] == [
        LegalState.NOT_YET,
        LegalState.IN_FORCE,
        LegalState.IN_FORCE,
        LegalState.ENDED,
    ]
    assert state_on(first, None, None) is LegalState.IN_FORCE


def test_changes_are_told_over_each_averaging_time_by_itself() -> None:
    old = LimitSpan(day_mean(50.0), until_ms=NEW_YEAR_MS)
    new = LimitSpan(day_mean(45.0), from_ms=NEW_YEAR_MS)
    yearly = LimitSpan(Limit(None, 25.0, 365 * DAY_MS))
    (change,) = changes_of(DUST, (old, new, yearly))
    assert (change.at_ms, change.before, change.after) == (NEW_YEAR_MS, old, new)


def test_a_gap_is_an_end_and_a_beginning() -> None:
    old = LimitSpan(Limit(None, 60.0), until_ms=NEW_YEAR_MS)
    new = LimitSpan(Limit(None, 50.0), from_ms=NEW_YEAR_MS + DAY_MS)
    ended, began = changes_of(DUST, (old, new))
    assert (ended.before, ended.after, ended.at_ms) == (old, None, NEW_YEAR_MS)
    assert (began.before, began.after, began.at_ms) == (None, new, NEW_YEAR_MS + DAY_MS)


def test_what_has_no_ends_never_changes() -> None:
    assert list(changes_of(DUST, (LimitSpan(day_mean(45.0)),))) == []
