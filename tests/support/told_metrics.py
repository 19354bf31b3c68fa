"""What a station's metrics are in text: of one that runs and delivers, after three days."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from gateway.core.component import ComponentKind, ComponentState
from gateway.core.interfaces import Instant
from gateway.core.journal_entry import JournalHead
from gateway.db.board import Component
from gateway.reports.metrics.delivery_counts import delivery_counts
from gateway.reports.metrics.exposition import exposition
from gateway.reports.metrics.station_metrics import MetricsLook, station_metrics
from gateway.reports.status import StationStatus, collect
from tests.support import three_days
from tests.support.journey import Journey


def told_metrics(folder: Path, whole: Callable[[StationStatus], StationStatus] = lambda status: status) -> str:
    """`whole`: what else there is of that station."""
    configuration = three_days.configuration(folder)
    journey = Journey(folder)
    three_days.fill(journey)
    now_ms = three_days.NOW_MS
    status = collect(configuration, journey.database, Instant(now_ms, 0.0))
    destinations = tuple(
        replace(one, component=Component(ComponentKind.DESTINATION, one.name, ComponentState.UP, now_ms))
        for one in status.destinations
    )
    status = whole(replace(status, destinations=destinations))
    found = MetricsLook(status, delivery_counts(journey.database, 0, now_ms), JournalHead(9, ""))
    journey.database.close()
    return exposition(station_metrics(found))
