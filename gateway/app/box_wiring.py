"""Who watches the box itself, built from the configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.audit.box.box_watch import BoxWatch, look_at_box
from gateway.audit.events import EventStore

if TYPE_CHECKING:
    from gateway.config import Configuration
    from gateway.core.box_rules import BoxLook
    from gateway.db import Database


def box_watch(configuration: Configuration, database: Database) -> BoxWatch:
    """A stage of the clerk."""
    root, storage = configuration.ports_policy.root, configuration.storage.path

    def look(now_ms: int) -> BoxLook:
        return look_at_box(root, storage, database, now_ms)

    return BoxWatch(look, configuration.box.limits, EventStore(database))
