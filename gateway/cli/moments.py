"""Instants as `gateway status` and `gateway explain` show them, in the station's time."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gateway.reports.status import StationStatus


def local(at_ms: int, status: StationStatus) -> str:
    """Today's times without the date: a row has to fit into 80 columns."""
    return short(at_ms, status.at_ms, status.configuration.station.timezone)


def short(at_ms: int, now_ms: int, zone: str) -> str:
    """The same, of an instant as it is seen from another one."""
    from gateway.core.instants import local_time

    shown = local_time(at_ms, zone)
    today = shown.date() == local_time(now_ms, zone).date()
    return f"{shown:%H:%M:%S}" if today else f"{shown:%Y-%m-%d %H:%M}"


def exact(at_ms: int, zone: str) -> str:
    """To the second; finer only where it is."""
    from gateway.core.instants import local_time

    shown = local_time(at_ms, zone)
    return f"{shown:%Y-%m-%d %H:%M:%S}" + (f".{at_ms % 1000:03}" if at_ms % 1000 else "")
