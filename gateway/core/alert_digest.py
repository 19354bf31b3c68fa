"""Several alerts told as one, and an alert as JSON. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Any

from gateway.core.alert import Alert, AlertKind, AlertState

MOST_IN_DIGEST = 100
"""The newest; of the others a digest says only how many there are."""


def digest_id(message_ids: Iterable[str]) -> str:
    """The same for the same alerts."""
    return sha256(" ".join(message_ids).encode()).hexdigest()[:32]


def digest_of(alerts: Sequence[Alert]) -> Alert:
    """One alert in place of these, oldest first, with the newest of them in it. There is at least one."""
    facts = {"alerts": [alert_to_json(one) for one in alerts[-MOST_IN_DIGEST:]], "count": len(alerts)}
    message_id = digest_id(one.id for one in alerts)
    return Alert(message_id, alerts[-1].kind, AlertState.DIGEST, (), alerts[0].began_ms, None, facts)


def alerts_in(alert: Alert) -> tuple[tuple[Alert, ...], int]:
    """Those that are in it, oldest first, and how many there were; of one that is no digest, itself."""
    if alert.state is not AlertState.DIGEST:
        return (alert,), 1
    return tuple(map(alert_from_json, alert.facts["alerts"])), int(alert.facts["count"])


def alert_to_json(alert: Alert) -> dict[str, Any]:
    return {
        "id": alert.id,
        "kind": alert.kind.value,
        "state": alert.state.value,
        "subjects": list(alert.subjects),
        "began_ms": alert.began_ms,
        "ended_ms": alert.ended_ms,
        "facts": dict(alert.facts),
    }


def alert_from_json(content: Mapping[str, Any]) -> Alert:
    """Raises LookupError, TypeError, ValueError: it is nothing that `alert_to_json` made."""
    return Alert(
        str(content["id"]),
        AlertKind(content["kind"]),
        AlertState(content["state"]),
        tuple(map(str, content["subjects"])),
        content["began_ms"],
        content["ended_ms"],
        dict(content["facts"]),
    )
