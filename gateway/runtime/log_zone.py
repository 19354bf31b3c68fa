"""In which zone the log tells instants: the station's, in whose time its files are named, so that a line and a file can
be laid side by side. One for the whole process, as the log is; UTC until the station is known."""

from __future__ import annotations

from datetime import UTC, tzinfo

from gateway.core.instants import local_text, utc_text

_zone: tzinfo | str = UTC


def tell_log_in(zone: tzinfo | str) -> None:
    """From now on."""
    global _zone  # noqa: PLW0603  # as the root logger's handlers are
    _zone = zone


def log_text(at_ms: int) -> str:
    """The instant as it stands in the log, to the second: `2026-01-05T10:05:00+07:00`; of UTC `…T03:05:00Z`."""
    return utc_text(at_ms) if _zone is UTC else local_text(at_ms, _zone, "seconds")
