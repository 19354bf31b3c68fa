"""From a configured destination to the uplink that serves it.

To add a protocol: one module that keeps `Uplink`'s promises, one line in the table, one server in the contract suite.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from gateway.config import Destination, Scheme
from gateway.core.interfaces import Uplink

# A builder imports its library when it is used: paramiko is 25 MB that a station with FTPS only does not need.


def open_uplink(destination: Destination) -> Uplink:
    """The uplink for a destination. Connects nothing yet, reads no secret yet."""
    return _BUILDERS[destination.url.scheme](destination)


def _sftp(destination: Destination) -> Uplink:
    from gateway.uplinks.sftp import SftpUplink
    from gateway.uplinks.ssh import SshAccount

    url = destination.url
    return SftpUplink(
        host=url.host,
        port=url.port,
        path=url.path,
        account=SshAccount(
            user=url.user,
            host_key=destination.host_key or "",
            password=destination.password.reveal if destination.password else None,
            private_key=destination.key.reveal if destination.key else None,
        ),
    )


def _ftp(tls: str, destination: Destination) -> Uplink:
    from gateway.uplinks.ftp import FtpUplink
    from gateway.uplinks.ftp_login import FtpAccount, Protection, Tls

    url = destination.url
    if destination.password is None:
        raise ValueError(f"{destination.name} has no password")  # the configuration demands one
    return FtpUplink(
        host=url.host,
        port=url.port,
        path=url.path,
        account=FtpAccount(url.user, destination.password.reveal),
        protection=Protection(Tls[tls], destination.ca),
    )


_BUILDERS: dict[Scheme, Callable[[Destination], Uplink]] = {
    Scheme.SFTP: _sftp,
    Scheme.FTP: partial(_ftp, "NONE"),
    Scheme.FTPS: partial(_ftp, "EXPLICIT"),
    Scheme.FTPS_IMPLICIT: partial(_ftp, "IMPLICIT"),
}
