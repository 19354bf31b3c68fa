"""When to poll: once in every period of the wall clock, in its middle.

Periods are counted from 1970, so they tile slots. Polling in the middle keeps readings away from a slot's edges, and
puts the same number of them into every slot: its length divided by the period.
"""

from __future__ import annotations

from gateway.core.interfaces import Instant


def next_poll_s(after: Instant, period_ms: int) -> float:
    """The monotonic second at which the period after the one that holds `after` is half over.

    Between half a period and one and a half away, whatever the wall clock says: neither a clock that was set nor a poll
    that overran its period ever causes a burst or a standstill.
    """
    into_period_ms = after.wall_ms % period_ms
    return after.mono_s + (1.5 * period_ms - into_period_ms) / 1000
