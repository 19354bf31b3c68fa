"""Which files are late, and through what: decided from what the database knows, never from a guess.

TT10/2021: a file is due within five minutes of its slot's end. What held it up is whatever stood in its way at the
moment when it was due; what came and went before, or only came later, did not make it late.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from gateway.core.instants import DUE_MS


class DelayCause(StrEnum):
    """What made a file late."""

    GATEWAY_OFF = "gateway_off"
    """The gateway was not running."""
    CLOCK = "clock"
    """It ran, and yet the slot was closed late or never made: the clock was set, or not to be trusted."""
    PLANNED_LATE = "planned_late"
    """The destination was configured, or asked for it, only later."""
    LINE = "line"
    """The server could not be reached."""
    SERVER = "server"
    """The server answered and took nothing."""
    REJECTED = "rejected"
    """The server did not know us, or was not the one we know: password, key, certificate."""
    REFUSED = "refused"
    """The server would not have this file, and it was set aside."""
    QUEUE = "queue"
    """Nothing stood in its way but what was to be sent before it."""


@dataclass(frozen=True, slots=True)
class Outage:
    """A time during which a destination took nothing: `LINE`, `SERVER` or `REJECTED`."""

    cause: DelayCause
    began_ms: int
    ended_ms: int | None
    """`None`: it lasts."""


@dataclass(frozen=True, slots=True)
class Off:
    """A time during which the gateway did not run: `[from_ms, until_ms)`."""

    from_ms: int
    until_ms: int


@dataclass(frozen=True, slots=True)
class Journey:
    """When one file passed its stages on the way to one destination."""

    end_ms: int
    """Its slot's end."""
    closed_ms: int
    planned_ms: int
    delivered_ms: int | None
    """When it first arrived; `None`: not yet."""
    was_refused: bool = False
    """The destination has set it aside at some time."""


def is_late(journey: Journey, now_ms: int) -> bool:
    """Whether it arrived more than five minutes after its slot's end, or still has not."""
    arrived_ms = now_ms if journey.delivered_ms is None else journey.delivered_ms
    return arrived_ms - journey.end_ms > DUE_MS


def cause_of(journey: Journey, outages: Sequence[Outage], offs: Sequence[Off], now_ms: int) -> DelayCause | None:
    """What made it late; `None` if it is not. `outages` are the destination's, `offs` the gateway's, in any order."""
    if not is_late(journey, now_ms):
        return None
    due_ms = journey.end_ms + DUE_MS
    if journey.closed_ms > due_ms:
        return DelayCause.GATEWAY_OFF if _was_off(offs, journey.end_ms, due_ms) else DelayCause.CLOCK
    if any(off.from_ms <= due_ms < off.until_ms for off in offs):
        return DelayCause.GATEWAY_OFF
    if journey.planned_ms > due_ms:
        return DelayCause.GATEWAY_OFF if _was_off(offs, journey.closed_ms, due_ms) else DelayCause.PLANNED_LATE
    if journey.was_refused:
        return DelayCause.REFUSED
    return _outage_at(outages, due_ms) or _newest_outage(outages, journey.end_ms, due_ms) or DelayCause.QUEUE


def _was_off(offs: Sequence[Off], from_ms: int, until_ms: int) -> bool:
    return any(off.from_ms <= until_ms and off.until_ms > from_ms for off in offs)


def _outage_at(outages: Sequence[Outage], at_ms: int) -> DelayCause | None:
    holding = [one for one in outages if one.began_ms <= at_ms and (one.ended_ms is None or one.ended_ms > at_ms)]
    return max(holding, key=_beginning).cause if holding else None


def _newest_outage(outages: Sequence[Outage], from_ms: int, until_ms: int) -> DelayCause | None:
    """It was over when the file was due; the pause before the next try, or the queue that it left, did the rest."""
    over = [one for one in outages if one.ended_ms is not None and from_ms <= one.ended_ms <= until_ms]
    return max(over, key=_beginning).cause if over else None


def _beginning(outage: Outage) -> int:
    return outage.began_ms
