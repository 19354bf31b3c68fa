"""A configured destination → its uplink."""

from __future__ import annotations

from gateway.config import Destination
from gateway.core.interfaces import Uplink
from gateway.runtime.clock import SystemClock
from gateway.uplinks.context import UplinkContext
from gateway.uplinks.ftp.login import FtpServer, Tls
from gateway.uplinks.ftp.uplink import FtpUplink


def open_uplink(destination: Destination, context: UplinkContext) -> Uplink:
    """See `registry.open_uplink`."""
    url = destination.url
    if destination.password is None:
        raise ValueError(f"{destination.name} has no password")  # the configuration demands one
    server = FtpServer(
        url.host,
        url.port,
        url.path,
        url.user,
        destination.password.reveal,
        Tls(url.scheme.value),
        destination.ca,
        context.seen_until,
        destination.passive,
    )
    return FtpUplink(
        server,
        clock=SystemClock(),
        pool=context.pool_of(destination),
        urgent=context.urgent,
        publishing=destination.publish,
        proof=destination.proof,
        manners=context.manners_of(),
    )
