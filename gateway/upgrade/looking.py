"""Looks at units and stations for the judgement."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any

from .commands import GATEWAY, call, properties
from .health import StationHealth, UnitSeen, seen


def look_at_unit(unit: str) -> UnitSeen:
    said = properties(unit, "ActiveState", "NRestarts", "ActiveEnterTimestampMonotonic")
    restarts = int(said.get("NRestarts") or 0)
    entered_s = int(said.get("ActiveEnterTimestampMonotonic") or 0) / 1e6
    state = said.get("ActiveState", "unknown")
    return UnitSeen(unit, state, restarts, max(0.0, time.monotonic() - entered_s))


def look_at_station(config: str) -> StationHealth:
    """By its own command, of whichever version is installed."""
    status = status_of(config)
    try:
        return StationHealth(is_told=False) if status is None else seen(status)
    except (KeyError, TypeError):
        return StationHealth(is_told=False)


def status_of(config: str) -> Mapping[str, Any] | None:
    """`None`: the command fails, or says something else."""
    code, said = call([GATEWAY, "status", "--json", "--config", config], timeout_s=60)
    try:
        status = json.loads(said[said.index("{") :]) if code == 0 else None
    except ValueError:
        return None
    return status if isinstance(status, dict) else None
