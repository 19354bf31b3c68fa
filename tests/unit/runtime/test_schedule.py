"""Jobs by the calendar, on a clock that is set by hours, by years, and back."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import Self
from zoneinfo import ZoneInfo

import pytest

from gateway.runtime import schedule as room
from gateway.runtime.schedule import LOOK_EVERY_S, AlarmClock
from tests.support.clock import FakeClock

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
HOUR_S = 3600
YEAR_MS = 365 * 86_400_000


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> FakeClock:
    """Shown to APScheduler as well, which looks for itself."""
    held = FakeClock()

    class ShownTime(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Self:
            return cls(1970, 1, 1, tzinfo=UTC).__add__(timedelta(milliseconds=held.wall_ms)).astimezone(tz)

    monkeypatch.setattr("apscheduler.schedulers.base.datetime", ShownTime)
    monkeypatch.setattr(room, "datetime", ShownTime)
    return held


@pytest.fixture
def alarm(clock: FakeClock) -> AlarmClock:
    made = AlarmClock()
    made.step(clock.now())
    return made


def test_a_job_rings_every_so_often_and_not_before(alarm: AlarmClock, clock: FakeClock) -> None:
    rung: list[float] = []
    alarm.every("look", 100, lambda: rung.append(clock.mono_s))
    for _ in range(31):
        alarm.step(clock.advance(10))
    assert rung == [1100.0, 1200.0, 1300.0]


def test_it_is_called_when_the_next_job_is_due_and_at_least_once_a_minute(alarm: AlarmClock, clock: FakeClock) -> None:
    alarm.every("look", 70, lambda: None)
    assert alarm.step(clock.now()) == clock.mono_s + LOOK_EVERY_S
    assert alarm.step(clock.advance(60)) == pytest.approx(clock.mono_s + 10)


def test_what_was_missed_rings_once(alarm: AlarmClock, clock: FakeClock) -> None:
    rung: list[int] = []
    alarm.every("look", 60, lambda: rung.append(1))
    alarm.daily("night", time(3), HANOI, lambda: rung.append(2))
    alarm.step(clock.advance(100 * 86_400))
    assert sorted(rung) == [1, 2]


def test_a_daily_job_rings_at_its_local_time(alarm: AlarmClock, clock: FakeClock) -> None:
    """The clock shows midnight in Hanoi."""
    rung: list[float] = []
    alarm.daily("night", time(3, 10), HANOI, lambda: rung.append(clock.mono_s))
    for _ in range(6 * 28):
        alarm.step(clock.advance(600))
    assert rung == [1000.0 + 3 * HOUR_S + 600, 1000.0 + 27 * HOUR_S + 600]


@pytest.mark.parametrize("by_ms", [-HOUR_S * 1000, -50 * YEAR_MS, HOUR_S * 1000, 70 * YEAR_MS])
def test_a_clock_that_is_set_neither_stalls_a_job_nor_rings_it_early(
    alarm: AlarmClock, clock: FakeClock, by_ms: int
) -> None:
    rung: list[float] = []
    alarm.every("look", 900, lambda: rung.append(clock.mono_s))
    alarm.step(clock.advance(500))
    clock.jump_wall(by_ms)
    for _ in range(20):
        alarm.step(clock.advance(50))
    assert rung == [1900.0]


def test_after_the_clock_was_set_back_a_daily_job_rings_at_the_time_that_is_shown(
    alarm: AlarmClock, clock: FakeClock
) -> None:
    rung: list[float] = []
    alarm.daily("night", time(3), HANOI, lambda: rung.append(clock.mono_s))
    alarm.step(clock.advance(4 * HOUR_S))
    clock.jump_wall(-48 * HOUR_S * 1000)
    alarm.step(clock.now())
    alarm.step(clock.advance(22 * HOUR_S))
    assert len(rung) == 1
    alarm.step(clock.advance(1 * HOUR_S))
    assert len(rung) == 2


def test_a_job_that_raises_is_told_and_called_again(
    alarm: AlarmClock, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    rung: list[int] = []

    def fail() -> None:
        rung.append(1)
        raise RuntimeError("the bell is cracked")

    alarm.every("look", 60, fail)
    with caplog.at_level(logging.ERROR):
        alarm.step(clock.advance(60))
        alarm.step(clock.advance(60))
    assert len(rung) == 2
    assert "look" in caplog.text
    assert "the bell is cracked" in caplog.text
