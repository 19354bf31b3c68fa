"""Instants as `gateway status` shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gateway.reports.status import StationStatus


def local(at_ms: int, status: StationStatus) -> str:
    """Today's times without the date: a row has to fit into 80 columns."""
    from gateway.core.instants import local_time

    zone = status.configuration.station.timezone
    shown = local_time(at_ms, zone)
    today = shown.date() == local_time(status.at_ms, zone).date()
    return f"{shown:%H:%M:%S}" if today else f"{shown:%Y-%m-%d %H:%M}"
