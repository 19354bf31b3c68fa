"""What a destination's server can do, as far as it was tried out. `None`: not tried, or means nothing there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable


@dataclass(frozen=True, slots=True)
class ServerProfile:
    """One server, as it showed itself to one account at one time."""

    software: str
    """The server's greeting, on one line."""
    renames: bool | None = None
    replaces: bool | None = None
    """Renames onto a name that exists."""
    replaces_at_once: bool | None = None
    """Does so in one step by the protocol's own promise (SFTP's posix-rename)."""
    tells_size: bool | None = None
    lists_facts: bool | None = None
    """Lists names with their sizes (FTP's MLSD)."""
    makes_folders: bool | None = None
    data_connections: str | None = None
    """How FTP's data connections come about: `PASV`, `EPSV`, `active`."""
    takes_packs: bool | None = None
    """Bears several FTP commands at once."""
    tls: str | None = None
    """The version, such as `TLSv1.3`."""
    resumes_tls: bool | None = None
    """Data connections continue the control connection's TLS session."""
    certificate_until_ms: int | None = None
    host_key: str | None = None
    warning: str | None = None
    """What it said at the log-in of the end of the password or of the account."""
    connections: int | None = None
    """How many it let us hold at once; it may bear more."""


@runtime_checkable
class Probed(Protocol):
    """An uplink that can try out its server."""

    def probe(self) -> ServerProfile:
        """Log in, write, rename and delete files that no receiver takes for data, and see what works.

        Raises:
            DeliveryDeferred: as an uplink does.
            DestinationRejected: the same, or what the configured way of publishing needs does not work.
        """
