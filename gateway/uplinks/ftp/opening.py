"""A configured destination → its uplink."""

from __future__ import annotations

from gateway.config import Destination
from gateway.core.interfaces import Uplink
from gateway.runtime.clock import SystemClock
from gateway.uplinks.context import UplinkContext
from gateway.uplinks.ftp.login import FtpServer, Tls
from gateway.uplinks.ftp.uplink import FtpUplink
from gateway.uplinks.tls_client import client_of


def open_uplink(destination: Destination, context: UplinkContext) -> Uplink:
    """See `registry.open_uplink`."""
    url = destination.url
    server = FtpServer(
        url.host,
        url.port,
        url.path,
        url.user,
        None if destination.password is None else destination.password.reveal,
        Tls(url.scheme.value),
        destination.ca,
        context.seen_until,
        destination.passive,
        destination.certificate or (),
        client_of(destination),
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
