"""What became of transport orders, in as few numbers as counts and reports need: a month of them is read at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from gateway.core.transport_order import PROMISED_MS, OrderState
from gateway.db import Database


@dataclass(frozen=True, slots=True)
class OrderFate:
    """`settled_ms`: accepted or set aside then; `late_cause`: of an accepted one, a `DelayCause`'s value."""

    submitted_ms: int
    state: OrderState
    settled_ms: int | None
    code: int | None
    late_cause: str | None

    @property
    def latency_ms(self) -> int | None:
        """From submitted to accepted; `None`: it was not accepted yet."""
        if self.state is not OrderState.ACCEPTED or self.settled_ms is None:
            return None
        return self.settled_ms - self.submitted_ms

    def is_late(self, now_ms: int) -> bool:
        """As `TransportOrder.is_late`."""
        taken_ms = self.latency_ms
        return (now_ms - self.submitted_ms if taken_ms is None else taken_ms) > PROMISED_MS


def order_fates(database: Database, from_ms: int, until_ms: int) -> Iterator[OrderFate]:
    """Of those that were submitted in [from, until), oldest first."""
    rows = database.read(
        "SELECT submitted_ms, state, settled_ms, code, late_cause FROM transport_order"
        " WHERE submitted_ms >= ? AND submitted_ms < ? ORDER BY submitted_ms, id",
        (from_ms, until_ms),
    )
    states = {one.value: one for one in OrderState}
    for submitted_ms, state, settled_ms, code, late_cause in rows:
        yield OrderFate(submitted_ms, states[state], settled_ms, code, late_cause)


def oldest_order_ms(database: Database) -> int | None:
    """When the first one that is known was submitted."""
    ((oldest_ms,),) = database.read("SELECT min(submitted_ms) FROM transport_order")
    return oldest_ms if isinstance(oldest_ms, int) else None


def late_waiting(database: Database, before_ms: int) -> int:
    """How many of those that wait were submitted before then."""
    ((count,),) = database.read(
        "SELECT count(*) FROM transport_order WHERE state = 'waiting' AND submitted_ms < ?", (before_ms,)
    )
    return int(count)


def newest_accepted_ms(database: Database) -> int | None:
    """When the authority accepted the newest whose document is still kept."""
    ((at_ms,),) = database.read(
        "SELECT max(settled_ms) FROM transport_order WHERE dropped_ms IS NULL AND state = 'accepted'"
    )
    return at_ms if isinstance(at_ms, int) else None


def refused_codes(database: Database, from_ms: int, until_ms: int) -> Counter[int | None]:
    """With which codes the authority refused orders that were submitted in [from, until): of each code how many orders,
    whatever has become of them since."""
    rows = database.read(
        "SELECT order_try.code, count(DISTINCT transport_order.id) FROM transport_order"
        " JOIN order_try ON order_try.transport_order = transport_order.id"
        " WHERE submitted_ms >= ? AND submitted_ms < ? AND order_try.outcome = 'refused' GROUP BY order_try.code",
        (from_ms, until_ms),
    )
    return Counter(dict(rows))


def oldest_waiting_ms(database: Database) -> int | None:
    """When the oldest of those that wait was submitted."""
    ((at_ms,),) = database.read("SELECT min(submitted_ms) FROM transport_order WHERE state = 'waiting'")
    return at_ms if isinstance(at_ms, int) else None


def set_aside_between(
    database: Database, from_ms: int, until_ms: int, most: int
) -> list[tuple[str, str, int, int | None, str | None]]:
    """Of those that were submitted in [from, until) and are set aside, oldest first: name, plate, when it was
    submitted, the authority's code, the reason."""
    return database.read(
        "SELECT order_id, plate, submitted_ms, code, reason FROM sound_transport_order"
        " WHERE state = 'set_aside' AND submitted_ms >= ? AND submitted_ms < ? ORDER BY id LIMIT ?",
        (from_ms, until_ms, most),
    )
