"""Log lines as the gateway writes them: one per event on stdout, `key=value`, with systemd's priority in front."""

from __future__ import annotations

import logging
import sys

_PRIORITY = {logging.DEBUG: 7, logging.INFO: 6, logging.WARNING: 4, logging.ERROR: 3, logging.CRITICAL: 2}
_LONGEST = 4000


class _Lines(logging.Formatter):
    def __init__(self, *, priorities: bool) -> None:
        super().__init__("gateway.relay: %(message)s" if priorities else "%(asctime)s %(levelname)s relay: %(message)s")
        self._priorities = priorities

    def format(self, record: logging.LogRecord) -> str:
        text = " | ".join(super().format(record).splitlines())[:_LONGEST]
        line = "".join(one if one.isprintable() else ascii(one)[1:-1] for one in text)
        return f"<{_PRIORITY.get(record.levelno, 6)}>{line}" if self._priorities else line


def log_to_journal(*, verbose: bool) -> None:
    """Send this program's log lines to stdout. A person at a terminal gets times instead of priorities."""
    channel = logging.StreamHandler(sys.stdout)
    channel.setFormatter(_Lines(priorities=not sys.stdout.isatty()))
    root = logging.getLogger()
    root.handlers[:] = [channel]
    root.setLevel(logging.DEBUG if verbose else logging.INFO)


def value(text: str) -> str:
    """What stands behind a `key=` and comes from outside: one word, else quoted."""
    return text if text and all(one.isprintable() and one not in " ='\"\\" for one in text) else repr(text)
