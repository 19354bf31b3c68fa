"""Several parameters frozen together."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from gateway.core.episode import Episode, Event, Transition
from gateway.core.frozen import FROZEN_TOGETHER, FrozenGroupRule, FrozenState, step_frozen

MIN = 60_000
RULE = FrozenGroupRule(least=2, hold_ms=10 * MIN)


def events_of(*snapshots: tuple[int, Sequence[float | None]], rule: FrozenGroupRule = RULE) -> list[Event]:
    state = FrozenState()
    events: list[Event] = []
    for minute, values in snapshots:
        state, news = step_frozen(state, minute * MIN, dict(zip("ABC", values, strict=True)), rule)
        state = FrozenState.from_json(state.to_json())
        events += news
    return events


def test_begins_when_the_last_of_the_least_came_to_rest() -> None:
    assert events_of(
        (0, [1, 1, 1]), (5, [1, 2, 2]), (10, [1, 2, 3]), (15, [1, 2, 4]), (20, [1, 2, 5]), (25, [1, 3, 6])
    ) == [
        Event(Transition.BEGAN, Episode(FROZEN_TOGETHER, 5 * MIN, 15 * MIN, 1, 2)),
        Event(Transition.ENDED, Episode(FROZEN_TOGETHER, 5 * MIN, 20 * MIN, 2, 2, 25 * MIN)),
    ]


def test_the_peak_is_how_many_rest_at_once() -> None:
    news = events_of((0, [1, 1, 1]), (5, [1, 1, 2]), (10, [1, 1, 2]), (15, [1, 1, 2]), (20, [2, 2, 2]))
    assert news[-1] == Event(Transition.ENDED, Episode(FROZEN_TOGETHER, 0, 15 * MIN, 2, 3, 20 * MIN))


def test_one_that_rests_alone_is_no_matter_for_this_rule() -> None:
    assert events_of((0, [1, 1, 1]), (10, [1, 2, 2]), (20, [1, 3, 3])) == []


def test_what_is_not_measured_is_not_frozen() -> None:
    assert events_of((0, [1, 1, None]), (10, [1, None, None])) == []


def test_one_that_is_calibrated_for_a_moment_does_not_make_two_episodes_of_one() -> None:
    assert events_of((0, [1, 1, 1]), (10, [1, 1, 2]), (15, [1, None, 3]), (20, [1, 1, 4]), (25, [2, 1, 5])) == [
        Event(Transition.BEGAN, Episode(FROZEN_TOGETHER, 0, 10 * MIN, 1, 2)),
        Event(Transition.ENDED, Episode(FROZEN_TOGETHER, 0, 20 * MIN, 2, 2, 25 * MIN)),
    ]


def test_it_ends_when_too_few_could_rest_even_with_the_absent_ones() -> None:
    news = events_of((0, [1, 1, 1]), (10, [1, 1, 2]), (15, [2, None, 3]))
    assert news[-1] == Event(Transition.ENDED, Episode(FROZEN_TOGETHER, 0, 10 * MIN, 1, 2, 15 * MIN))


def test_silence_of_all_does_not_end_it_until_it_is_long() -> None:
    silence = [None, None, None]
    frozen = [(0, [1, 1, 1]), (10, [1, 1, 1])]
    assert len(events_of(*frozen, (40, silence))) == 1
    assert events_of(*frozen, (71, silence))[-1].episode.end_ms == 10 * MIN


def test_values_from_before_a_long_silence_are_not_compared() -> None:
    assert events_of((0, [1, 1, 1]), (61, [1, 1, 1]), (65, [1, 1, 1])) == []


def test_one_parameter_alone_is_refused() -> None:
    with pytest.raises(ValueError, match="flatline"):
        FrozenGroupRule(least=1)
