"""What a stage must remember from one look to the next, in the transaction of what it did: the table `watch`."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from typing import Any


def remember(connection: sqlite3.Connection, name: str, state: Mapping[str, Any], record_id: int = 0) -> None:
    """In place of what stood under this name. `record_id`: the newest record that was looked at."""
    connection.execute(
        "INSERT INTO watch (name, record_id, state) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET"
        " record_id = excluded.record_id, state = excluded.state",
        (name, record_id, json.dumps(state, ensure_ascii=False, separators=(",", ":"))),
    )
