"""How it stands with transport orders now: what waits, what a person is needed for, what of today has been accepted,
and until when the signatures are good."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from gateway.config import Configuration
from gateway.core.component import ComponentKind, ComponentState
from gateway.core.instants import FAR_FUTURE_MS, day_begins_ms, local_text, local_time
from gateway.core.transport_order import PROMISED_MS
from gateway.db import Database
from gateway.db.board import Component
from gateway.reports.orders.sums import OrderSums, order_sums

if TYPE_CHECKING:
    from gateway.orders.known_signers import OrderSigner


@dataclass(frozen=True, slots=True)
class OrdersStatus:
    """`oldest_waiting_ms`: when it was submitted. `late`: of those that wait, for more than three minutes. `today`: of
    those that were submitted today. `destination`: the road administration's, `None`: none is configured."""

    waiting: int
    oldest_waiting_ms: int | None
    set_aside: int
    late: int
    today: OrderSums = field(default_factory=OrderSums)
    signers: tuple[OrderSigner, ...] = ()
    destination: str | None = None
    server: Component | None = None
    last_accepted_ms: int | None = None
    """The newest that the authority accepted, whenever it came."""

    @property
    def is_server_down(self) -> bool:
        return self.server is not None and self.server.state is not ComponentState.UP


def orders_status(
    configuration: Configuration, database: Database, board: Mapping[tuple[ComponentKind, str], Component], now_ms: int
) -> OrdersStatus | None:
    """`None`: no orders are taken here."""
    orders, destination = configuration.orders, configuration.order_destination
    if orders is None:
        return None
    from gateway.orders.fates import late_waiting, newest_accepted_ms, order_fates
    from gateway.orders.known_signers import known_signers
    from gateway.orders.opening import open_order_store

    zone = configuration.station.timezone
    midnight_ms = day_begins_ms(local_time(now_ms, zone).date(), zone)
    counts = open_order_store(orders, database).counts(FAR_FUTURE_MS)
    roles = {one.role for one in orders.sign}
    return OrdersStatus(
        counts.waiting,
        counts.oldest_ms,
        counts.set_aside,
        late_waiting(database, now_ms - PROMISED_MS),
        order_sums(order_fates(database, midnight_ms, FAR_FUTURE_MS), now_ms),
        tuple(one for one in known_signers(database) if one.role in roles),
        None if destination is None else destination.name,
        None if destination is None else board.get((ComponentKind.DESTINATION, destination.name)),
        newest_accepted_ms(database),
    )


def orders_to_json(status: OrdersStatus | None, now_ms: int, zone: str) -> dict[str, Any] | None:
    """`orders` of `gateway status --json`; null where no orders are taken."""
    if status is None:
        return None
    today = status.today
    return {
        "waiting": status.waiting,
        "oldest_waiting": local_text(status.oldest_waiting_ms, zone),
        "set_aside": status.set_aside,
        "late": status.late,
        "last_accepted": local_text(status.last_accepted_ms, zone),
        "today": {
            "submitted": today.submitted,
            "accepted": today.accepted,
            "in_time": today.in_time,
            "late": today.late,
            "share_in_time": today.share_in_time,
        },
        "signers": [
            {
                "role": one.role,
                "holder": one.holder,
                "valid_until": local_text(one.until_ms, zone),
                "state": one.state(now_ms),
                "error": one.trouble,
            }
            for one in status.signers
        ],
        "destination": status.destination,
    }
