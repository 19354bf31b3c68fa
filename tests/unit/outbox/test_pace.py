"""Trips as long as the line is quick, and never faster than the authority wants."""

from __future__ import annotations

import pytest

from gateway.outbox.pace import FEWEST, MOST, Pace


def test_a_lane_without_haste_keeps_its_trips_small_and_never_rests() -> None:
    pace = Pace(None)
    assert pace.travelled(FEWEST, 0.1) == 0.0
    assert pace.size == FEWEST


@pytest.mark.parametrize(
    ("files_per_s", "size"), [(2.4, FEWEST), (12.0, 60), (30.0, 150), (150.0, MOST), (10_000.0, MOST)]
)
def test_a_trip_takes_about_five_seconds_on_any_line(files_per_s: float, size: int) -> None:
    pace = Pace(1000.0)
    for _ in range(5):
        pace.travelled(pace.size, pace.size / files_per_s)
    assert pace.size == size


def test_a_trip_that_was_not_full_says_nothing_about_the_line() -> None:
    pace = Pace(1000.0)
    pace.travelled(FEWEST, 0.1)
    pace.travelled(1, 0.5)
    assert pace.size == MOST


@pytest.mark.parametrize("rate", [0.5, 1.0, 5.0, 20.0, 75.0, 200.0])
def test_a_day_of_files_goes_at_the_rate_and_no_faster(rate: float) -> None:
    pace = Pace(rate)
    seconds, files = 0.0, 0
    while files < 288:
        took_s = pace.size / 400
        files += pace.size
        seconds += took_s + pace.travelled(pace.size, took_s)
    assert files / seconds == pytest.approx(rate)


def test_what_is_slower_than_the_rate_does_not_rest() -> None:
    assert Pace(20.0).travelled(20, 3.0) == 0.0
