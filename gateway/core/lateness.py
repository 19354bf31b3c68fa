"""Which files are late, and through what: decided from what the database knows, never from a guess.

TT10/2021: a file is due within five minutes of its slot's end. What held it up is whatever stood in its way at the
moment when it was due; what came and went before, or only came later, did not make it late.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from gateway.core.full_card import FullCard, was_full
from gateway.core.instants import DUE_MS


class DelayCause(StrEnum):
    """What made a file late."""

    GATEWAY_OFF = "gateway_off"
    """The gateway was not running."""
    STOOD_STILL = "stood_still"
    """It ran and did nothing: the process was stopped or starved, or the machine slept."""
    CLOCK = "clock"
    """It ran, and yet the slot was closed late or never made: the clock was set, or not to be trusted."""
    PLANNED_LATE = "planned_late"
    """The destination was configured, or asked for it, only later."""
    LINE = "line"
    """The server could not be reached."""
    SERVER = "server"
    """The server answered and took nothing, or took it and did not show that it has it."""
    REJECTED = "rejected"
    """The server did not know us, or was not the one we know: password, key, certificate."""
    REFUSED = "refused"
    """The server would not have this file, and it was set aside."""
    QUEUE = "queue"
    """Nothing stood in its way but what was to be sent before it."""
    NO_VALUES = "no_values"
    """Of a slot without a file: no line of it had a value, and lines without one are left out."""
    CARD_FULL = "card_full"
    """The slot was closed late, or never made, while the card had hardly any room, or none."""
    NOT_MADE = "not_made"
    """Of a slot without a file: nothing that is known says why. The gateway ran, its clock was not set, the card had
    room."""


@dataclass(frozen=True, slots=True)
class Outage:
    """A time during which a destination took nothing: `LINE`, `SERVER` or `REJECTED`."""

    cause: DelayCause
    began_ms: int
    ended_ms: int | None
    """`None`: it lasts."""


@dataclass(frozen=True, slots=True)
class Downtime:
    """A time during which the gateway did not run, or stood still: `[from_ms, until_ms)`."""

    from_ms: int
    until_ms: int
    cause: DelayCause = DelayCause.GATEWAY_OFF


@dataclass(frozen=True, slots=True)
class DeliveryTimes:
    """When one file passed its stages on the way to one destination."""

    end_ms: int
    """Its slot's end."""
    closed_ms: int
    planned_ms: int
    delivered_ms: int | None
    """When it first arrived; `None`: not yet."""
    was_refused: bool = False
    """The destination has set it aside at some time."""
    accepted_ms: int | None = None
    """When the server first accepted it whole without its being proven to be there; `None`: never."""


def is_late(times: DeliveryTimes, now_ms: int) -> bool:
    """Whether it arrived more than five minutes after its slot's end, or still has not."""
    arrived_ms = now_ms if times.delivered_ms is None else times.delivered_ms
    return arrived_ms - times.end_ms > DUE_MS


def cause_of(
    times: DeliveryTimes,
    outages: Sequence[Outage],
    downtimes: Sequence[Downtime],
    now_ms: int,
    full_card: Sequence[FullCard] = (),
) -> DelayCause | None:
    """What made it late; `None` if it is not. `outages` are the destination's, `downtimes` the
    gateway's, in any order."""
    if not is_late(times, now_ms):
        return None
    due_ms = times.end_ms + DUE_MS
    if times.closed_ms > due_ms:
        is_full = was_full(times.end_ms, times.closed_ms, (one for one in full_card if one.is_clock_sound))
        otherwise = DelayCause.CARD_FULL if is_full else DelayCause.CLOCK
        return off_through(downtimes, times.end_ms, due_ms) or otherwise
    off = [one for one in downtimes if one.from_ms <= due_ms < one.until_ms]
    if off:
        return longest_of(off).cause
    if times.planned_ms > due_ms:
        return off_through(downtimes, times.closed_ms, due_ms) or DelayCause.PLANNED_LATE
    if times.accepted_ms is not None and times.accepted_ms <= due_ms:
        return DelayCause.SERVER
    if times.was_refused:
        return DelayCause.REFUSED
    return outage_at(outages, due_ms) or newest_outage(outages, times.end_ms, due_ms) or DelayCause.QUEUE


def off_through(downtimes: Sequence[Downtime], from_ms: int, until_ms: int) -> DelayCause | None:
    """Why the gateway did nothing at some instant of `[from_ms, until_ms]`; `None`: it did. Of several times, the one
    that took most of it."""
    touching = [one for one in downtimes if one.from_ms <= until_ms and one.until_ms > from_ms]
    if not touching:
        return None
    return max(touching, key=lambda one: min(one.until_ms, until_ms) - max(one.from_ms, from_ms)).cause


def longest_of(downtimes: Sequence[Downtime]) -> Downtime:
    """Of at least one."""
    return max(downtimes, key=lambda one: one.until_ms - one.from_ms)


def outage_at(outages: Sequence[Outage], at_ms: int) -> DelayCause | None:
    """Of the newest that lasted at that instant."""
    holding = [one for one in outages if one.began_ms <= at_ms and (one.ended_ms is None or one.ended_ms > at_ms)]
    return max(holding, key=_beginning).cause if holding else None


def newest_outage(outages: Sequence[Outage], from_ms: int, until_ms: int) -> DelayCause | None:
    """Of the newest that ended in that time.

    It was over when the file was due; the pause before the next try, or the queue that it left, did the rest."""
    over = [one for one in outages if one.ended_ms is not None and from_ms <= one.ended_ms <= until_ms]
    return max(over, key=_beginning).cause if over else None


def _beginning(outage: Outage) -> int:
    return outage.began_ms
