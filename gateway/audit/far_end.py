"""A destination, opened to look at what lies there: beside the daemon, with a log-in of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from gateway.config import Destination
from gateway.core.interfaces import Auditable
from gateway.uplinks.context import UplinkContext
from gateway.uplinks.registry import open_uplink


@contextmanager
def far_end(destination: Destination, station_code: str) -> Iterator[Auditable | None]:
    """`None`: its scheme keeps no files to be listed. Closed when the block ends."""
    uplink = open_uplink(destination, UplinkContext(station_code, "audit", historical=True))
    try:
        yield uplink if isinstance(uplink, Auditable) else None
    finally:
        uplink.close()
