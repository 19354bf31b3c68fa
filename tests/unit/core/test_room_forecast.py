"""Whether three months fit is said in time, and what would help is right."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gateway.core.instants import DAY_MS, HOUR_MS
from gateway.core.room_forecast import CameraRate, RoomForecast, forecast, size_text
from gateway.core.video_rules import VideoRules

NOW_MS = 1_767_225_600_000
TB, GB = 10**12, 10**9
RULES = VideoRules(92 * DAY_MS, None, 4 * GB, 20 * GB)
MEASURED = CameraRate("outlet", 2e6, DAY_MS)


def judged(rates: int = 1, rules: VideoRules = RULES, *, used: int = 0, free: int = 2 * TB) -> RoomForecast:
    return forecast(
        [MEASURED] * rates, rules, used_bytes=used, free_bytes=free, total_bytes=used + free + 10 * GB, now_ms=NOW_MS
    )


def test_two_megabits_are_two_terabytes_in_three_months() -> None:
    assert judged().needed_bytes == pytest.approx(2 * TB, rel=0.01)


def test_what_fits_fits_for_ever() -> None:
    found = judged(free=2100 * GB)
    assert found.fits
    assert found.full_ms is None
    assert found.short_bytes == 0
    assert found.words() == "92 days of video fit: 1.99 TB of 2.08 TB"


def test_the_day_is_the_station_s() -> None:
    found = judged(2, replace(RULES, zone="Asia/Ho_Chi_Minh"), used=100 * GB, free=904 * GB)
    assert found.full_ms is not None
    assert found.full_ms % DAY_MS > 17 * HOUR_MS
    assert "it is full on 2026-01-22;" in found.words()


def test_of_what_does_not_fit_it_says_until_when_it_lasts_and_what_would_help() -> None:
    found = judged(2, used=100 * GB, free=904 * GB)
    assert not found.fits
    assert found.room_bytes == 980 * GB
    assert found.full_ms == NOW_MS + round(900 * GB / (4e6 / 8000))
    assert found.words() == (
        "92 days of video need 3.97 TB, there is room for 980 GB (23 days), it is full on 2026-01-21; what would help:"
        " a disk that is larger by 2.99 TB, or at most 0.49 Mb/s a camera"
    )


def test_one_day_is_no_days() -> None:
    assert " (1 day), it is full on " in judged(2, free=64 * GB).words()


@pytest.mark.parametrize("rates", [1, 4])
@pytest.mark.parametrize("max_bytes", [None, 800 * GB])
def test_what_it_says_would_help_does(rates: int, max_bytes: int | None) -> None:
    rules = replace(RULES, max_bytes=max_bytes)
    found = judged(rates, rules, free=900 * GB)
    assert found.is_disk_the_bound is (max_bytes is None)
    slower = CameraRate("outlet", found.fitting_bits_a_second * 0.9999, DAY_MS)
    assert forecast([slower] * rates, rules, used_bytes=0, free_bytes=900 * GB, total_bytes=TB, now_ms=NOW_MS).fits
    larger = replace(rules, max_bytes=None if max_bytes is None else max_bytes + found.short_bytes)
    more = 900 * GB if max_bytes else 900 * GB + found.short_bytes
    if max_bytes is None:
        assert judged(rates, larger, free=more).fits
    else:
        assert judged(rates, larger, free=20 * TB).fits


def test_a_full_disk_is_full_now() -> None:
    assert judged(used=900 * GB, free=GB).full_ms == NOW_MS


def test_what_others_have_on_the_disk_is_named_where_it_is_what_is_missing() -> None:
    found = forecast([MEASURED], RULES, used_bytes=0, free_bytes=1500 * GB, total_bytes=2 * TB, now_ms=NOW_MS)
    assert "other files take 500 GB of the disk" in found.words()


def test_nothing_is_told_of_estimates_and_early_only_what_is_clear() -> None:
    def short(measured_ms: int, over: float, *, is_told: bool = False) -> bool:
        rate = CameraRate("outlet", 2e6 * over, measured_ms)
        rules = replace(RULES, pinned_bytes=0, leave_free=0)
        free = round(2e6 / 8 * 92 * 86400)
        found = forecast([rate], rules, used_bytes=0, free_bytes=free, total_bytes=free, now_ms=NOW_MS)
        return found.is_short(is_told=is_told)

    assert not short(0, 5.0)
    assert short(HOUR_MS, 1.2)
    assert not short(HOUR_MS, 1.05)
    assert short(DAY_MS, 1.05)
    assert not short(DAY_MS, 0.99)
    assert short(DAY_MS, 0.99, is_told=True)
    assert not short(DAY_MS, 0.94, is_told=True)


def test_a_camera_that_never_sent_anything_hides_no_shortage_of_the_others_and_makes_none() -> None:
    def short(measured: int, silent: int) -> bool:
        rates = [MEASURED] * measured + [CameraRate("gate", 2e6)] * silent
        return forecast(rates, RULES, used_bytes=0, free_bytes=2500 * GB, total_bytes=3 * TB, now_ms=NOW_MS).is_short(
            is_told=False
        )

    assert short(2, 1)
    assert not short(1, 3)


def test_a_small_disk_is_not_all_set_apart_for_pins() -> None:
    assert judged(free=14 * GB).room_bytes == 9 * GB


def test_without_cameras_everything_fits() -> None:
    found = forecast([], RULES, used_bytes=0, free_bytes=0, total_bytes=0, now_ms=NOW_MS)
    assert found.fits
    assert not found.is_short(is_told=False)


@pytest.mark.parametrize(
    ("size", "text"),
    [(1_840_000_000_000, "1.84 TB"), (640 * GB, "640 GB"), (75_400_000, "75.4 MB"), (500, "0.5 kB"), (0, "0 kB")],
)
def test_sizes_are_told_as_on_a_disks_box(size: int, text: str) -> None:
    assert size_text(size) == text
