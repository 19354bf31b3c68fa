"""What one destination has received, slot by slot, and when anything arrived there: what its authority saw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gateway.audit.clock_sets import clock_sets
from gateway.audit.delay_causes import DelayCauses
from gateway.audit.events import EventStore
from gateway.audit.full_card import full_card_times
from gateway.audit.ledger import LedgerSpan, UnpunctualEntry, read_span
from gateway.core.clock_set import SkippedTime, skipped_times
from gateway.core.completeness import Outlook, Period, SlotFile
from gateway.core.full_card import FullCard
from gateway.core.instants import DUE_MS, EARLIEST_MS
from gateway.core.lateness import Downtime
from gateway.core.long_outage import Interruption, interruptions
from gateway.db import Database
from gateway.outbox.delivery_state import DeliveryState
from gateway.outbox.outages import OutageDetails, outages

_OF = "destination_id = (SELECT id FROM destination WHERE name = ?1)"


@dataclass(frozen=True, slots=True)
class Reception:
    """Of the period's slots. `arrivals_ms` are those of its time, with the last before it and the first after it;
    before the very first stands when the destination was first meant to get anything."""

    period: Period
    sent: tuple[SlotFile, ...]
    """Slots of which there is a file, with what made it late."""
    arrivals_ms: tuple[int, ...]
    outages: tuple[OutageDetails, ...]
    skipped: tuple[SkippedTime, ...] = ()
    """What the clock jumped over."""
    downtimes: tuple[Downtime, ...] = ()
    """When the gateway was off, or stood still."""
    empty_ms: tuple[int, ...] = ()
    """Ends of slots of which there was nothing to send."""
    full_card: tuple[FullCard, ...] = ()
    """When the card had hardly any room."""

    def interruptions(self, from_ms: int, now_ms: int) -> tuple[Interruption, ...]:
        """In which slots are missing that end after the instant; before it there was nothing to interrupt, nor before
        the destination was meant to get anything."""
        known_ms = max(from_ms, self.arrivals_ms[0]) if self.arrivals_ms else self.period.to_ms
        begin_ms = min(self.period.to_ms, max(self.period.from_ms, known_ms))
        judged = Period(begin_ms, self.period.to_ms, self.period.slot_ms)
        return interruptions(
            self.sent,
            self.arrivals_ms,
            judged,
            now_ms,
            skipped=self.skipped,
            downtimes=self.downtimes,
            empty_ms=self.empty_ms,
            full_card=self.full_card,
        )


def reception(
    database: Database,
    destination: str,
    period: Period,
    now_ms: int,
    downtimes: Sequence[Downtime],
    ledger: LedgerSpan | None = None,
) -> Reception:
    """Read the ledger; `downtimes`: when the gateway was off meanwhile; `ledger`: what of it was read in this look."""
    told = tuple(outages(database, destination, period.from_ms, period.to_ms + DUE_MS))
    skipped = skipped_times(clock_sets(database), downtimes)
    full_card = full_card_times(EventStore(database).findings, period.from_ms, now_ms, skipped)
    delay_causes = DelayCauses([one.outage for one in told], downtimes, full_card)
    span = read_span(database, destination, period.from_ms, period.to_ms, ledger)
    files = {
        end_ms: SlotFile(end_ms, delivered_ms)
        for end_ms, delivered_ms in span.in_time
        if end_ms % period.slot_ms == 0 and end_ms > period.from_ms
    }
    empty_ms: list[int] = []
    for entry in span.others:
        times = entry.times
        if entry.state is DeliveryState.EMPTY:
            empty_ms.append(times.end_ms)
            continue
        known = files.get(times.end_ms)
        if period.contains(times.end_ms) and (known is None or known.arrived_ms is None):
            cause = delay_causes.cause_of(times, now_ms)
            files[times.end_ms] = SlotFile(times.end_ms, times.delivered_ms, cause, _outlook(entry))
    arrived_ms = tuple(arrivals_ms(database, destination, period.from_ms, period.to_ms, now_ms))
    return Reception(
        period,
        tuple(sorted(files.values(), key=_end_ms)),
        arrived_ms,
        told,
        skipped,
        tuple(downtimes),
        tuple(empty_ms),
        full_card,
    )


def _end_ms(one: SlotFile) -> int:
    return one.end_ms


def _outlook(entry: UnpunctualEntry) -> Outlook:
    if entry.state is DeliveryState.CLOSED:
        return Outlook.GIVEN_UP
    return Outlook.SET_ASIDE if entry.state is DeliveryState.REFUSED or entry.is_held else Outlook.WAITING


def around(database: Database, destination: str, period: Period, now_ms: int) -> Period:
    """The period with all of whatever interruptions reach over its edges: from the last arrival before it to the first
    after it, but not beyond what is due by now."""
    due_ms = max(period.to_ms, now_ms - DUE_MS)
    before_ms = _last_before(database, destination, period.from_ms, now_ms)
    if before_ms is None:
        before_ms = _first_planned(database, destination, now_ms)
    after_ms = _first_after(database, destination, period.to_ms, now_ms)
    begin_ms = period.from_ms if before_ms is None else min(period.from_ms, before_ms)
    return Period(begin_ms, max(period.to_ms, due_ms if after_ms is None else min(after_ms, due_ms)), period.slot_ms)


def arrivals_ms(database: Database, destination: str, from_ms: int, until_ms: int, now_ms: int) -> list[int]:
    """When files first arrived in `[from_ms, until_ms]`, oldest first, with the last arrival before and the first
    after. Before the very first stands when the first file was planned: from then on something was to come.

    What a clock that was ahead, or not yet set, wrote is no arrival: its time is not known."""
    before_ms = _last_before(database, destination, from_ms, now_ms)
    within = database.read(
        f"SELECT delivered_ms FROM delivery WHERE {_OF} AND delivered_ms BETWEEN ?2 AND ?3 ORDER BY delivered_ms",  # noqa: S608
        (destination, max(from_ms, EARLIEST_MS), min(until_ms, now_ms)),
    )
    after_ms = _first_after(database, destination, until_ms, now_ms)
    found: list[int] = [at_ms for at_ms in (before_ms, *(one for (one,) in within), after_ms) if at_ms is not None]
    planned_ms = _first_planned(database, destination, now_ms) if before_ms is None else None
    return [planned_ms, *found] if planned_ms is not None and (not found or planned_ms < found[0]) else found


def _last_before(database: Database, destination: str, from_ms: int, now_ms: int) -> int | None:
    rows = database.read(
        f"SELECT max(delivered_ms) FROM delivery WHERE {_OF} AND delivered_ms < ?2 AND delivered_ms >= ?3",  # noqa: S608
        (destination, min(from_ms, now_ms + 1), EARLIEST_MS),
    )
    found: int | None = rows[0][0]
    return found


def _first_after(database: Database, destination: str, until_ms: int, now_ms: int) -> int | None:
    rows = database.read(
        f"SELECT min(delivered_ms) FROM delivery WHERE {_OF} AND delivered_ms > ?2 AND delivered_ms <= ?3",  # noqa: S608
        (destination, until_ms, now_ms),
    )
    found: int | None = rows[0][0]
    return found


def _first_planned(database: Database, destination: str, now_ms: int) -> int | None:
    """When the first of all files was planned."""
    rows = database.read(
        f"SELECT planned_ms FROM delivery WHERE {_OF} AND end_ms >= ?2 AND planned_ms BETWEEN ?2 AND ?3"  # noqa: S608
        " ORDER BY end_ms LIMIT 1",
        (destination, EARLIEST_MS, now_ms),
    )
    return next((at_ms for (at_ms,) in rows), None)
