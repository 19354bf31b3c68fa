"""Limits with days: spans tile time, joining them neither loses nor adds a moment, and what ran is what is told."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.audit.in_force import tell_limits
from gateway.audit.limit_history import limits_in_force
from gateway.core.dated_limit import DatedLimit, LimitOrigin, LimitSpan, joined, span_of
from gateway.core.findings import FindingRules, LineRules
from gateway.core.instants import HOUR_MS, day_begins_ms
from gateway.core.limits import LevelFractions, Limit
from gateway.core.quality import QualityRules
from gateway.core.reading import Parameter
from gateway.core.record import Record
from gateway.core.slot import Slot
from gateway.core.standard_table import Standard, TableCase, TableLine
from gateway.core.standards import limits_by
from tests.support.examples import examples
from tests.support.journey import Journey

SLOT_MS = 300_000
COD = Parameter("COD", "mg/L")
ZONES = st.sampled_from(["Asia/Ho_Chi_Minh", "Europe/Berlin", "UTC"])
days = st.dates(date(2020, 1, 1), date(2032, 12, 31))
limits = st.builds(Limit, st.none(), st.sampled_from([45.0, 50.0]), st.sampled_from([None, HOUR_MS, 24 * HOUR_MS]))
origins = st.sampled_from([None, LimitOrigin("QCVN 05:2023"), LimitOrigin("QCVN 05:2013")])


@given(st.lists(days, unique=True, max_size=8).map(sorted), ZONES)
def test_the_spans_of_days_that_follow_one_another_tile_time(firsts: list[date], zone: str) -> None:
    begins = [None, *firsts]
    untils = [*(day - timedelta(days=1) for day in firsts), None]
    spans = [
        span_of(DatedLimit(Limit(highest=float(number + 1)), since, until), zone)
        for number, (since, until) in enumerate(zip(begins, untils, strict=True))
    ]
    edges = [day_begins_ms(day, zone) for day in firsts]
    for at_ms in [-(10**13), 10**13, *(edge + away for edge in edges for away in (-1, 0, 1))]:
        assert [span.limit.highest for span in spans if span.holds_at(at_ms)] == [
            1.0 + sum(edge <= at_ms for edge in edges)
        ]


@st.composite
def apart(draw: st.DrawFn) -> list[LimitSpan]:
    """Spans that do not overlap where their averaging times are the same, some of which touch."""
    found = []
    for averaging_ms in (None, HOUR_MS):
        edges = sorted(draw(st.lists(st.integers(0, 40), unique=True, max_size=10)))
        for first, behind in zip(edges, edges[1:], strict=False):
            if draw(st.booleans()):
                limit = Limit(None, draw(st.sampled_from([45.0, 50.0])), averaging_ms)
                found.append(LimitSpan(limit, first, behind, draw(origins)))
    return draw(st.permutations(found))


@given(apart())
def test_joining_neither_loses_nor_adds_a_moment(spans: list[LimitSpan]) -> None:
    kept = joined(spans)
    for at in range(-1, 42):
        before = [(span.limit, span.origin) for span in spans if span.holds_at(at)]
        after = [(span.limit, span.origin) for span in kept if span.holds_at(at)]
        assert sorted(str(limit) for limit, _ in before) == sorted(str(limit) for limit, _ in after)
        for limit, origin in before:  # only what nobody knows the origin of gains one
            assert origin is None or (limit, origin) in after
    assert all(span.from_ms < span.until_ms for span in kept)


@given(days, days, days, days, limits)
def test_within_is_the_days_that_both_have(a: date, b: date, c: date, d: date, limit: Limit) -> None:
    own, other = sorted((a, b)), sorted((c, d))
    part = DatedLimit(limit, own[0], own[1]).within(other[0], other[1])
    for day in {a, b, c, d, *(one + timedelta(days=1) for one in (a, b, c, d))}:
        is_in_both = own[0] <= day <= own[1] and other[0] <= day <= other[1]
        assert (part is not None and part.holds_on(day)) == is_in_both


@given(days, days, st.lists(days, min_size=1, max_size=5, unique=True).map(sorted))
def test_a_table_says_one_number_for_each_of_its_days_and_none_for_others(a: date, b: date, firsts: list[date]) -> None:
    since, until = min(a, b), max(a, b)
    cases = tuple(
        TableCase(None, float(number + 1), (), first, None if behind is None else behind - timedelta(days=1))
        for number, (first, behind) in enumerate(zip(firsts, [*firsts[1:], None], strict=True))
    )
    standard = Standard("QCVN 1:2020", (TableLine(COD, cases),), since=since, until=until)
    probes = {since, until, *firsts}
    probes |= {day + timedelta(days=away) for day in list(probes) for away in (-1, 1)}
    if until < firsts[0]:
        return  # it has no day at all
    found = limits_by(standard, COD)
    for day in probes:
        expected = float(sum(first <= day for first in firsts)) if since <= day <= until else 0
        assert [one.limit.highest for one in found if one.holds_on(day)] == ([expected] if expected else [])


@settings(max_examples=examples(40), deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(1, 30), st.sampled_from([None, 50.0, 45.0, 40.0]), st.integers(0, 4 * 10**12)),
        min_size=1,
        max_size=6,
    )
)
def test_whatever_the_clock_shows_at_a_start_each_slot_is_judged_by_what_ran(
    starts: list[tuple[int, float | None, int]],
) -> None:
    """Each start closes so many slots, with a limit or without one, and its clock shows anything."""
    with TemporaryDirectory() as folder:
        journey = Journey(Path(folder))
        end_ms, ran = 1_767_200_400_000, list[tuple[int, float | None]]()
        for slots, most, clock_ms in starts:
            rules = _rules(most)
            tell_limits(journey.database, rules, clock_ms)
            for _ in range(slots):
                end_ms += SLOT_MS
                journey.records.add(Record(Slot(end_ms, SLOT_MS), (), ()), end_ms)
                ran.append((end_ms - SLOT_MS, most))
        spans = limits_in_force(journey.database, _rules(1.0))(COD)
        journey.database.close()
    told = [(begin_ms, [one.limit.highest for one in spans if one.holds_at(begin_ms)]) for begin_ms, _ in ran]
    assert told == [(begin_ms, [] if most is None else [most]) for begin_ms, most in ran]


def _rules(most: float | None) -> FindingRules:
    spans = () if most is None else (LimitSpan(Limit(None, most)),)
    return FindingRules((LineRules(COD, QualityRules(), None, spans),), (), LevelFractions(), SLOT_MS)


@pytest.mark.parametrize("zone", ["Asia/Ho_Chi_Minh", "Europe/Berlin"])
def test_a_day_is_its_own_however_long(zone: str) -> None:
    """29 March 2026 has 23 hours in Berlin."""
    day = date(2026, 3, 29)
    span = span_of(DatedLimit(Limit(highest=1.0), day, day), zone)
    assert span.until_ms - span.from_ms == (23 if zone == "Europe/Berlin" else 24) * HOUR_MS
