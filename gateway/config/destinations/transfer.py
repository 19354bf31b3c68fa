"""`connections`, `publish`, `passive` of a destination: ways round what its server does not allow."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from gateway.config.destinations.url import Scheme
from gateway.config.file.form_error import FormError
from gateway.config.section import Whole
from gateway.core.publishing import Publishing

Connections = Annotated[Whole, Field(ge=1, le=8)]
_FTP = (Scheme.FTP, Scheme.FTPS, Scheme.FTPS_IMPLICIT)
LANES = 2
_USUAL = 4


def usual_connections(scheme: Scheme) -> int:
    """How many a destination may hold at once, both lanes together, unless the file says otherwise. A second one makes
    nothing faster but FTP, which carries one file at a time."""
    return _USUAL if scheme in _FTP else LANES


def check_connections(connections: int | None, scheme: Scheme | None) -> int | None:
    """Raises `FormError` where so many mean nothing."""
    if connections is not None and scheme is not None:
        if scheme.carries_messages:
            raise FormError(f"means nothing to {scheme}", "remove it: each lane has one connection")
        if scheme is Scheme.SFTP and connections > LANES:
            raise FormError(
                "is more than SFTP has use for", "write 2, or 1 if the server allows one: many files share a connection"
            )
    return connections


def check_publish(publish: Publishing, scheme: Scheme | None) -> Publishing:
    """Raises `FormError` where there are no files to publish."""
    if scheme is not None and scheme.carries_messages:
        raise FormError(f"means nothing to {scheme}", "remove it: a message is whole or not there")
    return publish


def check_passive(passive: bool, scheme: Scheme | None) -> bool:
    """Raises `FormError` where there are no data connections."""
    if scheme is not None and scheme not in _FTP:
        raise FormError(f"means nothing to {scheme}", "remove it: it is for ftp, ftps and ftps-implicit")
    return passive
