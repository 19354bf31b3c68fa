"""What became of the files meant for one destination, which of them are late, and through what."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.audit import runs
from gateway.audit.clock_sets import clock_sets
from gateway.audit.delay_causes import DelayCauses
from gateway.audit.events import EventStore
from gateway.audit.full_card import full_card_times
from gateway.audit.ledger import LedgerEntry, entries, newest_end_before
from gateway.core.clock_set import skipped_times
from gateway.core.instants import DUE_MS, FAR_FUTURE_MS, local_text
from gateway.core.lateness import DelayCause, Downtime
from gateway.core.long_outage import unmade_through
from gateway.core.not_made import Gaps, NotMade
from gateway.db import Database
from gateway.outbox.delivery_state import DeliveryState
from gateway.outbox.outages import OutageDetails, outages

EARLIEST_MS = 0
CLOSED_WITHIN_MS = 5_000
"""After the gateway runs again, what it has readings of is closed."""
_TOTALS_OF = (
    DeliveryState.DELIVERED,
    DeliveryState.WAITING,
    DeliveryState.REFUSED,
    DeliveryState.CLOSED,
    DeliveryState.EMPTY,
)


@dataclass(frozen=True, slots=True)
class DeliveryQuery:
    """Which deliveries are asked for: of slots that end in `[from_ms, until_ms]`, only late ones, only in this state,
    and of those the newest `most`. `interval_ms`: how long its slots are; `None`: it is not configured any more, and
    nobody knows what it should have got."""

    destination: str
    from_ms: int = EARLIEST_MS
    until_ms: int = FAR_FUTURE_MS
    only_late: bool = False
    state: DeliveryState | None = None
    most: int | None = None
    interval_ms: int | None = None


@dataclass(frozen=True, slots=True)
class ListedDelivery:
    """A delivery, and why it is late; `None` if it is not."""

    entry: LedgerEntry
    cause: DelayCause | None


@dataclass(frozen=True, slots=True)
class DeliveryList:
    """What was asked for. The totals are over all that match, shown or not."""

    query: DeliveryQuery
    shown: tuple[ListedDelivery, ...]
    states: Counter[DeliveryState]
    causes: Counter[DelayCause]
    outages: tuple[OutageDetails, ...]
    held: int = 0
    """Those of the waiting that were accepted, are not proven, and wait for a person."""
    not_made: tuple[NotMade, ...] = ()
    """Slots of the time that never had a file for the destination, unless it was asked for one state."""

    @property
    def late(self) -> int:
        return self.causes.total()


def collect(database: Database, query: DeliveryQuery, now_ms: int, *, runs_now: bool) -> DeliveryList:
    """Read the ledger; `runs_now`: the daemon is running at this moment."""
    told = outages(database, query.destination, query.from_ms, min(query.until_ms + DUE_MS, FAR_FUTURE_MS))
    downtimes = runs.downtimes(database, query.from_ms, now_ms, runs_now=runs_now)
    skipped = skipped_times(clock_sets(database), downtimes)
    full_card = full_card_times(EventStore(database).findings, query.from_ms, now_ms, skipped)
    delay_causes = DelayCauses([one.outage for one in told], downtimes, full_card)

    def unmade(begin_ms: int, end_ms: int) -> DelayCause:
        return unmade_through(begin_ms, end_ms, skipped, downtimes, full_card)

    held = 0
    shown: deque[ListedDelivery] = deque(maxlen=query.most)
    states: Counter[DeliveryState] = Counter()
    causes: Counter[DelayCause] = Counter()
    gaps = (
        None
        if query.interval_ms is None or query.state is not None
        else _gaps(database, query, downtimes, now_ms, unmade)
    )
    ledger = entries(database, query.destination, query.from_ms, query.until_ms)
    for entry in ledger if gaps is None else gaps.passing((one.times.end_ms, one) for one in ledger):
        cause = None if entry.is_empty else delay_causes.cause_of(entry.times, now_ms)
        if (query.only_late and cause is None) or query.state not in (None, entry.state):
            continue
        states[entry.state] += 1
        held += entry.is_held
        if cause is not None:
            causes[cause] += 1
        shown.append(ListedDelivery(entry, cause))
    not_made = () if gaps is None else tuple(gaps.found)
    return DeliveryList(query, tuple(shown), states, causes, tuple(told), held, not_made)


def _gaps(
    database: Database,
    query: DeliveryQuery,
    downtimes: Sequence[Downtime],
    now_ms: int,
    unmade: Callable[[int, int], DelayCause],
) -> Gaps:
    before_ms = newest_end_before(database, query.destination, query.from_ms)
    slot_ms = query.interval_ms or 1
    if before_ms is not None:
        before_ms = max(before_ms, (query.from_ms - 1) // slot_ms * slot_ms)
    return Gaps(slot_ms, before_ms, min(query.until_ms, due_by_now_ms(downtimes, now_ms)), unmade)


def due_by_now_ms(downtimes: Sequence[Downtime], now_ms: int) -> int:
    """Slots that end by then and have no file will get none: before five minutes have passed one may still be closed,
    but for one that passed while nothing was done."""
    slept_ms = max(
        (one.until_ms for one in downtimes if one.until_ms <= now_ms - CLOSED_WITHIN_MS), default=EARLIEST_MS
    )
    return max(now_ms - DUE_MS, slept_ms)


def to_json(listing: DeliveryList, zone: str) -> dict[str, Any]:
    """The object that `gateway deliveries --json` prints. Keys are stable."""
    query = listing.query
    return {
        "destination": query.destination,
        "from": None if query.from_ms == EARLIEST_MS else local_text(query.from_ms, zone),
        "to": None if query.until_ms == FAR_FUTURE_MS else local_text(query.until_ms, zone),
        "totals": {
            "deliveries": listing.states.total(),
            **{state.value: listing.states[state] for state in _TOTALS_OF},
            "late": listing.late,
            "causes": {cause.value: listing.causes[cause] for cause in DelayCause if listing.causes[cause]},
        },
        "held": listing.held,
        "outages": [outage_to_json(told, zone) for told in listing.outages],
        "not_made": {
            "slots": sum(gap.slots for gap in listing.not_made),
            "ranges": [
                {
                    "from": local_text(gap.first_ms, zone),
                    "to": local_text(gap.last_ms, zone),
                    "slots": gap.slots,
                    "cause": gap.cause.value,
                }
                for gap in listing.not_made
            ],
        },
        "deliveries": [delivery_to_json(told, zone) for told in listing.shown],
    }


def outage_to_json(told: OutageDetails, zone: str) -> dict[str, Any]:
    """One outage, in `gateway deliveries` and `gateway explain`."""
    return {
        "cause": told.outage.cause.value,
        "began": local_text(told.outage.began_ms, zone),
        "ended": local_text(told.outage.ended_ms, zone),
        "tries": told.tries,
        "error": told.error,
    }


def delivery_to_json(listed: ListedDelivery, zone: str) -> dict[str, Any]:
    """One delivery, in `gateway deliveries` and `gateway explain`."""
    entry, times = listed.entry, listed.entry.times
    delivered_ms = times.delivered_ms
    return {
        "slot": local_text(times.end_ms, zone),
        "name": entry.name,
        "size": entry.size,
        "sha256": entry.sha256.hex(),
        "state": entry.state,
        "closed": local_text(times.closed_ms, zone),
        "planned": local_text(times.planned_ms, zone),
        "first_try": local_text(entry.first_try_ms, zone),
        "tries": entry.tries,
        "lane": entry.lane,
        "delivered": local_text(delivered_ms, zone),
        "after_end_s": None if delivered_ms is None else (delivered_ms - times.end_ms) / 1000,
        "late": listed.cause is not None,
        "cause": listed.cause.value if listed.cause else None,
        "answer": entry.answer,
        "accepted": entry.accepted,
        "accepted_at": local_text(times.accepted_ms, zone),
        "held_since": local_text(entry.held_ms, zone) if entry.is_held else None,
        "sent_again": entry.is_resend,
        "delivered_again": local_text(entry.resent_ms, zone),
        "given_up_because": entry.close_reason,
    }
