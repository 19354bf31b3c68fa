"""Asking an instrument by hand beside the running daemon: what fails then may fail because of it."""

from __future__ import annotations

from gateway.config import Configuration
from gateway.config.links.ends import SerialEnd
from gateway.core.errors import InstrumentError, InstrumentRefused, InstrumentSilent
from gateway.core.phrase import Phrase
from gateway.runtime import lock

_INSTEAD = Phrase("`gateway status` shows what it reads; to ask by hand, stop it first: systemctl stop station-gateway")


def with_busy_hint(configuration: Configuration, link: str, error: InstrumentError) -> str:
    """The failure in words; while the daemon runs and may be the reason, with what to do about that.

    A serial line serves one program at a time, and so do many devices in the network. A device that understood and
    declined would have declined alone, too.
    """
    if isinstance(error, InstrumentRefused) or not lock.is_held(configuration.storage.path):
        return str(error)
    if isinstance(configuration.links[link], SerialEnd):
        return Phrase(
            "{error}; the running gateway uses this line, and only one program can: {instead}",
            error=error,
            instead=_INSTEAD,
        )
    if isinstance(error, InstrumentSilent):
        return Phrase(
            "{error}; the running gateway may hold the only connection that the device serves: {instead}",
            error=error,
            instead=_INSTEAD,
        )
    return str(error)
