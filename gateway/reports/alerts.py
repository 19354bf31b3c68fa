"""What people are told of: how each target fares, and what it was told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gateway.alerts.store import AlertStore, KeptAlert, TargetState
from gateway.core.alert import AlertState
from gateway.core.alert_digest import alerts_in
from gateway.core.instants import local_text
from gateway.db import Database


def alert_targets(database: Database) -> tuple[TargetState, ...]:
    """Those that are told now, by name."""
    return tuple(one for one in AlertStore(database).targets() if one.removed_ms is None)


def is_failing(target: TargetState) -> bool:
    """Something waits that could not be told."""
    return bool(target.failures and target.waiting)


def kept_alerts(database: Database, most: int, target: str | None = None) -> tuple[KeptAlert, ...]:
    """The newest, oldest first: what was told, and what waits."""
    return tuple(reversed(AlertStore(database).newest(most, target)))


def targets_to_json(targets: Sequence[TargetState], zone: str) -> list[dict[str, Any]]:
    """`alerts` of `gateway status --json`. Keys are stable."""
    return [
        {
            "target": one.name,
            "on": [kind.value for kind in one.kinds],
            "waiting": one.waiting,
            "waiting_since": local_text(one.oldest_waiting_ms, zone),
            "told": local_text(one.told_ms, zone),
            "failures": one.failures,
            "last_error": one.last_error,
            "last_error_at": local_text(one.last_error_ms, zone),
        }
        for one in targets
    ]


def kept_to_json(kept: Sequence[KeptAlert], zone: str) -> list[dict[str, Any]]:
    """What `gateway alerts list --json` prints. Keys are stable; what waits has no `outcome`."""
    return [
        {
            "id": one.alert.id,
            "target": one.target,
            "kind": None if one.alert.state is AlertState.DIGEST else one.alert.kind.value,
            "state": one.alert.state.value,
            "subjects": list(one.alert.subjects),
            "count": alerts_in(one.alert)[1],
            "began": local_text(one.alert.began_ms, zone),
            "ended": local_text(one.alert.ended_ms, zone),
            "entry": one.seq,
            "made": local_text(one.made_ms, zone),
            "tries": one.tries,
            "last_error": one.last_error,
            "outcome": None if one.outcome is None else one.outcome.value,
            "settled": local_text(one.settled_ms, zone),
            "told_as": one.told_as,
        }
        for one in kept
    ]
