"""Rows → CSV (RFC 4180): UTF-8, comma, decimal point, the shortest exact form of a value, nothing without one."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable
from typing import IO

from gateway.reports.export.rows import Row
from gateway.reports.spreadsheet_text import unarmed


def write_csv(rows: Iterable[Row], heads: tuple[str, ...], out: IO[str], on_progress: Callable[[int], None]) -> int:
    """Write them as they come; `on_progress` hears how far in time it is. Returns how many rows there were."""
    writer = csv.writer(out)
    writer.writerow(heads)
    count, at_ms = 0, None
    for row in rows:
        if row.at_ms != at_ms:
            at_ms = row.at_ms
            on_progress(at_ms)
        writer.writerow(map(unarmed, row.cells()))
        count += 1
    return count
