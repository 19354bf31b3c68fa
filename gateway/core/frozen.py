"""Several parameters frozen together: each alone may stay the same, but not all at once. The analyser, or what is
between it and us, repeats its last answer.

A finding like those of `gateway.core.quality`, about an instrument or a station instead of a parameter; it never
changes a value. Which parameters belong to the group is the caller's choice: rain and radiation stay the
same together every night.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import astuple, dataclass

from gateway.core.episode import EpisodeState, Event, Judgement, advance
from gateway.core.instants import HOUR_MS, MINUTE_MS

FROZEN_TOGETHER = "frozen_together"
"""The episode's kind. Its peak: the greatest number of parameters that were frozen at once."""


@dataclass(frozen=True, slots=True)
class FrozenGroupRule:
    """At least `least` parameters equal to the last digit for `hold_ms`; values farther apart than `longest_gap_ms` are
    not compared.

    Raises:
        ValueError: fewer than two parameters.
    """

    least: int = 3
    hold_ms: int = 10 * MINUTE_MS
    longest_gap_ms: int = HOUR_MS

    def __post_init__(self) -> None:
        if self.least < 2:
            raise ValueError("one parameter alone is a flatline")


@dataclass(frozen=True, slots=True)
class UnchangedValue:
    """A parameter's newest value, since when it has been the same, and when it was last seen."""

    symbol: str
    value: float
    since_ms: int
    last_ms: int


@dataclass(frozen=True, slots=True)
class FrozenState:
    """What must be remembered between two observations, in the order of symbols."""

    unchanged: tuple[UnchangedValue, ...] = ()
    episode: EpisodeState | None = None

    def to_json(self) -> str:
        episode = None if self.episode is None else astuple(self.episode)
        return json.dumps([[astuple(one) for one in self.unchanged], episode], separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> FrozenState:
        """The state that `to_json` wrote."""
        unchanged, episode = json.loads(text)
        return cls(
            tuple(UnchangedValue(*one) for one in unchanged),
            None if episode is None else EpisodeState(*episode),
        )


def step_frozen(
    state: FrozenState, at_ms: int, values: Mapping[str, float | None], rule: FrozenGroupRule
) -> tuple[FrozenState, tuple[Event, ...]]:
    """The state after the values of one instant, by symbol, and what begins or ends with them.

    Only parameters that are measured at this instant can be frozen at it. Where those that are absent would decide, it
    says nothing: an absent value neither continues nor ends an episode. One begins when the last of the first `least`
    stopped changing; its count is of the instants that prove it, those after `hold_ms`.
    Worked: least 2, hold 10 min; A the same since 10:00, B since 10:05: at 10:15 it began (begin 10:05, peak 2).
    """
    unchanged = {one.symbol: one for one in state.unchanged}
    for symbol, value in values.items():
        if value is not None:
            unchanged[symbol] = _updated(unchanged.get(symbol), symbol, value, at_ms, rule)
    since = sorted(
        unchanged[symbol].since_ms
        for symbol, value in values.items()
        if value is not None and at_ms - unchanged[symbol].since_ms >= rule.hold_ms
    )
    absent = [
        one for symbol, one in unchanged.items() if values.get(symbol) is None and _may_be_unchanged(one, at_ms, rule)
    ]
    is_known = any(value is not None for value in values.values())
    judgement = Judgement(FROZEN_TOGETHER, None)
    if len(since) >= rule.least:
        judgement = Judgement(FROZEN_TOGETHER, True, len(since), len(since), first_ms=since[rule.least - 1])
    elif is_known and len(since) + len(absent) < rule.least:
        judgement = Judgement(FROZEN_TOGETHER, False)
    episode, events = advance(state.episode, judgement, at_ms, rule.longest_gap_ms)
    return FrozenState(tuple(unchanged[symbol] for symbol in sorted(unchanged)), episode), events


def _may_be_unchanged(one: UnchangedValue, at_ms: int, rule: FrozenGroupRule) -> bool:
    """Whether one that is absent may still have the value that it had, and has had it for long enough."""
    return one.last_ms <= at_ms <= one.last_ms + rule.longest_gap_ms and at_ms - one.since_ms >= rule.hold_ms


def _updated(
    before: UnchangedValue | None, symbol: str, value: float, at_ms: int, rule: FrozenGroupRule
) -> UnchangedValue:
    is_comparable = before is not None and before.last_ms <= at_ms <= before.last_ms + rule.longest_gap_ms
    if before is not None and is_comparable and before.value == value:
        return UnchangedValue(symbol, value, before.since_ms, at_ms)
    return UnchangedValue(symbol, value, at_ms, at_ms)
