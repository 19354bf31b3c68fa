"""Whatever a camera stamps: seconds that never fall, and that keep to the clock."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gateway.core.stream_time import LEAP_S, MOST_DELAY_S, StreamTime

WRAP_S = 2**32 / 90_000
FRAME_S = 1 / 15

_stamps = st.one_of(st.none(), st.floats(-1e6, 1e6))


@given(st.lists(st.tuples(_stamps, _stamps, st.floats(0, 20)), max_size=80))
def test_decoding_times_never_fall_and_are_never_after_showing_whatever_is_stamped(
    packets: list[tuple[float | None, float | None, float]],
) -> None:
    time, now_s, last_s = StreamTime(100.0, WRAP_S), 100.0, float("-inf")
    for pts_s, dts_s, pause_s in packets:
        now_s += pause_s
        shown_s, decoded_s = time.place(pts_s, dts_s, now_s)
        assert last_s <= decoded_s <= shown_s <= decoded_s + MOST_DELAY_S + 1e-6
        last_s = decoded_s


@given(
    st.floats(-1e5, 1e5),
    st.lists(st.one_of(st.just(0.0), st.floats(-1e5, 1e5)), min_size=20, max_size=200),
)
def test_stamps_that_leap_are_placed_where_they_came(began_s: float, leaps: list[float]) -> None:
    """A picture each fifteenth of a second, its stamps put about by as much as anything: off by less than what is
    believed of a stamp for each leap that is small enough to be believed."""
    time, now_s, stamp_s, believed_s = StreamTime(0.0, WRAP_S), 0.0, began_s, 0.0
    for leap_s in leaps:
        now_s += FRAME_S
        stamp_s += FRAME_S + leap_s
        believed_s += abs(leap_s) if abs(leap_s) <= LEAP_S else 0.0
        _, decoded_s = time.place(stamp_s, stamp_s, now_s)
        assert abs(decoded_s - now_s) <= believed_s + LEAP_S


@given(st.floats(-1e6, 1e6), st.lists(st.floats(0, 0.9), min_size=1, max_size=300))
def test_what_was_only_held_up_on_the_way_keeps_its_distances(began_s: float, delays: list[float]) -> None:
    time = StreamTime(0.0, WRAP_S)
    shown = []
    for number, delay_s in enumerate(delays):
        stamp_s = began_s + number * FRAME_S
        shown.append(time.place(stamp_s, stamp_s, number * FRAME_S + delay_s)[0])
    assert all(abs(b - a - FRAME_S) < 1e-6 for a, b in zip(shown, shown[1:], strict=False))
