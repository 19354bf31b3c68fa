"""What cameras do to their stamps, case by case."""

from __future__ import annotations

from itertools import pairwise

import pytest

from gateway.core.stream_time import StreamTime

WRAP_S = 2**32 / 90_000
FRAME_S = 1 / 15


def played(time: StreamTime, first_s: float, count: int, stamp_s: float) -> list[float]:
    """`count` pictures from `first_s` on by the clock, stamped from `stamp_s` on."""
    return [time.place(stamp_s + n * FRAME_S, stamp_s + n * FRAME_S, first_s + n * FRAME_S)[1] for n in range(count)]


def test_the_first_picture_without_stamps_is_placed_where_it_came() -> None:
    time = StreamTime(50.0, WRAP_S)
    assert time.place(None, None, 50.1) == pytest.approx((0.1, 0.1))
    assert time.place(7.0, 7.0, 50.2) == pytest.approx((0.2, 0.2))


def test_stamps_count_from_the_first_picture_that_has_none() -> None:
    """What came next was read late: the distance is the stamps'."""
    time = StreamTime(50.0, WRAP_S)
    time.place(None, None, 50.1)
    assert time.place(FRAME_S, FRAME_S, 50.4)[0] == pytest.approx(0.1 + FRAME_S)


def test_pictures_before_the_first_decoding_time_are_shown_in_their_own_order() -> None:
    """As FFmpeg gives a stream with B-frames: the first ones lack the decoding time."""
    time = StreamTime(0.0, WRAP_S)
    stamps = [(0.0, None), (0.2, None), (0.067, 0.0), (0.133, 0.067), (0.4, 0.133), (0.267, 0.2)]
    placed = [time.place(pts_s, dts_s, 0.1) for pts_s, dts_s in stamps]
    assert [round(shown_s - placed[0][0], 3) for shown_s, _ in placed] == [0, 0.2, 0.067, 0.133, 0.4, 0.267]
    assert all(shown_s >= decoded_s for shown_s, decoded_s in placed)


def test_a_picture_that_is_shown_a_quarter_of_an_hour_after_it_was_decoded_is_not() -> None:
    """FFmpeg stamped two pictures so in the third second of H.265 with sound: a clip of it was of fifteen minutes."""
    time = StreamTime(0.0, WRAP_S)
    stamps = [(0.35, 0.0), (0.25, 0.1), (903.6, 0.2), (903.5, 0.3), (0.65, 0.4), (0.55, 0.5)]
    placed = [time.place(pts_s, dts_s, dts_s) for pts_s, dts_s in stamps]
    assert all(shown_s - decoded_s < 0.5 for shown_s, decoded_s in placed)
    assert [round(shown_s, 2) for shown_s, _ in placed[-2:]] == [0.65, 0.55]


def test_a_stream_of_which_the_order_of_decoding_is_lost_keeps_its_distances() -> None:
    """FFmpeg, after the first sender report put the stamps back: from then on the one stamp stands for the other. Each
    second began a segment of its own."""
    time = StreamTime(0.0, WRAP_S)
    shown_at = [3 * (n // 3) + (3, 1, 2)[n % 3] for n in range(300)]  # P B B, in the order of decoding
    placed = []
    for n, at in enumerate(shown_at):
        told = (at * 0.1, n * 0.1) if n < 30 else (at * 0.1 - 72_000, at * 0.1 - 72_000)
        placed.append(time.place(*told, n * 0.1 + 0.02))
    shown = sorted(shown_s for shown_s, _ in placed[39:])
    assert max(b - a for a, b in pairwise(shown)) == pytest.approx(0.1, abs=1e-3)
    assert max(abs(shown_s - (n * 0.1)) for n, (shown_s, _) in enumerate(placed)) < 1
    assert all(b[1] >= a[1] and 0 <= b[0] - b[1] < 0.6 for a, b in pairwise(placed))


def test_a_wrap_around_is_none() -> None:
    time = StreamTime(0.0, WRAP_S)
    before = played(time, 0.0, 30, WRAP_S - 30 * FRAME_S)
    after = played(time, 30 * FRAME_S + 0.02, 30, 0.0)
    assert after[0] - before[-1] == pytest.approx(FRAME_S, abs=1e-4)


def test_a_camera_that_is_put_back_an_hour_goes_on() -> None:
    time = StreamTime(0.0, WRAP_S)
    before = played(time, 0.0, 30, 5000.0)
    after = played(time, 30 * FRAME_S, 30, 1400.0)
    assert after[0] - before[-1] == pytest.approx(FRAME_S, abs=1e-6)


def test_pictures_lost_on_the_way_leave_their_time_empty() -> None:
    """Also when the ones before them were held up until then: eight seconds of silence, three of pictures that had
    waited, the other five gone."""
    time = StreamTime(0.0, WRAP_S)
    before = played(time, 0.0, 30, 0.0)
    late = [time.place(2 + n * FRAME_S, 2 + n * FRAME_S, 10.0)[1] for n in range(45)]
    live = time.place(10.0, 10.0, 10.0)[1]
    assert late[0] - before[-1] == pytest.approx(FRAME_S)
    assert live - before[0] == pytest.approx(10.0)


def test_a_camera_whose_clock_stood_still_is_moved_up_to_the_present() -> None:
    """It made no pictures for eight seconds and stamps on as if nothing had been."""
    time = StreamTime(0.0, WRAP_S)
    played(time, 0.0, 300, 0.0)
    after = played(time, 28.0, 400, 20.0)
    assert after[-1] == pytest.approx(28.0 + 399 * FRAME_S, abs=0.1)


def test_sound_keeps_its_distance_to_the_pictures() -> None:
    pictures = StreamTime(0.0, WRAP_S)
    shown_s, _ = pictures.place(3.0, 3.0, 0.5)
    sound = StreamTime(0.0, WRAP_S, beside=pictures)
    assert sound.place(3.25, 3.25, 0.9)[0] - shown_s == pytest.approx(0.25)


def test_sound_that_counts_from_elsewhere_is_placed_where_it_came() -> None:
    pictures = StreamTime(0.0, WRAP_S)
    pictures.place(3.0, 3.0, 0.5)
    sound = StreamTime(0.0, WRAP_S, beside=pictures)
    assert sound.place(90_000.0, 90_000.0, 0.75)[0] == pytest.approx(0.75)


def test_pictures_whose_stamps_stand_still_are_placed_where_they_came() -> None:
    time = StreamTime(100.0, WRAP_S)
    placed = []
    for number in range(150):
        at_s = number / 10
        stamp_s = 5.0 if 5.0 <= at_s < 10.0 else at_s
        placed.append(time.place(stamp_s, stamp_s, 100.0 + at_s)[0])
    assert placed == pytest.approx([number / 10 for number in range(150)])


def test_pieces_of_one_picture_that_are_held_up_on_the_way_stay_together() -> None:
    time = StreamTime(100.0, WRAP_S)
    placed = []
    for number in range(40):
        at_s = number / 10
        arrived_s = 3.0 if 1.0 <= at_s < 3.0 else at_s
        placed += [time.place(at_s, at_s, 100.0 + arrived_s)[0] for _ in ("parameters", "slices")]
    assert placed == pytest.approx([number // 2 / 10 for number in range(80)])
