"""The box itself, as `gateway status` tells of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gateway.audit.box.box_watch import look_at_box
from gateway.audit.events import EventStore
from gateway.config import Configuration
from gateway.core.box_rules import BoxLook
from gateway.core.findings import Finding, Topic
from gateway.core.instants import local_text
from gateway.db import Database


@dataclass(frozen=True, slots=True)
class BoxReport:
    """`look`: now. `lasting`: what is the matter, as the daemon saw it, oldest first."""

    look: BoxLook
    lasting: tuple[Finding, ...]


def read_box(configuration: Configuration, database: Database, now_ms: int) -> BoxReport:
    look = look_at_box(configuration.ports_policy.root, configuration.storage.path, database, now_ms)
    return BoxReport(look, tuple(EventStore(database).lasting((Topic.BOX,))))


def box_to_json(report: BoxReport, zone: str) -> dict[str, Any]:
    """What nobody can tell is null."""
    look = report.look
    return {
        "temperature_c": look.celsius,
        "hottest": look.hottest or None,
        "under_voltage": look.is_under_voltage,
        "memory_bytes": look.memory_bytes,
        "available_bytes": look.available_bytes,
        "database_bytes": look.database_bytes,
        "restarts": look.restarts,
        "cards": [{"card": card.card, "used_percent": card.percent, "failing": card.is_failing} for card in look.cards],
        "findings": [
            {
                "kind": str(one.episode.kind),
                "subject": one.subject,
                "since": local_text(one.episode.begin_ms, zone),
                "worst": one.episode.peak,
                "detail": str(one.detail),
            }
            for one in report.lasting
        ],
    }
