"""Findings and levels: the same whether fed at once or across restarts, and always well told."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from gateway.core.averaging import rolling_means
from gateway.core.episode import EpisodeState, Event, Transition
from gateway.core.frozen import FrozenGroupRule, FrozenState, step_frozen
from gateway.core.limits import (
    MEAN_COVERAGE_PERCENT,
    LevelFractions,
    Limit,
    RollingWindow,
    episodes_from_json,
    episodes_to_json,
    step_levels,
    threshold,
)
from gateway.core.quality import MaxStep, Observation, QualityRules, QualityState, step

MIN = 60_000
measured = st.sampled_from([-1.0, 0.0, 0.1, 5.0, 5.1, 14.5, 100.0])
maybe = st.none() | measured
pauses = st.sampled_from([0, MIN, MIN, 5 * MIN, 59 * MIN, 61 * MIN, -30 * MIN])

RULES = QualityRules(
    flatline_ms=3 * MIN,
    range=(0.0, 14.0),
    max_step=MaxStep(5.0, per_ms=MIN),
    limit=(0.1, 9.0),
    over_limit_ms=10 * MIN,
    min_coverage=75.0,
)


@st.composite
def courses(draw: st.DrawFn) -> list[Observation]:
    at_ms = 1_767_200_400_000
    course: list[Observation] = []
    for pause, value, coverage in draw(
        st.lists(st.tuples(pauses, maybe, st.none() | st.sampled_from([50.0, 100.0])), max_size=40)
    ):
        at_ms += pause
        course.append(Observation(at_ms, value, coverage))
    return course


def is_well_told(events: Sequence[Event]) -> None:
    """Of each kind beginnings and ends take turns, and an end tells of the episode that began."""
    open_by_kind: dict[str, Event] = {}
    for event in events:
        episode = event.episode
        assert episode.begin_ms <= episode.last_ms
        if event.transition is Transition.BEGAN:
            assert episode.kind not in open_by_kind
            assert episode.end_ms is None
            open_by_kind[episode.kind] = event
        else:
            beginning = open_by_kind.pop(episode.kind).episode
            assert episode.begin_ms == beginning.begin_ms
            assert episode.count >= beginning.count
            assert episode.end_ms is not None
            assert episode.end_ms >= episode.last_ms


@given(courses(), st.sets(st.integers(0, 40)))
def test_a_restart_changes_no_finding(course: list[Observation], restarts: set[int]) -> None:
    state, events = QualityState(), []
    restarted, events_across = QualityState(), []
    for number, observation in enumerate(course):
        state, news = step(state, observation, RULES)
        events += news
        if number in restarts:
            restarted = QualityState.from_json(restarted.to_json())
        restarted, news = step(restarted, observation, RULES)
        events_across += news
    assert events == events_across
    assert state == restarted
    is_well_told(events)


@given(st.lists(st.tuples(pauses, maybe, maybe, maybe), max_size=30), st.sets(st.integers(0, 30)))
def test_nor_does_it_thaw_what_is_frozen_together(
    course: list[tuple[int, float | None, float | None, float | None]], restarts: set[int]
) -> None:
    rule = FrozenGroupRule(least=2, hold_ms=2 * MIN)
    state, events = FrozenState(), []
    restarted, events_across = FrozenState(), []
    at_ms = 0
    for number, (pause, *values) in enumerate(course):
        at_ms += pause
        snapshot = dict(zip("ABC", values, strict=True))
        state, news = step_frozen(state, at_ms, snapshot, rule)
        events += news
        if number in restarts:
            restarted = FrozenState.from_json(restarted.to_json())
        restarted, news = step_frozen(restarted, at_ms, snapshot, rule)
        events_across += news
    assert events == events_across
    assert state == restarted
    is_well_told(events)


@given(courses(), st.sets(st.integers(0, 40)))
def test_nor_an_exceedance(course: list[Observation], restarts: set[int]) -> None:
    limit, fractions = Limit(0.1, 9.0), LevelFractions()
    episodes: tuple[EpisodeState, ...] = ()
    restarted: tuple[EpisodeState, ...] = ()
    events: list[Event] = []
    events_across: list[Event] = []
    for number, observation in enumerate(course):
        episodes, news = step_levels(episodes, observation.at_ms, observation.value, limit, fractions, 60 * MIN)
        events += news
        if number in restarts:
            restarted = episodes_from_json(episodes_to_json(restarted))
        restarted, news = step_levels(restarted, observation.at_ms, observation.value, limit, fractions, 60 * MIN)
        events_across += news
    assert events == events_across
    assert episodes == restarted
    is_well_told(events)


@given(courses())
def test_an_observation_is_never_changed_and_only_the_newest_value_is_kept(course: list[Observation]) -> None:
    state = QualityState()
    for observation in course:
        state, _ = step(state, observation, RULES)
    newest = next((one for one in reversed(course) if one.value is not None), None)
    assert (state.value, state.at_ms) == ((None, 0) if newest is None else (newest.value, newest.at_ms))


bounds = st.none() | st.integers(-1000, 1000).map(lambda tenths: tenths / 10)


@given(bounds, bounds, st.floats(-200, 200), st.floats(0, 50))
def test_who_goes_farther_towards_a_bound_never_falls_to_a_lower_level(
    lowest: float | None, highest: float | None, value: float, farther: float
) -> None:
    if (lowest is None and highest is None) or (lowest is not None and highest is not None and lowest >= highest):
        return
    limit = Limit(lowest, highest)
    order = [None, *fractions_order()]
    level = highest_level(value, limit)
    middle = (lowest + highest) / 2 if lowest is not None and highest is not None else None
    if highest is not None and (middle is None or value >= middle):
        assert order.index(highest_level(value + farther, limit)) >= order.index(level)
    if lowest is not None and (middle is None or value <= middle):
        assert order.index(highest_level(value - farther, limit)) >= order.index(level)


def highest_level(value: float, limit: Limit) -> str | None:
    """Of those that begin with this value."""
    _, events = step_levels((), 0, value, limit, LevelFractions(), 60 * MIN)
    return events[-1].episode.kind if events else None


def fractions_order() -> list[str]:
    return ["tendency", "preparing", "exceeded"]


@given(bounds, bounds, st.floats(0.01, 1))
def test_a_threshold_never_lies_beyond_its_bound(lowest: float | None, highest: float | None, fraction: float) -> None:
    if (lowest is None and highest is None) or (lowest is not None and highest is not None and lowest >= highest):
        return
    low, high = threshold(Limit(lowest, highest), fraction)
    assert (low is None) == (lowest is None)
    assert (high is None) == (highest is None)
    assert low is None or lowest is None or low >= lowest
    assert high is None or highest is None or high <= highest
    assert low is None or high is None or low <= high


@given(st.lists(maybe | st.floats(-1e9, 1e9), max_size=40), st.integers(1, 12))
def test_means_of_a_whole_time_are_those_of_the_watch_slot_by_slot(values: list[float | None], width: int) -> None:
    window, means = RollingWindow(width * MIN, MIN), []
    for number, value in enumerate(values, 1):
        window = window.with_slot(number * MIN, value)
        means.append(window.mean())
    assert rolling_means(values, width, MEAN_COVERAGE_PERCENT) == means
