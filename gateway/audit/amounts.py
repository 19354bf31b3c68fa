"""What is told of running totals, as events: amounts that fell while nobody looked, totals that fell or jumped.

Written before the slot that shows it is closed, and the same when that is tried again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from gateway.audit.events import EventStore
from gateway.core.episode import Episode
from gateway.core.findings import Finding, Topic
from gateway.core.instants import HOUR_MS
from gateway.core.interfaces import Clock
from gateway.core.reading import Parameter
from gateway.core.running_total import CounterNote, Told

MOST_APART_MS = HOUR_MS
"""A device whose total trembles all day long has one event, not thousands."""


def amount_teller(events: EventStore, clock: Clock) -> Callable[[Parameter, Sequence[Told]], None]:
    """Who keeps it, for the closer."""

    def tell(parameter: Parameter, told: Sequence[Told]) -> None:
        certain = [_finding(parameter, one) for one in told if one.kind is not CounterNote.UNKNOWN]
        doubtful = [one for one in told if one.kind is CounterNote.UNKNOWN]
        together = [_together(events, parameter, doubtful)] if doubtful else []
        events.note([*certain, *together], clock.now().wall_ms)

    return tell


def _finding(parameter: Parameter, told: Told) -> Finding:
    amount = None if told.amount is None else float(told.amount)
    return Finding(parameter.symbol, Episode(told.kind, told.from_ms, told.until_ms, 1, amount, told.until_ms))


def _together(events: EventStore, parameter: Parameter, told: Sequence[Told]) -> Finding:
    """One event for a slot's doubtful readings, and for those of the slots before if they are near."""
    first_ms, last_ms = told[0].from_ms, told[-1].until_ms
    amounts = [float(one.amount) for one in told if one.amount is not None]
    before = [
        one.episode
        for one in events.findings(Topic.QUALITY, first_ms - MOST_APART_MS, last_ms)
        if one.subject == parameter.symbol and one.episode.kind == CounterNote.UNKNOWN
    ]
    if not before:
        return Finding(
            parameter.symbol,
            Episode(CounterNote.UNKNOWN, first_ms, last_ms, len(told), max(amounts, default=None), last_ms),
        )
    old = before[-1]
    is_new = last_ms > old.last_ms
    peak = max([*amounts, *([] if old.peak is None else [old.peak])], default=None)
    until_ms = max(last_ms, old.last_ms)
    count = old.count + len(told) if is_new else old.count
    return Finding(parameter.symbol, Episode(CounterNote.UNKNOWN, old.begin_ms, until_ms, count, peak, until_ms))
