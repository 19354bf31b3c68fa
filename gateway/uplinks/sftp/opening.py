"""A configured destination → its uplink."""

from __future__ import annotations

from gateway.config import Destination
from gateway.core.interfaces import Uplink
from gateway.runtime.clock import SystemClock
from gateway.uplinks.context import UplinkContext
from gateway.uplinks.sftp.login import SshAccount
from gateway.uplinks.sftp.session import SftpServer
from gateway.uplinks.sftp.uplink import SftpUplink


def open_uplink(destination: Destination, context: UplinkContext) -> Uplink:
    """See `registry.open_uplink`."""
    url = destination.url
    account = SshAccount(
        user=url.user,
        host_keys=destination.host_key or (),
        password=destination.password.reveal if destination.password else None,
        private_key=destination.key.reveal if destination.key else None,
        legacy=destination.legacy,
    )
    return SftpUplink(
        SftpServer(url.host, url.port, url.path, account),
        clock=SystemClock(),
        pool=context.pool_of(destination),
        urgent=context.urgent,
        publishing=destination.publish,
        proof=destination.proof,
        manners=context.manners_of(),
    )
