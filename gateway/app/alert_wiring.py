"""Who tells people of what the journal says, built from the configuration; without any target nothing is imported."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gateway.config import Configuration
    from gateway.core.interfaces import Clock, Worker
    from gateway.db import Database


def alert_workers(configuration: Configuration, database: Database, clock: Clock) -> list[Worker]:
    """To be called when what happened before this start is in the journal, and nothing of what happens in it: a target
    that is new hears of whatever comes behind the newest entry."""
    if not configuration.alerts:
        if database.read("SELECT 1 FROM alert_target WHERE removed_ms IS NULL LIMIT 1"):
            from gateway.alerts.targets import adopt_targets

            adopt_targets(database, (), clock.now().wall_ms)
        return []
    from gateway.alerts.configured import configured_targets
    from gateway.alerts.courier import AlertCourier
    from gateway.alerts.store import AlertStore
    from gateway.alerts.targets import adopt_targets

    targets = configured_targets(configuration)
    adopt_targets(database, [one.target for one in targets], clock.now().wall_ms)
    return [AlertCourier(one, AlertStore(database), clock, random.random) for one in targets]
