"""Batches as long as the line is quick, and never faster than the authority wants."""

from __future__ import annotations

import pytest

from gateway.outbox.batch_size import FEWEST, MOST, BatchSize


def test_a_lane_without_haste_keeps_its_batches_small_and_never_rests() -> None:
    batch = BatchSize(None)
    assert batch.batch_over(FEWEST, 0.1) == 0.0
    assert batch.files == FEWEST


@pytest.mark.parametrize(
    ("files_per_s", "size"), [(2.4, FEWEST), (12.0, 60), (30.0, 150), (150.0, MOST), (10_000.0, MOST)]
)
def test_a_batch_takes_about_five_seconds_on_any_line(files_per_s: float, size: int) -> None:
    batch = BatchSize(1000.0)
    for _ in range(5):
        batch.batch_over(batch.files, batch.files / files_per_s)
    assert batch.files == size


def test_a_batch_that_was_not_full_says_nothing_about_the_line() -> None:
    batch = BatchSize(1000.0)
    batch.batch_over(FEWEST, 0.1)
    batch.batch_over(1, 0.5)
    assert batch.files == MOST


@pytest.mark.parametrize("rate", [0.5, 1.0, 5.0, 20.0, 75.0, 200.0])
def test_a_day_of_files_goes_at_the_rate_and_no_faster(rate: float) -> None:
    batch = BatchSize(rate)
    seconds, files = 0.0, 0
    while files < 288:
        took_s = batch.files / 400
        files += batch.files
        seconds += took_s + batch.batch_over(batch.files, took_s)
    assert files / seconds == pytest.approx(rate)


def test_what_is_slower_than_the_rate_does_not_rest() -> None:
    assert BatchSize(20.0).batch_over(20, 3.0) == 0.0
