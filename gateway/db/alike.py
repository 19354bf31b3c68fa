"""Which rows stand in two databases alike, where one of them went on from a copy of the other: nobody has to look at
those, of which three years have a million."""

from __future__ import annotations

from gateway.db.connection import Database
from gateway.db.salvage import Salvage

_AT_ONCE = 20_000


def alike(ours: Database, theirs: Salvage, table: str) -> set[int]:
    """Numbers of the rows that bear the same number and the same checksum in both. Of databases without a common past
    it says nothing: there one number stands for two things. Empty: of a table without checksums, or of a broken one."""
    found: set[int] = set()
    last = theirs.last(table)
    for first in range(1, last + 1, _AT_ONCE):
        span = (first, min(last, first + _AT_ONCE - 1))
        kept = theirs.checksums(table, *span)
        if kept:
            here = f"SELECT rowid, checksum FROM {table} WHERE rowid BETWEEN ? AND ?"  # noqa: S608  # a table's name
            found.update(number for number, one in ours.read(here, span) if one is not None and kept.get(number) == one)
    return found
