"""The permit's limits, the three levels before and beyond them, and exceedances as episodes.

An exceedance is told and shown; the value and the file stay as they are. Which limit holds is the site's permit:
`gateway.core.standards` makes limits from a standard, a configuration may state them outright.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from decimal import Decimal
from enum import StrEnum

from gateway.core.averaging import arithmetic_mean
from gateway.core.episode import EpisodeState, Event, Judgement, advance

MEAN_COVERAGE_PERCENT = 75.0
"""A mean over an hour or more is one only if so many of its slots have a value."""


class Level(StrEnum):
    """The receiver's three alarm levels. An episode of one lasts while the value is at that level or a higher one; its
    peak is the value that goes farthest."""

    TENDENCY = "tendency"
    """xu hướng vượt"""
    PREPARING = "preparing"
    """chuẩn bị vượt"""
    EXCEEDED = "exceeded"
    """vượt"""


@dataclass(frozen=True, slots=True)
class Limit:
    """Bounds in the parameter's unit; both are allowed themselves.

    `averaging_ms`: the limit is for the mean over so long (QCVN 05:2023: 1, 8, 24 h); `None`: for every slot.

    Raises:
        ValueError: no bound, or a lower one that is not below the upper.
    """

    lowest: float | None = None
    highest: float | None = None
    averaging_ms: int | None = None

    def __post_init__(self) -> None:
        if self.lowest is None and self.highest is None:
            raise ValueError("a limit has a lower bound, an upper bound or both")
        if self.lowest is not None and self.highest is not None and not self.lowest < self.highest:
            raise ValueError(f"the lower bound {self.lowest:g} is not below the upper {self.highest:g}")


@dataclass(frozen=True, slots=True)
class LevelFractions:
    """Where the levels begin, as fractions of the way to the limit.

    Raises:
        ValueError: fractions that do not rise from above 0 up to 1.
    """

    tendency: float = 0.8
    preparing: float = 0.9
    exceeded: float = 1.0

    def __post_init__(self) -> None:
        if not 0 < self.tendency <= self.preparing <= self.exceeded <= 1:
            raise ValueError("the levels' fractions rise: 0 < tendency <= preparing <= exceeded <= 1")

    def of(self, level: Level) -> float:
        return {Level.TENDENCY: self.tendency, Level.PREPARING: self.preparing, Level.EXCEEDED: self.exceeded}[level]


def threshold(limit: Limit, fraction: float) -> tuple[float | None, float | None]:
    """The bounds that this fraction of the way to the limit makes.

    The way begins at 0 for a limit with one bound, and in the middle of the band for one with two: with fractions of
    the bounds themselves a neutral pH would be on its way to both. A lower bound alone mirrors an upper one: it is
    approached from as far above as the upper one from below.

    Worked, fraction 0.9: at most 150 → 135. pH 6 to 9: middle 7.5, 1.5 to each side → 6.15 and 8.85. At least 4 → 4.4.
    """
    short = 1 - _exact(fraction)
    lowest = None if limit.lowest is None else _exact(limit.lowest)
    highest = None if limit.highest is None else _exact(limit.highest)
    if lowest is not None and highest is not None:
        inset = short * (highest - lowest) / 2
    else:
        inset = short * abs(lowest if lowest is not None else highest or Decimal(0))
    return (
        None if lowest is None else float(lowest + inset),
        None if highest is None else float(highest - inset),
    )


def step_levels(
    episodes: Sequence[EpisodeState],
    at_ms: int,
    value: float | None,
    limit: Limit,
    fractions: LevelFractions,
    longest_gap_ms: int,
) -> tuple[tuple[EpisodeState, ...], tuple[Event, ...]]:
    """The episodes after a value, and the levels that begin or end with it, TENDENCY first.

    EXCEEDED begins strictly beyond its threshold (a permit allows the limit itself), the others at theirs.

    `value` is what the limit is about: the slot's, or the rolling mean's; `None` where the device did not measure.
    Worked, at most 100: 79, 85, 95, 101, 70 → nothing; TENDENCY began; PREPARING began; EXCEEDED began; all three
    ended, with counts 3, 2, 1 and the peak 101.
    """
    before = {one.kind: one for one in episodes}
    kept: list[EpisodeState] = []
    events: list[Event] = []
    distance = None if value is None else _distance_beyond(value, limit)
    for level in Level:
        holds = None if value is None else _is_reached(value, level, limit, fractions)
        judgement = Judgement(level, holds, value, distance or 0.0)
        episode, news = advance(before.get(level), judgement, at_ms, longest_gap_ms)
        events += news
        if episode is not None:
            kept.append(episode)
    return tuple(kept), tuple(events)


def episodes_to_json(episodes: Sequence[EpisodeState]) -> str:
    return json.dumps([astuple(one) for one in episodes], separators=(",", ":"))


def episodes_from_json(text: str) -> tuple[EpisodeState, ...]:
    """What `episodes_to_json` wrote."""
    return tuple(EpisodeState(*one) for one in json.loads(text))


@dataclass(frozen=True, slots=True)
class RollingWindow:
    """The values of the slots in the newest `length_ms`: what a rolling mean is made of, slot by slot.

    It holds nothing that the records do not: after a restart it is filled from them again.
    """

    length_ms: int
    slot_ms: int
    values: tuple[tuple[int, float], ...] = ()
    """(end of the slot, value), oldest first; slots without a measured value are not there."""

    def with_slot(self, end_ms: int, value: float | None) -> RollingWindow:
        """The window that ends with this slot. Slots come in the order of time."""
        kept = tuple(one for one in self.values if end_ms - self.length_ms < one[0] < end_ms)
        return RollingWindow(self.length_ms, self.slot_ms, kept if value is None else (*kept, (end_ms, value)))

    def mean(self, min_coverage: float = MEAN_COVERAGE_PERCENT) -> float | None:
        """Mean of the slots' values; `None` if fewer than `min_coverage` % of the window's slots have one.

        Worked: an hour of 5-minute slots needs 9 of the 12.
        """
        expected = max(1, self.length_ms // self.slot_ms)
        if not self.values or len(self.values) * 100 < min_coverage * expected:
            return None
        return arithmetic_mean([value for _, value in self.values])


def _is_reached(value: float, level: Level, limit: Limit, fractions: LevelFractions) -> bool:
    lowest, highest = threshold(limit, fractions.of(level))
    if level is Level.EXCEEDED:
        return (lowest is not None and value < lowest) or (highest is not None and value > highest)
    return (lowest is not None and value <= lowest) or (highest is not None and value >= highest)


def _distance_beyond(value: float, limit: Limit) -> float:
    """How far beyond the nearer bound; negative inside."""
    below = -float("inf") if limit.lowest is None else limit.lowest - value
    above = -float("inf") if limit.highest is None else value - limit.highest
    return max(below, above)


def _exact(value: float) -> Decimal:
    return Decimal(repr(value))
