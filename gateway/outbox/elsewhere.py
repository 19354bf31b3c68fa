"""What another database of this box, which was in use later or beside, knows of a delivery that waits here."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import Any

from gateway.outbox.delivery_state import DeliveryState

_TOLD = ("delivered_ms", "resent_ms", "first_try_ms", "lane", "answer", "resent_by")
_ARRIVED = (
    "UPDATE delivery SET state = 'delivered', delivered_ms = coalesce(delivered_ms, :delivered_ms),"
    " resent_ms = :resent_ms, first_try_ms = coalesce(first_try_ms, :first_try_ms), tries = max(tries, :tries),"
    " lane = :lane, answer = :answer, accepted = 0, held_ms = NULL, ask_first = 0"
    " WHERE id = :id AND state IN ('waiting', 'refused') AND resent_by IS :resent_by"
)
"""It was not asked here meanwhile to be sent once more."""
_TRIED = "UPDATE delivery SET ask_first = 1 WHERE id = :id AND state IN ('waiting', 'refused') AND tries < :tries"


def settle_as_elsewhere(connection: sqlite3.Connection, number: int, found: Mapping[str, Any]) -> None:
    """What has arrived is not sent again; what was tried may lie at the far end, and is asked for first. `found`: by
    column, with the numbers that people's acts have here."""
    values: dict[str, Any] = {name: found.get(name) for name in _TOLD}
    values |= {"id": number, "tries": found.get("tries") or 0}
    if found["state"] == DeliveryState.DELIVERED.value:
        connection.execute(_ARRIVED, values)
    else:
        connection.execute(_TRIED, values)
