"""Which seconds of video exist, and why the others do not."""

from __future__ import annotations

from datetime import date

import pytest

from gateway.core.continuity import VideoDay, continuity, gaps_between, seconds_by_day
from gateway.core.video import GapCause, Segment, SegmentState, VideoGap

ZONE = "Asia/Ho_Chi_Minh"
BEGIN_MS = 1_767_200_400_000
"""2026-01-01T00:00:00+07:00"""


def at(seconds: float) -> int:
    return BEGIN_MS + round(seconds * 1000)


def segment(begin_s: float, end_s: float | None, state: SegmentState = SegmentState.WHOLE) -> Segment:
    end_ms = None if end_s is None else at(end_s)
    return Segment(round(begin_s * 10), "outlet", at(begin_s), end_ms, f"{begin_s}", None, state)


def gap(begin_s: float, end_s: float | None, cause: GapCause, detail: str = "") -> VideoGap:
    return VideoGap(at(begin_s), None if end_s is None else at(end_s), cause, detail)


def found(
    segments: list[Segment],
    noted: list[VideoGap] | None = None,
    *,
    first_s: float = 0,
    last_s: float = 1000,
    known_s: float | None = 0,
    now_s: float = 1000,
    frame_s: float | None = None,
) -> list[tuple[float, float, GapCause]]:
    gaps = gaps_between(
        segments,
        noted or [],
        at(first_s),
        at(last_s),
        known_from_ms=None if known_s is None else at(known_s),
        now_ms=at(now_s),
        last_frame_ms=None if frame_s is None else at(frame_s),
    )
    told = []
    for one in gaps:
        assert one.end_ms is not None
        told.append(((one.begin_ms - BEGIN_MS) / 1000, (one.end_ms - BEGIN_MS) / 1000, one.cause))
    return told


def test_what_no_segment_covers_is_a_gap_whether_it_was_noted_or_not() -> None:
    segments = [segment(0, 300), segment(400, 1000)]
    assert found(segments) == [(300, 400, GapCause.UNKNOWN)]
    assert found(segments, [gap(300, 400, GapCause.CUT)]) == [(300, 400, GapCause.CUT)]


def test_less_than_a_second_between_two_segments_is_none() -> None:
    assert found([segment(0, 300), segment(300.999, 1000)]) == []
    assert found([segment(0, 300), segment(301, 1000)]) == [(300, 301, GapCause.UNKNOWN)]


def test_nothing_before_it_was_known_and_nothing_to_come_is_missing() -> None:
    assert found([segment(200, 300)], known_s=200, now_s=300) == []
    assert found([segment(200, 300)], known_s=None) == []
    assert found([], known_s=2000) == []


def test_frames_lost_within_a_segment_are_a_gap_and_other_causes_there_are_not() -> None:
    noted = [gap(100, 110, GapCause.LOST_FRAMES), gap(200, 210, GapCause.NO_DISK), gap(300, None, GapCause.SILENT)]
    assert found([segment(0, 1000)], noted) == [(100, 110, GapCause.LOST_FRAMES)]


def test_an_open_segment_counts_up_to_the_last_frame_that_is_known() -> None:
    assert found([segment(0, None, SegmentState.WRITING)], frame_s=999) == []
    assert found([segment(0, None, SegmentState.WRITING)], frame_s=400) == [(400, 1000, GapCause.NOT_RUNNING)]
    assert found([segment(0, None, SegmentState.WRITING)]) == [(0, 1000, GapCause.NOT_RUNNING)]


def test_one_left_unfinished_counts_for_nothing_while_a_newer_one_is_written() -> None:
    segments = [segment(0, None, SegmentState.WRITING), segment(500, None, SegmentState.WRITING)]
    assert found(segments, frame_s=1000) == [(0, 500, GapCause.UNKNOWN)]
    assert found([segments[0], segment(500, 1000)], frame_s=1000) == [(0, 500, GapCause.UNKNOWN)]


def test_the_last_seconds_are_on_their_way_unless_it_is_known_why_they_are_not() -> None:
    open_one = segment(0, None, SegmentState.WRITING)
    assert found([open_one], frame_s=971) == []
    assert found([open_one], frame_s=969) == [(969, 1000, GapCause.NOT_RUNNING)]
    assert found([open_one], [gap(972, None, GapCause.CUT)], frame_s=971) == [(971, 1000, GapCause.CUT)]
    assert found([segment(0, 971)], last_s=990) == [(971, 990, GapCause.UNKNOWN)]  # not of now


def test_what_is_gone_or_damaged_is_missing_and_says_why() -> None:
    segments = [segment(0, 300), segment(300, 600, SegmentState.MISSING), segment(600, 1000)]
    noted = [gap(300, 600, GapCause.FILE_LOST, "its file is gone")]
    assert found(segments, noted) == [(300, 600, GapCause.FILE_LOST)]
    assert found([segment(0, 1000, SegmentState.DAMAGED)]) == [(0, 1000, GapCause.NOT_RUNNING)]
    assert found([segment(0, 1000, SegmentState.GARBAGE)]) == [(0, 1000, GapCause.NOT_RUNNING)]


def test_segments_may_overlap_where_the_clock_was_set_back() -> None:
    assert found([segment(0, 600), segment(300, 900), segment(400, 500), segment(900, 1000)]) == []


def test_that_frames_are_missing_is_noticed_late() -> None:
    """The watchdog waits ten seconds, and the first frame of a new connection is some way from its key frame."""
    noted = [gap(310, 320, GapCause.SILENT), gap(320, 350, GapCause.NO_ANSWER)]
    assert found([segment(0, 300), segment(352, 1000)], noted) == [
        (300, 320, GapCause.SILENT),
        (320, 352, GapCause.NO_ANSWER),
    ]


def test_what_is_long_and_unexplained_stays_so() -> None:
    assert found([segment(0, 300), segment(900, 1000)], [gap(500, 600, GapCause.CUT)]) == [
        (300, 500, GapCause.UNKNOWN),
        (500, 600, GapCause.CUT),
        (600, 900, GapCause.UNKNOWN),
    ]


def test_where_two_causes_were_noted_the_one_that_began_last_counts() -> None:
    noted = [gap(300, 900, GapCause.NOT_RUNNING), gap(500, 600, GapCause.NO_DISK)]
    assert found([segment(0, 300), segment(900, 1000)], noted) == [
        (300, 500, GapCause.NOT_RUNNING),
        (500, 600, GapCause.NO_DISK),
        (600, 900, GapCause.NOT_RUNNING),
    ]


def test_a_gap_that_reaches_beyond_the_span_is_cut_at_its_bounds() -> None:
    assert found([], [gap(-500, 5000, GapCause.REMOVED)], first_s=100, last_s=200) == [(100, 200, GapCause.REMOVED)]


def test_the_seconds_of_a_day_are_those_of_the_stations_zone() -> None:
    midnight_s = 86_400
    gaps = [gap(10, 20, GapCause.CUT), gap(midnight_s - 5, midnight_s + 2.5, GapCause.CUT)]
    assert seconds_by_day(gaps, ZONE) == {date(2026, 1, 1): 15.0, date(2026, 1, 2): 2.5}
    assert seconds_by_day(gaps, "UTC") == {date(2025, 12, 31): 10.0, date(2026, 1, 1): 7.5}


def test_continuity_is_told_day_by_day_of_what_is_over() -> None:
    days = continuity(
        [gap(3600, 7200, GapCause.CUT)], at(0), at(10 * 86_400), ZONE, known_from_ms=at(1800), now_ms=at(86_400 * 1.5)
    )
    assert days == [
        VideoDay(date(2026, 1, 1), (86_400 - 1800) * 1000, 3_600_000),
        VideoDay(date(2026, 1, 2), 43_200_000, 0),
    ]
    assert days[0].share == pytest.approx(1 - 3600 / 84_600)
    assert continuity([], at(0), at(9), ZONE, known_from_ms=None, now_ms=at(9)) == []


def test_a_day_on_which_clocks_change_has_its_own_length() -> None:
    first_ms = 1_774_738_800_000  # 2026-03-29T00:00:00+01:00, when Berlin has 23 hours
    (day, _) = continuity(
        [], first_ms, first_ms + 86_400_000, "Europe/Berlin", known_from_ms=first_ms, now_ms=first_ms + 86_400_000
    )
    assert day == VideoDay(date(2026, 3, 29), 23 * 3_600_000, 0)
