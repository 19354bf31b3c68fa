"""Where frames are missing, and how late each came."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gateway.core.frame_times import FrameTimes

FRAME_S = 0.1


def test_frames_in_time_are_not_late_and_lack_nothing() -> None:
    times = FrameTimes()
    for number in range(100):
        placed = times.place(number * FRAME_S, number * FRAME_S, 50 + number * FRAME_S)
        assert (placed.late_ms, placed.lost_from_ms, placed.zero_ms) == (0, None, 50_000)
    assert times.lasts_ms == 100


def test_a_stalled_line_makes_frames_late_and_moves_none() -> None:
    times = FrameTimes()
    for number in range(50):
        times.place(number * FRAME_S, number * FRAME_S, number * FRAME_S)
    late = [times.place(number * FRAME_S, number * FRAME_S, 9.0 + number / 1000) for number in range(50, 90)]
    assert late[0].late_ms == 4050
    assert late[-1].late_ms < 200
    assert {placed.zero_ms for placed in late} == {0}
    assert {placed.lost_from_ms for placed in late} == {None}


def test_frames_that_never_came_are_missing_from_the_end_of_the_last() -> None:
    times = FrameTimes()
    for number in range(20):
        times.place(number * FRAME_S, number * FRAME_S, number * FRAME_S)
    assert times.place(7.0, 7.0, 7.0).lost_from_ms == 2000
    assert times.place(7.1, 7.1, 7.1).lost_from_ms is None
    assert times.lasts_ms == 100, "what was lost is no frame's length"


def test_a_stream_that_lags_for_good_lies_elsewhere_after_seconds() -> None:
    times = FrameTimes()
    for number in range(300):
        placed = times.place(number * FRAME_S * 0.9, number * FRAME_S * 0.9, number * FRAME_S)
    assert 1800 <= placed.zero_ms <= 3000
    assert placed.late_ms <= 1100


@given(st.lists(st.floats(0, 3), min_size=1, max_size=100))
def test_nothing_is_early_and_the_least_late_is_not_late_at_all(delays: list[float]) -> None:
    times = FrameTimes()
    placed = [times.place(n * FRAME_S, n * FRAME_S, n * FRAME_S + delay) for n, delay in enumerate(delays)]
    assert all(one.late_ms >= 0 for one in placed)
    assert min(one.late_ms for one in placed) == 0
