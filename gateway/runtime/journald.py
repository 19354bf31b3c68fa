"""Log lines for systemd's journal: one per event on stdout, `key=value`, with the priority in front (sd-daemon(3))."""

from __future__ import annotations

import logging
import sys

_PRIORITY = {
    logging.DEBUG: 7,
    logging.INFO: 6,
    logging.WARNING: 4,
    logging.ERROR: 3,
    logging.CRITICAL: 2,
}


class JournalFormatter(logging.Formatter):
    """`<6>gateway.outbox: file delivered name=…`; a traceback is folded into the line."""

    def __init__(self, *, priorities: bool) -> None:
        super().__init__("%(name)s: %(message)s" if priorities else "%(asctime)s %(levelname)s %(name)s: %(message)s")
        self._priorities = priorities

    def format(self, record: logging.LogRecord) -> str:
        line = " | ".join(super().format(record).splitlines())
        return f"<{_PRIORITY.get(record.levelno, 6)}>{line}" if self._priorities else line


def log_to_journal(*, verbose: bool) -> None:
    """Send all log lines of this process to stdout. A person at a terminal gets times instead of priorities."""
    channel = logging.StreamHandler(sys.stdout)
    channel.setFormatter(JournalFormatter(priorities=not sys.stdout.isatty()))
    root = logging.getLogger()
    root.handlers[:] = [channel]
    root.setLevel(logging.WARNING)
    logging.getLogger("gateway").setLevel(logging.DEBUG if verbose else logging.INFO)
    logging.getLogger("paramiko").setLevel(logging.CRITICAL)  # its failures reach us as exceptions and are told once
    logging.getLogger("pymodbus").setLevel(logging.CRITICAL)
