"""Findings about measured values: what an inspector at the receiver would ask about, noticed at the station.

A finding stands beside a value. It never changes, hides or delays the value, nor the file (TT10/2021: what was measured
is never altered, smoothed, clamped or suppressed to look better).

`step` takes one observation after another, readings or slots, and tells when something begins and ends. Only what the
device measured counts: during calibration and fault the value is to be passed as `None`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import astuple, dataclass
from decimal import Decimal
from enum import StrEnum

from gateway.core.episode import EpisodeState, Event, Judgement, abandoned, advance
from gateway.core.instants import DAY_MS, HOUR_MS


class QualityFlag(StrEnum):
    """What may be odd about the values of one parameter; `peak` is the episode's worst value."""

    NEGATIVE = "negative"
    """Below 0. Peak: the lowest."""
    ZERO = "zero"
    """Exactly 0. Peak: 0."""
    FLATLINE = "flatline"
    """Equal again and again, to the last digit. Peak: the value."""
    OUT_OF_RANGE = "out_of_range"
    """Outside the range of the instrument. Peak: the farthest outside."""
    JUMP = "jump"
    """A greater step from the value before than nature takes. Peak: the greatest step, without its sign."""
    OVER_LIMIT_FOR_DAYS = "over_limit_for_days"
    """Outside the permit's limit without a break. Peak: the farthest outside."""
    LOW_COVERAGE = "low_coverage"
    """Too few of the readings that a slot should have. Peak: the lowest share, in percent."""


@dataclass(frozen=True, slots=True)
class MaxStep:
    """The greatest believable change, in the parameter's unit: `most` between two values in a row, or, with `per_ms`,
    `most` in that time: 2 in 60,000 ms allows 1 between values that are 30 s apart."""

    most: float
    per_ms: int | None = None


@dataclass(frozen=True, slots=True)
class QualityRules:
    """What to look for in one parameter. Rain and wind are often 0, temperatures below: hence the switches."""

    negative: bool = True
    zero: bool = True
    flatline_ms: int | None = None
    """How long values may stay equal."""
    range: tuple[float, float] | None = None
    """What the instrument can measure; the bounds belong to it."""
    max_step: MaxStep | None = None
    limit: tuple[float | None, float | None] = (None, None)
    """The permit's lower and upper bound, both allowed themselves."""
    over_limit_ms: int = 2 * DAY_MS
    """How long outside the limit is "for days"."""
    min_coverage: float | None = None
    """Percent."""
    longest_gap_ms: int = HOUR_MS
    """Values farther apart than this are not compared, and what was found before ended before."""


@dataclass(frozen=True, slots=True)
class Observation:
    """One reading, or one slot. `at_ms`: its instant, or the slot's end. `coverage_percent`: slots only."""

    at_ms: int
    value: float | None
    coverage_percent: float | None = None


@dataclass(frozen=True, slots=True)
class QualityState:
    """What must be remembered of one parameter between two observations."""

    value: float | None = None
    """The newest value, at `at_ms`."""
    at_ms: int = 0
    episodes: tuple[EpisodeState, ...] = ()

    def to_json(self) -> str:
        return json.dumps([self.value, self.at_ms, [astuple(one) for one in self.episodes]], separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> QualityState:
        """The state that `to_json` wrote."""
        value, at_ms, episodes = json.loads(text)
        return cls(value, at_ms, tuple(EpisodeState(*one) for one in episodes))


def step(state: QualityState, observation: Observation, rules: QualityRules) -> tuple[QualityState, tuple[Event, ...]]:
    """The state after an observation, and what begins or ends with it, in the order of `QualityFlag`.

    Observations come in the order of time; where the clock went back, everything begins anew.
    What the rules no longer look for ended when it was last seen.
    Worked: flatline 30 min, 7.2 at 10:00, 10:10, 10:20, 10:30 and 7.3 at 10:40: at 10:30 FLATLINE began (begin 10:00,
    count 4), at 10:40 it ended (end 10:40, last 10:30, count 4).
    """
    episodes = {episode.kind: episode for episode in state.episodes}
    kept: list[EpisodeState] = []
    events: list[Event] = []
    for judgement in _judgements(state, observation, rules):
        episode, news = advance(episodes.pop(judgement.kind, None), judgement, observation.at_ms, rules.longest_gap_ms)
        events += news
        if episode is not None:
            kept.append(episode)
    for forgotten in episodes.values():
        events += abandoned(forgotten)
    if observation.value is None:
        return QualityState(state.value, state.at_ms, tuple(kept)), tuple(events)
    return QualityState(observation.value, observation.at_ms, tuple(kept)), tuple(events)


def _judgements(state: QualityState, observation: Observation, rules: QualityRules) -> Iterator[Judgement]:
    value = observation.value
    if rules.negative:
        yield _judged(QualityFlag.NEGATIVE, value, value is not None and value < 0, -(value or 0.0))
    if rules.zero:
        yield _judged(QualityFlag.ZERO, value, value == 0)
    if rules.flatline_ms is not None:
        yield _flatline(state, observation, rules, rules.flatline_ms)
    if rules.range is not None:
        outside = distance_outside(value, *rules.range)
        yield _judged(QualityFlag.OUT_OF_RANGE, value, outside > 0, outside)
    if rules.max_step is not None:
        yield _jump(state, observation, rules, rules.max_step)
    if rules.limit != (None, None):
        outside = distance_outside(value, *rules.limit)
        yield _judged(QualityFlag.OVER_LIMIT_FOR_DAYS, value, outside > 0, outside, rules.over_limit_ms)
    if rules.min_coverage is not None:
        share = observation.coverage_percent
        yield _judged(
            QualityFlag.LOW_COVERAGE, share, share is not None and share < rules.min_coverage, -(share or 0.0)
        )


def _judged(kind: QualityFlag, value: float | None, holds: bool, badness: float = 0.0, hold_ms: int = 0) -> Judgement:
    return Judgement(kind, None if value is None else holds, value, badness, hold_ms)


def distance_outside(value: float | None, lowest: float | None, highest: float | None) -> float:
    """How far a value lies outside `[lowest, highest]`; 0 inside, and where there is no value or no bound."""
    if value is None:
        return 0.0
    below = lowest - value if lowest is not None else 0.0
    above = value - highest if highest is not None else 0.0
    return max(below, above, 0.0)


def _flatline(state: QualityState, observation: Observation, rules: QualityRules, hold_ms: int) -> Judgement:
    if observation.value is None:
        return Judgement(QualityFlag.FLATLINE, None)
    previous = _comparable(state, observation, rules)
    is_equal = observation.value == previous
    return Judgement(QualityFlag.FLATLINE, is_equal, observation.value, hold_ms=hold_ms, first_ms=state.at_ms, number=2)


def _jump(state: QualityState, observation: Observation, rules: QualityRules, most: MaxStep) -> Judgement:
    if observation.value is None:
        return Judgement(QualityFlag.JUMP, None)
    previous = _comparable(state, observation, rules)
    if previous is None:
        return Judgement(QualityFlag.JUMP, False)
    size = abs(_exact(observation.value) - _exact(previous))
    scale = 1 if most.per_ms is None else Decimal(observation.at_ms - state.at_ms) / most.per_ms
    return Judgement(QualityFlag.JUMP, size > _exact(most.most) * scale, float(size), float(size))


def _comparable(state: QualityState, observation: Observation, rules: QualityRules) -> float | None:
    """The value before, unless it is too old, or from a time that the clock has not reached again."""
    return state.value if state.at_ms <= observation.at_ms <= state.at_ms + rules.longest_gap_ms else None


def _exact(value: float) -> Decimal:
    """As people read it: 7.3 - 7.2 is 0.1."""
    return Decimal(repr(value))
