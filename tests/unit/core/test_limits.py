"""Levels before and beyond a limit, and their episodes."""

from __future__ import annotations

import pytest

from gateway.core.episode import Episode, EpisodeState, Event, Transition
from gateway.core.limits import (
    Level,
    LevelFractions,
    Limit,
    RollingWindow,
    episodes_from_json,
    episodes_to_json,
    step_levels,
    threshold,
)

FRACTIONS = LevelFractions()
HOUR = 3_600_000
MIN = 60_000


@pytest.mark.parametrize(
    ("limit", "fraction", "bounds"),
    [
        (Limit(highest=150), 0.9, (None, 135.0)),
        (Limit(highest=150), 0.8, (None, 120.0)),
        (Limit(highest=0.3), 0.9, (None, 0.27)),
        (Limit(6, 9), 0.9, (6.15, 8.85)),
        (Limit(6, 9), 0.8, (6.3, 8.7)),
        (Limit(5.5, 9), 0.9, (5.675, 8.825)),
        (Limit(lowest=4), 0.9, (4.4, None)),
        (Limit(lowest=4), 0.8, (4.8, None)),
        (Limit(highest=-5), 0.9, (None, -5.5)),
        (Limit(highest=0), 0.9, (None, 0.0)),
        (Limit(6, 9), 1.0, (6.0, 9.0)),
    ],
)
def test_thresholds_by_hand(limit: Limit, fraction: float, bounds: tuple[float | None, float | None]) -> None:
    assert threshold(limit, fraction) == bounds


def highest_level(value: float | None, limit: Limit, fractions: LevelFractions = FRACTIONS) -> Level | None:
    """Of those that begin with this value."""
    _, events = step_levels((), 0, value, limit, fractions, HOUR)
    return Level(events[-1].episode.kind) if events else None


@pytest.mark.parametrize(
    ("value", "level"),
    [
        (119.9, None),
        (120.0, Level.TENDENCY),
        (134.9, Level.TENDENCY),
        (135.0, Level.PREPARING),
        (150.0, Level.PREPARING),
        (150.1, Level.EXCEEDED),
        (-5.0, None),
        (None, None),
    ],
)
def test_the_limit_itself_is_allowed(value: float | None, level: Level | None) -> None:
    assert highest_level(value, Limit(highest=150)) is level


@pytest.mark.parametrize(
    ("value", "level"),
    [
        (5.9, Level.EXCEEDED),
        (6.0, Level.PREPARING),
        (6.15, Level.PREPARING),
        (6.3, Level.TENDENCY),
        (6.31, None),
        (7.0, None),
        (8.69, None),
        (8.7, Level.TENDENCY),
        (8.85, Level.PREPARING),
        (9.0, Level.PREPARING),
        (9.01, Level.EXCEEDED),
    ],
)
def test_a_band_is_approached_from_its_middle(value: float, level: Level | None) -> None:
    assert highest_level(value, Limit(6, 9)) is level


def test_the_fractions_are_configuration() -> None:
    assert highest_level(96.0, Limit(highest=100), LevelFractions(0.5, 0.7, 0.95)) is Level.EXCEEDED
    assert highest_level(95.0, Limit(highest=100), LevelFractions(0.5, 0.7, 0.95)) is Level.PREPARING


@pytest.mark.parametrize("fractions", [(0.0, 0.9, 1.0), (0.9, 0.8, 1.0), (0.8, 0.9, 1.1), (0.8, 1.0, 0.9)])
def test_fractions_that_do_not_rise_are_refused(fractions: tuple[float, float, float]) -> None:
    with pytest.raises(ValueError, match="fractions rise"):
        LevelFractions(*fractions)


@pytest.mark.parametrize(("lowest", "highest"), [(None, None), (9.0, 6.0), (6.0, 6.0)])
def test_a_limit_that_bounds_nothing_is_refused(lowest: float | None, highest: float | None) -> None:
    with pytest.raises(ValueError, match="bound"):
        Limit(lowest, highest)


def steps(limit: Limit, values: list[float | None], period_ms: int = 5 * MIN) -> list[Event]:
    episodes: tuple[EpisodeState, ...] = ()
    events: list[Event] = []
    for number, value in enumerate(values):
        episodes, news = step_levels(episodes, number * period_ms, value, limit, FRACTIONS, HOUR)
        episodes = episodes_from_json(episodes_to_json(episodes))
        events += news
    return events


def test_levels_begin_one_after_the_other_and_end_together() -> None:
    def episode(level: Level, begin: int, count: int, peak: float) -> Event:
        return Event(Transition.ENDED, Episode(level, begin * 5 * MIN, 15 * MIN, count, peak, 20 * MIN))

    events = steps(Limit(highest=100), [79.0, 85.0, 95.0, 101.0, 70.0])
    assert [(event.episode.kind, event.episode.begin_ms) for event in events[:3]] == [
        (Level.TENDENCY, 5 * MIN),
        (Level.PREPARING, 10 * MIN),
        (Level.EXCEEDED, 15 * MIN),
    ]
    assert all(event.transition is Transition.BEGAN for event in events[:3])
    assert events[3:] == [
        episode(Level.TENDENCY, 1, 3, 101.0),
        episode(Level.PREPARING, 2, 2, 101.0),
        episode(Level.EXCEEDED, 3, 1, 101.0),
    ]


def test_the_peak_of_a_lower_limit_is_the_lowest_value() -> None:
    assert steps(Limit(lowest=4), [3.9, 2.0, 3.0, 9.0])[-1].episode.peak == 2.0


def test_without_a_value_nothing_begins_or_ends_for_a_while() -> None:
    events = steps(Limit(highest=100), [101.0, *[None] * 12])
    assert len(events) == 3
    assert steps(Limit(highest=100), [101.0, *[None] * 13])[3].episode.end_ms == 0


class TestWindow:
    def test_an_hour_of_five_minutes_needs_nine_of_twelve(self) -> None:
        window = RollingWindow(HOUR, 5 * MIN)
        for number in range(1, 9):
            window = window.with_slot(number * 5 * MIN, float(number))
        assert window.mean() is None
        assert window.with_slot(45 * MIN, 9.0).mean() == 5.0

    def test_it_rolls(self) -> None:
        window = RollingWindow(HOUR, 5 * MIN)
        for number in range(1, 14):
            window = window.with_slot(number * 5 * MIN, float(number))
        assert [end_ms for end_ms, _ in window.values] == [number * 5 * MIN for number in range(2, 14)]
        assert window.mean() == 7.5

    def test_silence_empties_it(self) -> None:
        window = RollingWindow(HOUR, 5 * MIN).with_slot(5 * MIN, 1.0).with_slot(65 * MIN, None)
        assert window.values == ()
        assert window.mean(0.0) is None

    def test_the_share_is_configuration(self) -> None:
        window = RollingWindow(HOUR, 30 * MIN).with_slot(30 * MIN, 4.0)
        assert window.mean() is None
        assert window.mean(50.0) == 4.0
