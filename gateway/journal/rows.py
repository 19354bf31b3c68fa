"""The journal's entries as they stand in the database, damaged ones among them: a portion at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from gateway.core.journal_check import JournalRow
from gateway.core.journal_entry import Entry, JournalHead
from gateway.db import Database

_PORTION = 200
_BEGIN, _END = -(1 << 63), (1 << 63) - 1
"""All that a row's number can be: who puts an entry in may give it one below the first."""


def rows(database: Database, first: int = _BEGIN, last: int = _END) -> Iterator[JournalRow]:
    """In order, from the entry of the number `first` to that of `last`.

    Raises:
        StoreError: they cannot be read any further.
    """
    while first <= last:
        found = database.read(
            "SELECT seq, time_ms, kind, who, what, prev, hash FROM journal WHERE seq >= ? AND seq <= ?"
            " ORDER BY seq LIMIT ?",
            (first, last, _PORTION),
        )
        for row in found:
            yield JournalRow(*row)
        if len(found) < _PORTION:
            return
        first = found[-1][0] + 1


@dataclass(frozen=True, slots=True)
class JournalQuery:
    """Which entries are asked for: written in `[from_ms, until_ms]`, of this kind, with a number below `before`."""

    from_ms: int | None = None
    until_ms: int | None = None
    kind: str | None = None
    before: int | None = None


def newest_rows(database: Database, query: JournalQuery, most: int) -> list[JournalRow]:
    """The newest so many of them, newest first.

    Raises:
        StoreError: they cannot be read.
    """
    conditions, bounds = [], []
    for condition, bound in (
        ("seq < ?", query.before),
        ("kind = ?", query.kind),
        ("time_ms >= ?", query.from_ms),
        ("time_ms <= ?", query.until_ms),
    ):
        if bound is not None:
            conditions.append(condition)
            bounds.append(bound)
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    found = database.read(
        f"SELECT seq, time_ms, kind, who, what, prev, hash FROM journal{where} ORDER BY seq DESC LIMIT ?",  # noqa: S608 - words of our own
        (*bounds, most),
    )
    return [JournalRow(*row) for row in found]


def entry_of(database: Database, seq: int) -> Entry | None:
    """The entry of that number; `None`: there is none, or it cannot be read."""
    found = database.read("SELECT seq, time_ms, kind, who, what, prev, hash FROM sound_journal WHERE seq = ?", (seq,))
    entries = database.objects("journal", found, _entry)
    return entries[0] if entries else None


def _entry(*columns: Any) -> Entry:
    return JournalRow(*columns).entry()


def head(database: Database) -> JournalHead | None:
    """The newest entry; `None`: there is none. One whose row is damaged is put right first where that can be done."""
    found = database.read("SELECT seq, hash FROM sound_journal ORDER BY seq DESC LIMIT 1")
    return JournalHead(*found[0]) if found else None


def span(database: Database, from_ms: int, until_ms: int) -> tuple[int, int] | None:
    """The first and the last entry that were written at these times; `None`: none was. The clock may have been set in
    between: whatever lies between the two belongs to it."""
    [(first, last)] = database.read(
        "SELECT min(seq), max(seq) FROM journal WHERE time_ms BETWEEN ? AND ?", (from_ms, until_ms)
    )
    return None if first is None else (first, last)
