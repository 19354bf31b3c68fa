"""Why a transport order took more than the three minutes that are promised: from what is known, never guessed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gateway.core.lateness import DelayCause, Downtime, Outage, longest_of, newest_outage, off_through, outage_at
from gateway.core.transport_order import PROMISED_MS


@dataclass(frozen=True, slots=True)
class OrderTimes:
    """`accepted_ms`: `None`: not yet. `was_set_aside`: a person had to release it, or has to."""

    submitted_ms: int
    accepted_ms: int | None
    was_set_aside: bool = False

    @property
    def due_ms(self) -> int:
        return self.submitted_ms + PROMISED_MS


def order_delay(
    times: OrderTimes, outages: Sequence[Outage], downtimes: Sequence[Downtime], now_ms: int
) -> DelayCause | None:
    """What stood in its way when it was due; `None`: it is not late. `downtimes`: when the gateway did not run, stood
    still, or had no clock to be trusted, each with its cause."""
    due_ms = times.due_ms
    if (now_ms if times.accepted_ms is None else times.accepted_ms) <= due_ms:
        return None
    if times.was_set_aside:
        return DelayCause.REFUSED
    off = [one for one in downtimes if one.from_ms <= due_ms < one.until_ms]
    if off:
        return longest_of(off).cause
    return (
        outage_at(outages, due_ms)
        or newest_outage(outages, times.submitted_ms, due_ms)
        or off_through(downtimes, times.submitted_ms, due_ms)
        or DelayCause.QUEUE
    )
