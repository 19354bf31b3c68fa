"""When to poll: once in every period of the wall clock, in its middle.

Periods are counted from 1970, so they tile slots. Polling in the middle keeps readings away from a slot's edges, and
puts the same number of them into every slot: its length divided by the period.
"""

from __future__ import annotations


def next_poll_ms(after_ms: int, polled_for_ms: int | None, period_ms: int) -> int:
    """The wall clock at which to poll next, in UTC ms, a poll being just over at `after_ms`.

    That is the middle of the period after the one that the last poll was meant for (`polled_for_ms`): a poll that came
    late for its turn does not put off the next. If that is over already, or out of sight because the clock was set, it
    is the middle of the period after the present one. Hence it is never past, never more than one and a half periods
    away, and nothing is made up for.
    """
    if polled_for_ms is not None and 0 <= polled_for_ms + period_ms - after_ms <= period_ms * 3 // 2:
        return polled_for_ms + period_ms
    return (after_ms // period_ms + 1) * period_ms + period_ms // 2
