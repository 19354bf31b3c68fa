"""How many messages a person gets: one by one while they are few, together in one when they are many. Pure."""

from __future__ import annotations

from collections.abc import Sequence

SINGLY = 10
WITHIN_S = 600.0
"""So many messages in that time at the most; what is more waits, and is told together."""


def next_count(waiting: int, told_s: Sequence[float], now_s: float) -> int:
    """How many of those that wait, from the oldest on, go into the next message; 0: none now. `told_s`: when the newest
    messages were told, by the machine's own counting.

    One that fits is told by itself, at once. As soon as they do not all fit, all of them become one digest, so that the
    next thing that happens is told soon, too.
    """
    left = SINGLY - sum(one <= now_s < one + WITHIN_S for one in told_s)
    if left <= 0 or not waiting:
        return 0
    return 1 if waiting <= left else waiting


def next_s(told_s: Sequence[float], now_s: float) -> float:
    """When there is room for a message again, by the machine's own counting; now, if there is."""
    recent = sorted(one for one in told_s if one <= now_s < one + WITHIN_S)
    return now_s if len(recent) < SINGLY else recent[-SINGLY] + WITHIN_S
