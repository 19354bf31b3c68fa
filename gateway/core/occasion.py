"""What happens at a station of which video is worth keeping, as the recorder of video is told of it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from gateway.core.video import PinOccasion


@dataclass(frozen=True, slots=True)
class Occasion:
    """`source` names it for good: it is the same after a restart, and after the gateway's database was made anew or
    brought back. `end_ms` is `None` while it lasts, as of `last_ms`."""

    occasion: PinOccasion
    source: str
    begin_ms: int
    last_ms: int
    end_ms: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class OccasionCursor:
    """How far somebody has read: rows' numbers, never times. `file`: of which file they are numbers. `newest`: the last
    row of each table; `lasting`: those before it that were not over."""

    file: int = 0
    newest: Mapping[str, int] = field(default_factory=dict)
    lasting: Mapping[str, tuple[int, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OccasionPage:
    """What was new. `is_last`: there is no more for now."""

    occasions: tuple[Occasion, ...]
    cursor: OccasionCursor
    is_last: bool
