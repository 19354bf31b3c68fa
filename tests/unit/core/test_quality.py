"""Findings: when each begins, how it counts, when it ends, and that nothing else is found."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from gateway.core.episode import Episode, Event, Transition
from gateway.core.instants import DAY_MS
from gateway.core.quality import MaxStep, Observation, QualityFlag, QualityRules, QualityState, step

MIN = 60_000
QUIET = QualityRules(negative=False, zero=False)


def events_of(rules: QualityRules, *observations: Observation) -> list[Event]:
    state = QualityState()
    events: list[Event] = []
    for observation in observations:
        state, news = step(state, observation, rules)
        events += news
    return events


def every(period_min: float, values: Sequence[float | None], from_ms: int = 0) -> list[Observation]:
    return [Observation(from_ms + round(number * period_min * MIN), value) for number, value in enumerate(values)]


def began(kind: QualityFlag, begin_ms: int, last_ms: int, count: int, peak: float | None) -> Event:
    return Event(Transition.BEGAN, Episode(kind, begin_ms, last_ms, count, peak))


def ended(kind: QualityFlag, begin_ms: int, last_ms: int, count: int, peak: float | None, end_ms: int) -> Event:
    return Event(Transition.ENDED, Episode(kind, begin_ms, last_ms, count, peak, end_ms))


class TestNegativeAndZero:
    def test_a_negative_value_is_an_episode_until_one_is_not(self) -> None:
        assert events_of(QualityRules(zero=False), *every(1, [0.1, -0.1, -0.4, -0.2, 0.0])) == [
            began(QualityFlag.NEGATIVE, MIN, MIN, 1, -0.1),
            ended(QualityFlag.NEGATIVE, MIN, 3 * MIN, 3, -0.4, 4 * MIN),
        ]

    def test_zero_is_zero_and_nothing_near_it(self) -> None:
        assert events_of(QualityRules(negative=False), *every(1, [1e-9, 0.0, -0.0, 1e-9])) == [
            began(QualityFlag.ZERO, MIN, MIN, 1, 0.0),
            ended(QualityFlag.ZERO, MIN, 2 * MIN, 2, 0.0, 3 * MIN),
        ]

    def test_what_may_be_zero_and_below_is_not_found(self) -> None:
        assert events_of(QUIET, *every(1, [0.0, -5.0])) == []


class TestFlatline:
    RULES = QualityRules(negative=False, zero=False, flatline_ms=30 * MIN)

    def test_begins_with_the_first_of_the_equal_values_and_is_told_when_they_lasted(self) -> None:
        assert events_of(self.RULES, *every(10, [7.1, 7.2, 7.2, 7.2, 7.2, 7.2, 7.3])) == [
            began(QualityFlag.FLATLINE, 10 * MIN, 40 * MIN, 4, 7.2),
            ended(QualityFlag.FLATLINE, 10 * MIN, 50 * MIN, 5, 7.2, 60 * MIN),
        ]

    def test_one_digit_is_enough_to_live(self) -> None:
        assert events_of(self.RULES, *every(10, [7.2, 7.2, 7.2, 7.2000000001, 7.2, 7.2, 7.2])) == []

    def test_calibration_in_between_proves_nothing(self) -> None:
        assert events_of(self.RULES, *every(10, [7.2, None, None, 7.2])) == [
            began(QualityFlag.FLATLINE, 0, 30 * MIN, 2, 7.2)
        ]

    def test_values_that_lie_too_far_apart_are_not_compared(self) -> None:
        assert events_of(self.RULES, *every(61, [7.2, 7.2, 7.2])) == []


class TestRange:
    RULES = QualityRules(negative=False, zero=False, range=(0.0, 14.0))

    def test_the_bounds_belong_to_it_and_the_peak_lies_farthest_outside(self) -> None:
        assert events_of(self.RULES, *every(1, [14.0, 14.1, -3.0, 16.0, 0.0])) == [
            began(QualityFlag.OUT_OF_RANGE, MIN, MIN, 1, 14.1),
            ended(QualityFlag.OUT_OF_RANGE, MIN, 3 * MIN, 3, -3.0, 4 * MIN),
        ]

    def test_of_two_as_far_outside_the_first_is_the_peak(self) -> None:
        assert events_of(self.RULES, *every(1, [15.0, -1.0, 7.0]))[-1].episode.peak == 15.0


class TestJump:
    def test_a_step_of_just_the_size_that_is_allowed_is_none(self) -> None:
        """1.1 - 1.0 is 0.1 for people; for floats it is a little more, and 7.3 - 7.2 a little less."""
        assert events_of(QualityRules(max_step=MaxStep(0.1)), *every(1, [1.0, 1.1, 1.0])) == []
        assert events_of(QualityRules(max_step=MaxStep(0.1)), *every(1, [7.2, 7.3, 7.2])) == []

    def test_two_steps_in_a_row_are_one_episode_with_the_greater_as_its_peak(self) -> None:
        assert events_of(QualityRules(max_step=MaxStep(5)), *every(1, [10.0, 20.0, 8.0, 8.0])) == [
            began(QualityFlag.JUMP, MIN, MIN, 1, 10.0),
            ended(QualityFlag.JUMP, MIN, 2 * MIN, 2, 12.0, 3 * MIN),
        ]

    @pytest.mark.parametrize(("period_min", "jumps"), [(0.5, True), (1, False), (2, False)])
    def test_a_step_per_minute_grows_with_the_time_between(self, period_min: float, jumps: bool) -> None:
        rules = QualityRules(max_step=MaxStep(2, per_ms=MIN))
        assert bool(events_of(rules, *every(period_min, [10.0, 12.0]))) is jumps

    def test_across_silence_nothing_jumps(self) -> None:
        assert events_of(QualityRules(max_step=MaxStep(5)), *every(61, [10.0, 90.0])) == []


class TestOverLimitForDays:
    RULES = QualityRules(negative=False, zero=False, limit=(None, 100.0))

    def test_two_days_without_a_break(self) -> None:
        observations = every(60, [100.0] + [120.0] * 48 + [130.0, 100.0])
        assert events_of(self.RULES, *observations) == [
            began(QualityFlag.OVER_LIMIT_FOR_DAYS, 60 * MIN, 60 * MIN + 2 * DAY_MS, 49, 130.0),
            ended(QualityFlag.OVER_LIMIT_FOR_DAYS, 60 * MIN, 49 * 60 * MIN, 49, 130.0, 50 * 60 * MIN),
        ]

    def test_one_value_at_the_limit_is_a_break(self) -> None:
        assert events_of(self.RULES, *every(60, [120.0] * 47 + [100.0] + [120.0] * 47)) == []

    def test_a_lower_limit_counts_too(self) -> None:
        rules = QualityRules(negative=False, zero=False, limit=(6.0, 9.0), over_limit_ms=60 * MIN)
        assert events_of(rules, *every(30, [5.9, 5.0, 5.9])) == [
            began(QualityFlag.OVER_LIMIT_FOR_DAYS, 0, 60 * MIN, 3, 5.0)
        ]


class TestLowCoverage:
    def test_of_slots_alone(self) -> None:
        rules = QualityRules(negative=False, zero=False, min_coverage=75.0)
        observations = [
            Observation(5 * MIN, 1.0, 75.0),
            Observation(10 * MIN, 1.0, 74.9),
            Observation(15 * MIN, None, 0.0),
            Observation(20 * MIN, 1.0, 100.0),
        ]
        assert events_of(rules, *observations) == [
            began(QualityFlag.LOW_COVERAGE, 10 * MIN, 10 * MIN, 1, 74.9),
            ended(QualityFlag.LOW_COVERAGE, 10 * MIN, 15 * MIN, 2, 0.0, 20 * MIN),
        ]
        assert events_of(rules, Observation(5 * MIN, 1.0)) == []


class TestSilence:
    RULES = QualityRules(zero=False)

    def test_a_short_one_does_not_end_an_episode(self) -> None:
        assert events_of(self.RULES, *every(10, [-1.0, None, None, -2.0])) == [
            began(QualityFlag.NEGATIVE, 0, 0, 1, -1.0)
        ]

    def test_after_a_long_one_the_episode_ended_when_it_was_last_seen(self) -> None:
        assert events_of(self.RULES, *every(10, [-1.0, -1.0, *[None] * 7])) == [
            began(QualityFlag.NEGATIVE, 0, 0, 1, -1.0),
            ended(QualityFlag.NEGATIVE, 0, 10 * MIN, 2, -1.0, 10 * MIN),
        ]

    def test_and_what_comes_after_is_another(self) -> None:
        assert events_of(self.RULES, *every(61, [-1.0, -1.0])) == [
            began(QualityFlag.NEGATIVE, 0, 0, 1, -1.0),
            ended(QualityFlag.NEGATIVE, 0, 0, 1, -1.0, 0),
            began(QualityFlag.NEGATIVE, 61 * MIN, 61 * MIN, 1, -1.0),
        ]

    def test_when_the_clock_goes_back_everything_begins_anew(self) -> None:
        later, earlier = Observation(600 * MIN, -1.0), Observation(500 * MIN, -1.0)
        assert events_of(self.RULES, later, earlier) == [
            began(QualityFlag.NEGATIVE, 600 * MIN, 600 * MIN, 1, -1.0),
            ended(QualityFlag.NEGATIVE, 600 * MIN, 600 * MIN, 1, -1.0, 600 * MIN),
            began(QualityFlag.NEGATIVE, 500 * MIN, 500 * MIN, 1, -1.0),
        ]


def test_what_is_no_longer_looked_for_ended_when_it_was_last_seen() -> None:
    state, _ = step(QualityState(), Observation(0, -1.0), QualityRules())
    state, events = step(state, Observation(MIN, -1.0), QUIET)
    assert events == (ended(QualityFlag.NEGATIVE, 0, 0, 1, -1.0, 0),)
    assert state.episodes == ()


def test_several_findings_are_told_in_their_order() -> None:
    rules = QualityRules(range=(0.0, 14.0), max_step=MaxStep(5.0))
    kinds = [event.episode.kind for event in events_of(rules, *every(1, [7.0, -1.0]))]
    assert kinds == [QualityFlag.NEGATIVE, QualityFlag.OUT_OF_RANGE, QualityFlag.JUMP]
