"""The rows of one table that can be reached in a database that may be broken anywhere: read by their numbers, from both
ends towards what is broken and in halves round it."""

from __future__ import annotations

import sqlite3
from collections.abc import Generator, Iterator
from collections.abc import Set as AbstractSet

from gateway.core.phrase import Phrase
from gateway.db.salvaged_row import LostRow, SalvagedRow, TableColumns, judge

NO_BEGINNING, NO_END = (
    Phrase("the beginning of the table cannot be read"),
    Phrase("the end of the table cannot be read"),
)
"""Reasons of rows that stand for all that may have been there."""
_BEYOND = 1 << 14
"""So many numbers behind the last row that can be read are tried where the end of a table is broken."""
_PORTION = 500
_ANY = 1 << 62


class ReachableRows:
    """Of one table, over a connection that reads text as bytes."""

    def __init__(self, connection: sqlite3.Connection, table: str, columns: TableColumns) -> None:
        self._connection = connection
        self._table = table
        self._columns = columns

    def all(self, known: AbstractSet[int]) -> Iterator[SalvagedRow | LostRow]:
        first, last, is_first_known, is_last_known = self.bounds()
        if first > last:
            return
        if not is_first_known:
            yield LostRow(min(0, first) - 1, None, NO_BEGINNING)
            yield from self._between(max(1, first - _BEYOND), first - 1, tells_lost=False)
        for begin, end in _spans_without(known, first, last):
            yield from self._between(begin, end, tells_lost=True)
        if not is_last_known:
            yield from self._between(last + 1, last + _BEYOND, tells_lost=False)
            yield LostRow(last + _BEYOND + 1, None, NO_END)

    def alone(self, number: int) -> SalvagedRow | LostRow | None:
        """One row by its number, without a look at its neighbours; `None`: there is none.

        Raises:
            sqlite3.Error: it stands on a page that cannot be read.
        """
        found = self._connection.execute(f"{self._select()} WHERE rowid = ?", (number,)).fetchone()
        return None if found is None else judge(self._columns, found)

    def bounds(self) -> tuple[int, int, bool, bool]:
        """The first and the last number that can be reached, and whether they are known to be the first and the
        last."""
        upwards, downwards = ("rowid >= ? ORDER BY rowid", "rowid <= ? ORDER BY rowid DESC")
        lowest, is_first_known = self._reachable(upwards, [-_ANY, *(1 << bit for bit in range(40))])
        highest, is_last_known = self._reachable(downwards, [_ANY, *(1 << bit for bit in range(39, -1, -1))])
        if lowest is None and highest is None:
            return (1, 0, True, True) if is_first_known and is_last_known else (1, 1, False, False)
        first = highest if lowest is None else lowest
        last = lowest if highest is None else highest
        return first or 1, last or 1, is_first_known, is_last_known

    def _reachable(self, condition: str, starts: list[int]) -> tuple[int | None, bool]:
        """The row that stands first from one of these numbers on, and whether that is the very first."""
        for place, start in enumerate(starts):
            try:
                found = self._connection.execute(f"SELECT rowid FROM {self._table} WHERE {condition} LIMIT 1", (start,))
                row = found.fetchone()
            except sqlite3.Error:
                continue
            if row is not None or place == 0:
                return None if row is None else row[0], place == 0
        return None, False

    def _between(self, first: int, last: int, tells_lost: bool) -> Iterator[SalvagedRow | LostRow]:
        """Up from the first and down from the last, until something is broken; what lies between, in halves."""
        below = yield from self._upwards(first, last)
        if below > last:
            return
        above: list[SalvagedRow | LostRow] = []
        highest = self._downwards(below, last, above)
        if highest >= below:
            if highest == below:
                try:
                    alone = self.alone(below)
                except sqlite3.Error:
                    alone = (
                        LostRow(below, None, Phrase("it stands on a page that cannot be read")) if tells_lost else None
                    )
                if alone is not None:
                    yield alone
            else:
                middle = (below + highest) // 2
                yield from self._between(below, middle, tells_lost)
                yield from self._between(middle + 1, highest, tells_lost)
        yield from reversed(above)

    def _upwards(self, first: int, last: int) -> Generator[SalvagedRow | LostRow, None, int]:
        """Returns the first number that was not reached."""
        after = first - 1
        while True:
            count = 0
            try:
                cursor = self._connection.execute(
                    f"{self._select()} WHERE rowid > ? AND rowid <= ? ORDER BY rowid LIMIT {_PORTION}",
                    (after, last),
                )
                for found in cursor:
                    number: int = found[0]
                    if not after < number <= last:  # a broken page leads back, or astray
                        return after + 1
                    count, after = count + 1, number
                    yield judge(self._columns, found)
            except sqlite3.Error:
                return after + 1
            if count < _PORTION:
                return last + 1

    def _downwards(self, first: int, last: int, above: list[SalvagedRow | LostRow]) -> int:
        """Returns the last number that was not reached."""
        before: int = last + 1
        try:
            cursor = self._connection.execute(
                f"{self._select()} WHERE rowid >= ? AND rowid <= ? ORDER BY rowid DESC", (first, last)
            )
            for found in cursor:
                if not first <= found[0] < before:
                    return before - 1
                before = found[0]
                above.append(judge(self._columns, found))
                if len(above) >= 100 * _PORTION:
                    return before - 1
        except sqlite3.Error:
            return before - 1
        return first - 1

    def _select(self) -> str:
        columns = self._columns
        kept = "checksum" if columns.sealed is not None else "NULL"
        shown = ", ".join(f"typeof({one}), {one}" for one in columns.names)
        return f"SELECT rowid, {kept}, {shown} FROM {self._table}"


def _spans_without(known: AbstractSet[int], first: int, last: int) -> Iterator[tuple[int, int]]:
    """The spans of numbers from the first to the last in which none is known."""
    begin = first
    for number in sorted(known):
        if begin < number <= last:
            yield begin, number - 1
        begin = max(begin, number + 1)
    if begin <= last:
        yield begin, last
