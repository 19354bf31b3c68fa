"""Gaps of video against a naive look at every half second."""

from __future__ import annotations

from itertools import groupby

from hypothesis import given
from hypothesis import strategies as st

from gateway.core.continuity import UNDER_WAY_MS, continuity, gaps_between, seconds_by_day
from gateway.core.video import GapCause, Segment, SegmentState, VideoGap

CELL_MS = 500
LAST = 200
cells = st.integers(0, LAST)
states = st.sampled_from(SegmentState)


@st.composite
def segments(draw: st.DrawFn) -> list[Segment]:
    made = []
    for number in range(draw(st.integers(0, 8))):
        begin, state = draw(cells), draw(states)
        end = None if state is SegmentState.WRITING else begin + draw(st.integers(0, 60))
        end_ms = None if end is None else end * CELL_MS
        made.append(Segment(number, "a", begin * CELL_MS, end_ms, f"{number}", None, state))
    return made


@st.composite
def noted(draw: st.DrawFn) -> list[VideoGap]:
    made = []
    for number in range(draw(st.integers(0, 6))):
        begin = draw(cells)
        end = draw(st.none() | st.integers(begin, LAST + 20))
        cause = draw(st.sampled_from([GapCause.LOST_FRAMES, GapCause.CUT, GapCause.SILENT]))
        end_ms = None if end is None else end * CELL_MS
        made.append(VideoGap(begin * CELL_MS, end_ms, cause, f"{number}"))
    return made


def exists(cell: int, there: list[Segment], causes: list[VideoGap], last_frame: int | None) -> bool:
    at_ms = cell * CELL_MS
    if any(
        one.cause is GapCause.LOST_FRAMES and one.end_ms is not None and one.begin_ms <= at_ms < one.end_ms
        for one in causes
    ):
        return False
    usable = [one for one in there if one.state in (SegmentState.WHOLE, SegmentState.WRITING)]
    for one in usable:
        end_ms = one.end_ms
        is_newest = all((other.begin_ms, other.id) <= (one.begin_ms, one.id) for other in usable)
        if end_ms is None:
            end_ms = last_frame * CELL_MS if is_newest and last_frame is not None else one.begin_ms
        if one.begin_ms <= at_ms < end_ms:
            return True
    return False


@given(segments(), noted(), cells, cells, cells, cells, st.none() | cells)
def test_gaps_are_what_a_look_at_every_half_second_finds(
    there: list[Segment],
    causes: list[VideoGap],
    first: int,
    last: int,
    known: int,
    now: int,
    last_frame: int | None,
) -> None:
    found = gaps_between(
        there,
        causes,
        first * CELL_MS,
        last * CELL_MS,
        known_from_ms=known * CELL_MS,
        now_ms=now * CELL_MS,
        last_frame_ms=None if last_frame is None else last_frame * CELL_MS,
    )
    expected: set[int] = set()
    span = range(max(first, known), min(last, now))
    for is_there, run in groupby(span, key=lambda cell: exists(cell, there, causes, last_frame)):
        hole = list(run)
        touched = any(
            one.begin_ms < (hole[-1] + 1) * CELL_MS and (one.end_ms is None or one.end_ms > hole[0] * CELL_MS)
            for one in causes
        )
        is_under_way = hole[-1] + 1 == now and len(hole) * CELL_MS < UNDER_WAY_MS and not touched
        if not is_there and len(hole) >= 2 and not is_under_way:
            expected |= set(hole)
    told = []
    for gap in found:
        assert gap.end_ms is not None
        assert gap.begin_ms < gap.end_ms
        told += range(gap.begin_ms // CELL_MS, gap.end_ms // CELL_MS)
    assert told == sorted(expected)  # in order, and none twice
    named = {(one.cause, one.detail) for one in causes} | {(GapCause.UNKNOWN, ""), (GapCause.NOT_RUNNING, "")}
    assert all((gap.cause, gap.detail) in named for gap in found)


@given(segments(), noted(), cells, cells)
def test_a_gap_that_was_noted_as_a_whole_has_its_cause(
    there: list[Segment], causes: list[VideoGap], first: int, last: int
) -> None:
    """Of what lies in one noted gap alone nothing else is said, but for a second at its edges."""
    span = (first * CELL_MS, last * CELL_MS)
    for gap in gaps_between(there, causes, *span, known_from_ms=0, now_ms=10**9):
        assert gap.end_ms is not None
        for at_ms in range(gap.begin_ms + 1000, gap.end_ms - 1000, CELL_MS):
            holding = [one for one in causes if one.begin_ms <= at_ms and (one.end_ms is None or one.end_ms > at_ms)]
            around = [
                one
                for one in causes
                if one.begin_ms <= at_ms + 1000 and (one.end_ms is None or one.end_ms > at_ms - 1000)
            ]
            if len(holding) == 1 and around == holding:
                assert gap.cause is holding[0].cause


@given(segments(), noted())
def test_days_add_up_to_the_gaps(there: list[Segment], causes: list[VideoGap]) -> None:
    """Of days of a minute and a half: a zone's midnight is put into the middle."""
    shift_ms = 86_400_000 - LAST * CELL_MS // 2
    moved = [
        Segment(one.id, "a", one.begin_ms + shift_ms, one.end_ms and one.end_ms + shift_ms, one.file, None, one.state)
        for one in there
    ]
    span = (shift_ms, shift_ms + LAST * CELL_MS)
    found = gaps_between(moved, [], *span, known_from_ms=0, now_ms=10**12)
    total_s = sum((one.end_ms or 0) - one.begin_ms for one in found) / 1000
    assert sum(seconds_by_day(found, "UTC").values()) == total_s
    days = continuity(found, *span, "UTC", known_from_ms=0, now_ms=10**12)
    assert sum(day.gap_ms for day in days) == total_s * 1000
    assert [day.expected_ms for day in days] == [LAST * CELL_MS // 2] * 2
    assert all(0 <= day.share <= 1 for day in days)
