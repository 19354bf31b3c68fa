"""How often the same is told: one by one while it is news, summed up once an hour while it comes and goes. Pure.

For what is told by looking again and again; the events of the station's own database know by their rows
(`gateway.audit.event_entries`), and the numbers are the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from gateway.core.instants import DAY_MS, HOUR_MS

SINGLY_IN_HOUR, SINGLY_IN_DAY = 6, 12
"""So much of the same that begins within an hour, and within a day, is told one by one."""
MOST_KEPT = 2 * SINGLY_IN_DAY
"""Times at which the same was told: a day by each of two clocks between which the time goes back and forth."""


@dataclass(frozen=True, slots=True)
class HeldNews:
    """Not told yet: how often, since when, and what the newest of it says."""

    times: int
    since_ms: int
    newest: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Telling:
    """What must be remembered, by what is the same: when it was told within a day, and what is held."""

    told_ms: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    held: Mapping[str, HeldNews] = field(default_factory=dict)

    def with_news(self, key: str, news: Mapping[str, Any], at_ms: int) -> tuple[Telling, bool]:
        """What is remembered afterwards, and whether to tell it now."""
        before = self.told_ms.get(key, ())
        in_hour = sum(at_ms - HOUR_MS < one <= at_ms for one in before)
        in_day = sum(at_ms - DAY_MS < one <= at_ms for one in before)
        if key not in self.held and in_hour < SINGLY_IN_HOUR and in_day < SINGLY_IN_DAY:
            return replace(self, told_ms={**self.told_ms, key: _with(before, at_ms)}), True
        old = self.held.get(key)
        held = HeldNews(1, at_ms, news) if old is None else HeldNews(old.times + 1, old.since_ms, news)
        return replace(self, held={**self.held, key: held}), False

    def take_due(self, at_ms: int) -> tuple[Telling, dict[str, HeldNews]]:
        """What has been held for an hour, by whichever clock, and what is remembered without it. A clock that is set
        again and again makes nothing due within an hour of when the same was told, by either of its times."""
        due = {key: one for key, one in self.held.items() if self._is_due(key, one, at_ms)}
        told = {**self.told_ms, **{key: _with(self.told_ms.get(key, ()), at_ms) for key in due}}
        kept = {
            key: many
            for key, many in told.items()
            if key in self.held or any(abs(at_ms - one) < DAY_MS for one in many)
        }
        return Telling(kept, {key: one for key, one in self.held.items() if key not in due}), due

    def _is_due(self, key: str, held: HeldNews, at_ms: int) -> bool:
        told_ms = self.told_ms.get(key, ())
        return abs(at_ms - held.since_ms) >= HOUR_MS and all(abs(at_ms - one) >= HOUR_MS for one in told_ms)

    def to_json(self) -> dict[str, Any]:
        held = {key: [one.times, one.since_ms, dict(one.newest)] for key, one in self.held.items()}
        return {"told": {key: list(many) for key, many in self.told_ms.items()}, "held": held}

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Telling:
        """Raises LookupError, TypeError, ValueError, AttributeError: it is nothing that `to_json` made."""
        return cls(
            {key: tuple(map(int, many)) for key, many in content["told"].items()},
            {key: HeldNews(int(one[0]), int(one[1]), dict(one[2])) for key, one in content["held"].items()},
        )


def _with(told_ms: tuple[int, ...], at_ms: int) -> tuple[int, ...]:
    return (*told_ms, at_ms)[-MOST_KEPT:]
