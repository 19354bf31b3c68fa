"""Log lines for systemd's journal: one per event on stdout, `key=value`, with the priority in front (sd-daemon(3)).

Whatever a device, a server or a person put into it: an event is one line, and what stands behind a `key=` is one value.
"""

from __future__ import annotations

import logging
import re
import sys
from datetime import tzinfo
from typing import Any

from gateway.core.printable import printable
from gateway.runtime.log_zone import tell_log_in

_PRIORITY = {
    logging.DEBUG: 7,
    logging.INFO: 6,
    logging.WARNING: 4,
    logging.ERROR: 3,
    logging.CRITICAL: 2,
}


_LONGEST = 16_000
"""Characters of a line: of one that is longer than 48 KiB, journald makes several."""
_PLACEHOLDER = re.compile(r'(="|=|)%(?:(%)|[-+ #0]*\d*(?:\.\d+)?([a-zA-Z]))')
_ONE_VALUE = re.compile(r"[^\s=\"'\\]*")


class JournalFormatter(logging.Formatter):
    """`<6>gateway.outbox: file delivered name=…`; a traceback is folded into the line."""

    def __init__(self, *, priorities: bool) -> None:
        super().__init__("%(name)s: %(message)s" if priorities else "%(asctime)s %(levelname)s %(name)s: %(message)s")
        self._priorities = priorities

    def format(self, record: logging.LogRecord) -> str:
        line = " | ".join(map(printable, super().format(record).splitlines()))
        if len(line) > _LONGEST:
            line = f"{line[:_LONGEST]}… ({len(line):,} characters)"
        return f"<{_PRIORITY.get(record.levelno, 6)}>{line}" if self._priorities else line

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  # logging's name
        record.message = printable(str(record.msg) % _values(record) if record.args else str(record.msg))
        return super().formatMessage(record)


def _values(record: logging.LogRecord) -> Any:
    """The record's arguments; one that goes behind `key=` and would not be read as one value is quoted."""
    if not isinstance(record.args, tuple):
        return record.args
    kinds = [(found[1], found[3]) for found in _PLACEHOLDER.finditer(str(record.msg)) if not found[2]]
    if len(kinds) != len(record.args):
        return record.args
    return tuple(
        _value(str(given), before) if before and conversion == "s" else given
        for (before, conversion), given in zip(kinds, record.args, strict=True)
    )


def _value(text: str, before: str) -> str:
    if before == '="':
        return text.replace("\\", "\\\\").replace('"', '\\"')
    return text if _ONE_VALUE.fullmatch(text) else repr(text)


def log_to_journal(*, verbose: bool, zone: tzinfo | str) -> None:
    """Send all log lines of this process to stdout, with instants as that zone's clock shows them. A person at a
    terminal gets times instead of priorities."""
    tell_log_in(zone)
    channel = logging.StreamHandler(sys.stdout)
    channel.setFormatter(JournalFormatter(priorities=not sys.stdout.isatty()))
    root = logging.getLogger()
    root.handlers[:] = [channel]
    root.setLevel(logging.WARNING)
    logging.getLogger("gateway").setLevel(logging.DEBUG if verbose else logging.INFO)
    logging.getLogger("paramiko").setLevel(logging.CRITICAL)  # its failures reach us as exceptions and are told once
    logging.getLogger("pymodbus").setLevel(logging.CRITICAL)
