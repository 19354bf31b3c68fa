"""The state of an instrument: the worst of what it says, of the calendar, of hold and warm-up."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import permutations
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.interfaces import Instant
from gateway.core.reading import NO_ANSWER, Reading, Readings, Status
from gateway.core.state import StateWindow, StatusSettings, StatusTracker, worst

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
M, C, F = Status.MEASURING, Status.CALIBRATING, Status.FAULT
EVERY_DAY = frozenset(range(7))
MONDAY = datetime(2026, 1, 5, tzinfo=HANOI)


def settings(*windows: StateWindow, hold_s: float = 0, warm_up_s: float = 0) -> StatusSettings:
    return StatusSettings(windows, HANOI, hold_s, warm_up_s)


def at(local: datetime, mono_s: float | None = None) -> Instant:
    return Instant(int(local.timestamp() * 1000), (local - MONDAY).total_seconds() if mono_s is None else mono_s)


def state_at(tracker: StatusTracker, seconds: float, said: Status = M) -> Status:
    reading = Reading(7.21, said)
    (judged,) = tracker.judge(Readings.of([reading]), at(MONDAY + timedelta(seconds=seconds)))
    assert judged.value == reading.value
    return judged.status


def test_the_worst_wins_in_any_order() -> None:
    assert all(worst(order) is F for order in permutations([M, C, F]))
    assert worst([M, C, M]) is C
    assert worst([M, M]) is M
    assert worst([]) is M


class TestWindow:
    NIGHT = StateWindow(120, 140, EVERY_DAY, C)

    @pytest.mark.parametrize(
        ("clock", "holds"), [("01:59:59", False), ("02:00:00", True), ("02:19:59", True), ("02:20:00", False)]
    )
    def test_begins_and_ends_to_the_second(self, clock: str, holds: bool) -> None:
        assert self.NIGHT.holds(datetime.fromisoformat(f"2026-01-05T{clock}")) is holds

    @pytest.mark.parametrize(
        ("day", "clock", "holds"),
        [(5, "23:49", False), (5, "23:50", True), (6, "00:09", True), (6, "00:10", False), (5, "00:05", False)]
        + [(6, "23:55", False), (7, "00:05", False)],
    )
    def test_across_midnight_belongs_to_the_day_on_which_it_begins(self, day: int, clock: str, holds: bool) -> None:
        monday_night = StateWindow(23 * 60 + 50, 10, frozenset({0}), C)
        assert monday_night.holds(datetime.fromisoformat(f"2026-01-{day:02}T{clock}")) is holds

    def test_the_whole_day(self) -> None:
        sunday = StateWindow(0, 1440, frozenset({6}), F)
        assert not sunday.holds(datetime.fromisoformat("2026-01-10T23:59"))
        assert sunday.holds(datetime.fromisoformat("2026-01-11T00:00"))
        assert sunday.holds(datetime.fromisoformat("2026-01-11T23:59"))

    @given(st.integers(0, 1439), st.integers(0, 1439), st.integers(0, 7 * 1440 - 1))
    def test_is_open_for_its_length_once_a_day(self, first: int, end: int, minute: int) -> None:
        if first == end:
            return
        window = StateWindow(first, end, EVERY_DAY, C)
        local = datetime.fromisoformat("2026-01-05T00:00") + timedelta(minutes=minute)
        assert window.holds(local) is ((minute - first) % 1440 < (end - first) % 1440)

    def test_is_in_the_stations_time(self) -> None:
        tracker = StatusTracker(settings(self.NIGHT), 5)
        assert state_at(tracker, 2 * 3600 + 60) is C
        assert state_at(tracker, 9 * 3600 + 60) is M  # 02:01 UTC

    def test_never_makes_a_fault_milder(self) -> None:
        tracker = StatusTracker(settings(self.NIGHT), 5)
        faults = Readings.of([NO_ANSWER, Reading(1.0, F)])
        assert tracker.judge(faults, at(MONDAY.replace(hour=2))) == faults


class TestHold:
    def settled(self) -> StatusTracker:
        tracker = StatusTracker(settings(hold_s=300), 5)
        state_at(tracker, 0)
        assert state_at(tracker, 300) is M
        return tracker

    def test_calibrating_lasts_on_after_the_device_says_that_it_ended(self) -> None:
        tracker = self.settled()
        assert state_at(tracker, 400, C) is C
        assert state_at(tracker, 405) is C
        assert state_at(tracker, 704.9) is C
        assert state_at(tracker, 705) is M

    def test_a_fault_in_between_does_not_end_it(self) -> None:
        tracker = self.settled()
        state_at(tracker, 400, C)
        assert state_at(tracker, 405, F) is F
        assert state_at(tracker, 800) is C
        assert state_at(tracker, 1100) is M

    def test_a_fault_alone_begins_none(self) -> None:
        tracker = self.settled()
        assert state_at(tracker, 400, F) is F
        assert state_at(tracker, 405) is M

    def test_a_scheduled_calibration_is_held_too(self) -> None:
        tracker = StatusTracker(settings(StateWindow(120, 140, EVERY_DAY, C), hold_s=300), 5)
        state_at(tracker, 0)
        assert state_at(tracker, 7000) is M
        assert state_at(tracker, 7200) is C
        assert state_at(tracker, 8400) is C  # 02:20, the window is over
        assert state_at(tracker, 8700) is M

    def test_a_restart_in_the_middle_is_no_way_out(self) -> None:
        tracker = StatusTracker(settings(hold_s=300), 5)
        assert state_at(tracker, 0) is C
        assert state_at(tracker, 299) is C
        assert state_at(tracker, 300) is M

    def test_is_measured_by_the_clock_that_nobody_sets(self) -> None:
        tracker = self.settled()
        tracker.judge(Readings.of([Reading(1.0, C)]), at(MONDAY, 400))
        tracker.judge(Readings.of([Reading(1.0, M)]), at(MONDAY, 405))
        (jumped,) = tracker.judge(Readings.of([Reading(1.0, M)]), at(MONDAY + timedelta(hours=2), 410))
        assert jumped.status is C


class TestWarmUp:
    def test_after_the_start(self) -> None:
        tracker = StatusTracker(settings(warm_up_s=120), 5)
        assert {state_at(tracker, second) for second in range(0, 120, 5)} == {C}
        assert state_at(tracker, 120) is M

    def answering(self) -> StatusTracker:
        tracker = StatusTracker(settings(warm_up_s=120), 5)
        for second in range(0, 205, 5):
            state_at(tracker, second)
        return tracker

    def test_after_it_was_away(self) -> None:
        tracker = self.answering()
        assert state_at(tracker, 260) is C
        for second in range(265, 380, 5):
            assert state_at(tracker, second) is C
        assert state_at(tracker, 380) is M

    def test_not_after_one_lost_frame(self) -> None:
        tracker = self.answering()
        assert state_at(tracker, 210) is M

    def test_is_not_a_calibration_that_is_held(self) -> None:
        tracker = StatusTracker(settings(warm_up_s=120, hold_s=60), 5)
        assert [state_at(tracker, second) for second in range(0, 130, 5)][-2:] == [M, M]


def test_without_terms_readings_pass_untouched() -> None:
    empty = settings()
    assert empty.are_empty
    readings = Readings.of([Reading(1.0, M), Reading(None, F), Reading(2.0, C)])
    assert StatusTracker(empty, 5).judge(readings, at(MONDAY)) == readings
