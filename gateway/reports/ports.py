"""Ports that are not as declared, as `gateway status` and its kin tell of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from gateway.audit.events import EventStore
from gateway.config import Configuration
from gateway.core.findings import Topic
from gateway.core.instants import local_text
from gateway.db import Database


@dataclass(frozen=True, slots=True)
class PortViolation:
    """One that lasts. `since_ms`: when it was first seen."""

    port: str
    kind: str
    since_ms: int
    detail: str


def lasting_violations(configuration: Configuration, database: Database) -> tuple[PortViolation, ...] | None:
    """Oldest first, as the daemon saw them; `None`: no port is declared, and none is watched."""
    if configuration.ports is None:
        return None
    return tuple(
        PortViolation(one.subject, str(one.episode.kind), one.episode.begin_ms, str(one.detail))
        for one in EventStore(database).lasting((Topic.PORT,))
    )


def violations_to_json(violations: Sequence[PortViolation] | None, zone: str) -> dict[str, Any]:
    """`null`: none is watched, which does not mean that all are well."""
    if violations is None:
        return {"violations": None}
    return {
        "violations": [
            {
                "id": violation.port,
                "kind": violation.kind,
                "since": local_text(violation.since_ms, zone),
                "detail": violation.detail,
            }
            for violation in violations
        ]
    }
