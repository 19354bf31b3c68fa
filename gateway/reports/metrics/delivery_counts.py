"""What has arrived and what was refused since the gateway was started, or since this month began if that is later: so a
counter never looks at more than a month of deliveries, and what goes with its age never makes it smaller.

A monitoring system takes a counter that begins anew for a restart, and loses nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from gateway.core.instants import utc_ms
from gateway.db import Database

BOUNDS_S = (5, 10, 30, 60, 120, 300, 600, 1_800, 3_600, 21_600, 43_200, 86_400, 864_000)
"""Of delays: up to five minutes a file is in time, after twelve hours the department is told in writing, after ten days
a file counts no more."""


@dataclass(frozen=True, slots=True)
class DeliveryCounts:
    """Of one destination. `within`: how many had arrived at the latest so many seconds after their slot's end, for each
    of `BOUNDS_S`; `delay_s`: of all of them together."""

    delivered: int = 0
    refused: int = 0
    within: tuple[int, ...] = (0,) * len(BOUNDS_S)
    delay_s: float = 0.0


def counted_since_ms(started_ms: int | None, now_ms: int) -> int:
    """The later of both begins; the month is UTC's."""
    now = datetime.fromtimestamp(now_ms / 1000, UTC)
    month_ms = utc_ms(now.replace(day=1, hour=0, minute=0, second=0, microsecond=0))
    return month_ms if started_ms is None else max(month_ms, min(started_ms, now_ms))


def delivery_counts(database: Database, since_ms: int, now_ms: int) -> Mapping[str, DeliveryCounts]:
    """By the destination's name; of one to which nothing has happened, nothing."""
    within = ", ".join(f"sum(delivered_ms - end_ms <= {bound_s * 1000})" for bound_s in BOUNDS_S)
    arrived = database.read(  # a cross join: destination by destination, along the index by arrival
        f"SELECT name, count(*), sum(max(0, delivered_ms - end_ms)) / 1000.0, {within} FROM destination"  # noqa: S608  # constants
        " CROSS JOIN delivery ON destination_id = destination.id"
        " WHERE delivered_ms IS NOT NULL AND delivered_ms BETWEEN ? AND ? GROUP BY destination.id",
        (since_ms, now_ms),
    )
    refused = database.read(
        "SELECT name, count(*) FROM delivery_try JOIN delivery ON delivery.id = delivery_id"
        " JOIN destination ON destination.id = destination_id"
        " WHERE outcome = 'refused' AND done_ms BETWEEN ? AND ? GROUP BY destination_id",
        (since_ms, now_ms),
    )
    refusals = {name: int(count) for name, count in refused}
    counts = {
        name: DeliveryCounts(count, refusals.pop(name, 0), tuple(within_bounds), delay_s)
        for name, count, delay_s, *within_bounds in arrived
    }
    return counts | {name: DeliveryCounts(refused=count) for name, count in refusals.items()}
