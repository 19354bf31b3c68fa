"""Times in which the card had hardly any room: what was not written down then, or only later, was not for want of
anything else."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FullCard:
    """`[from_ms, until_ms)`."""

    from_ms: int
    until_ms: int
    is_clock_sound: bool = True
    """Nothing was found against the clock meanwhile, and it was not set: it made no slot late."""


def was_full(begin_ms: int, end_ms: int, times: Iterable[FullCard]) -> bool:
    """Whether it had hardly any room through most of it: more than that nobody could write down."""
    full_ms = sum(max(0, min(end_ms, one.until_ms) - max(begin_ms, one.from_ms)) for one in times)
    return 2 * full_ms > end_ms - begin_ms
