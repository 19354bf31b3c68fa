"""Limits and the days on which they hold."""

from __future__ import annotations

from datetime import date

from gateway.core.dated_limit import DatedLimit, LimitOrigin, LimitSpan, joined, span_of
from gateway.core.instants import MINUTE_MS
from gateway.core.limit_words import limit_heard, limit_said
from gateway.core.limits import Limit

AT_MOST = Limit(None, 50.0)
NEW_YEAR_MS = 1_767_200_400_000
"""2026-01-01T00:00+07:00"""


def test_the_slot_that_ends_at_midnight_belongs_to_the_day_before() -> None:
    span = span_of(DatedLimit(AT_MOST, until=date(2025, 12, 31)), "Asia/Ho_Chi_Minh")
    assert span.until_ms == NEW_YEAR_MS
    assert span.holds_at(NEW_YEAR_MS - 5 * MINUTE_MS)
    assert not span.holds_at(NEW_YEAR_MS)


def test_the_part_between_two_days() -> None:
    dated = DatedLimit(AT_MOST, date(2026, 1, 1), date(2026, 6, 30))
    assert dated.within(date(2026, 3, 1), None) == DatedLimit(AT_MOST, date(2026, 3, 1), date(2026, 6, 30))
    assert dated.within(date(2026, 6, 30), date(2026, 6, 30)) is not None
    assert dated.within(date(2026, 7, 1), None) is None


def test_spans_of_one_limit_that_follow_one_another_are_one() -> None:
    origin = LimitOrigin("QCVN 40:2011")
    spans = [LimitSpan(AT_MOST, 10, 20, origin), LimitSpan(AT_MOST, 0, 10), LimitSpan(Limit(None, 45.0), 20, 30)]
    assert joined(spans) == (LimitSpan(AT_MOST, 0, 20, origin), LimitSpan(Limit(None, 45.0), 20, 30))


def test_other_words_for_its_source_make_no_other_limit() -> None:
    spans = [LimitSpan(AT_MOST, day, day + 10, LimitOrigin("GP 1", source=f"text {day}")) for day in (0, 10)]
    assert [(span.from_ms, span.until_ms) for span in joined(spans)] == [(0, 20)]
    other = LimitSpan(AT_MOST, 10, 20, LimitOrigin("GP 2"))
    assert len(joined((spans[0], other))) == 2


def test_what_the_journal_keeps_is_read_back() -> None:
    origin = LimitOrigin("QCVN 40:2011", (("column", "B"),), (("kq", 0.9),), ("kf",), Limit(None, 150.0), "N", "text")
    for span in (LimitSpan(AT_MOST), LimitSpan(Limit(5.5, 9.0, 3_600_000), 5, 7, origin)):
        assert limit_heard(limit_said(span)) == span
    assert limit_heard({"lowest": None, "highest": 50, "averaging_ms": None}) == LimitSpan(AT_MOST)
