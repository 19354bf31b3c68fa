"""Reads what is whole out of a database that may be broken anywhere: a set-aside one, a copy, one of an older schema.

The file itself is never touched: all is read from a private copy. Rows are read by their numbers, from both ends
towards what is broken and in halves round it; each is held against its checksum, and put right (in memory) where one
bit is wrong.
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Generator, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from gateway.core.checksum import checksum, mended
from gateway.core.errors import StoreCorrupt
from gateway.core.phrase import Phrase
from gateway.db.checksums import SealedTable, sealed_tables
from gateway.db.connection import SCHEMA
from gateway.db.rebuilt import PageReading, rebuild

Values = dict[str, Any]
"""A row: by column, text as `str`, without its checksum."""
_BEYOND = 1 << 14
"""So many numbers behind the last row that can be read are tried where the end of a table is broken."""
_PORTION = 500
_NO_BEGINNING, _NO_END = (
    Phrase("the beginning of the table cannot be read"),
    Phrase("the end of the table cannot be read"),
)
_ANY = 1 << 62
_WITNESSES = {
    "record": ("sqlite_autoindex_record_1", ("length_ms", "end_ms")),
    "file": ("sqlite_autoindex_file_1", ("record_id", "rendering_id")),
    "delivery": ("delivery_by_slot", ("destination_id", "end_ms", "state")),
    "reading_block": ("reading_block_by_time", ("first_ms",)),
}
"""Indexes that hold every row, and what they tell of it."""


@dataclass(frozen=True, slots=True)
class SalvagedRow:
    """A row that is whole. `was_mended`: one bit of it was wrong."""

    id: int
    values: Values
    was_mended: bool = False


@dataclass(frozen=True, slots=True)
class LostRow:
    """A row that is not. `values`: what stands there, as far as it can be read; never to be relied on."""

    id: int
    values: Values | None
    reason: str


@dataclass(frozen=True, slots=True)
class _Columns:
    names: tuple[str, ...]
    texts: frozenset[str]
    sealed: SealedTable | None


class Salvage:
    """One broken database, open for reading. Close it: its copy takes room."""

    def __init__(
        self,
        file: Path,
        folder: Path,
        *,
        by_pages: bool = False,
        schema: Traversable = SCHEMA,
        is_at_rest: bool = False,
    ) -> None:
        """`folder`: where the private copy is made. `by_pages`: without a try to read it as a database. `schema`: the
        folder of the schema that it was made by. `is_at_rest`: nobody writes it; it is read where it lies, if it has no
        log.

        Raises:
            OSError: it cannot be read, or there is no room for a copy.
            StoreCorrupt: there is nothing in it that a table could be known by, nor a row.
        """
        self._file = file
        self.name = file.name
        self._schema = schema
        self._folder = tempfile.TemporaryDirectory(prefix=".recover-", dir=folder)
        self._beside: Salvage | None = None
        self.page_reading: PageReading | None = None
        """Something could only be read page by page."""
        self._is_rebuilt = by_pages
        try:
            if not by_pages:
                self._open_copy(Path(self._folder.name), is_at_rest)
            if self._is_rebuilt:
                self._open_rebuilt(Path(self._folder.name))
        except BaseException:
            self._folder.cleanup()
            raise
        self.row = lru_cache(4096)(self._row)
        self.indexed = cache(self._indexed)

    def close(self) -> None:
        if self._beside is not None:
            self._beside.close()
        self._connection.close()
        self._folder.cleanup()

    def _open_copy(self, folder: Path, is_at_rest: bool) -> None:
        ahead = self._file.with_name(f"{self._file.name}-wal")
        has_log = ahead.exists() and ahead.stat().st_size > 0
        if is_at_rest and not has_log:
            place = f"{self._file.absolute().as_uri()}?immutable=1"
            self._connection = sqlite3.connect(place, uri=True, isolation_level=None)
        else:
            copy = folder / "copy.db"
            shutil.copyfile(self._file, copy)
            if has_log:
                shutil.copyfile(ahead, folder / "copy.db-wal")
            self._connection = sqlite3.connect(copy, isolation_level=None)
        try:
            self._connection.execute("PRAGMA cell_size_check = ON")
            self._tables = self._read_schema(self._file)
        except (sqlite3.Error, StoreCorrupt):
            self._connection.close()
            for one in folder.iterdir():  # the card may have no room for two copies
                one.unlink()
            self._is_rebuilt = True

    def _open_rebuilt(self, folder: Path) -> None:
        copy = folder / "rebuilt.db"
        try:
            self.page_reading = rebuild(self._file, copy, self._schema)
        except sqlite3.Error as error:
            raise OSError(Phrase("no copy can be made of its rows: {error}", error=error)) from error
        if not self.page_reading.rows:
            raise StoreCorrupt(Phrase("{file}: nothing can be read of it, not even page by page", file=self._file))
        self._connection = sqlite3.connect(copy, isolation_level=None)
        self._tables = self._read_schema(self._file)

    def _read_beside(self) -> Salvage | None:
        """The same file read page by page, when it is first needed; `None`: that finds nothing either."""
        if self._beside is None and not self._is_rebuilt and self.page_reading is None:
            self.page_reading = PageReading(0, 0, {})
            try:
                self._beside = Salvage(self._file, Path(self._folder.name), by_pages=True, schema=self._schema)
            except StoreCorrupt:
                return None
            self.page_reading = self._beside.page_reading
        return self._beside

    def _read_schema(self, file: Path) -> dict[str, _Columns]:
        try:
            self._connection.text_factory = str
            sealed = sealed_tables(self._connection)
            names = [
                name
                for (name,) in self._connection.execute(
                    "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE '%WITHOUT ROWID%'"
                )
            ]
            found = {}
            for name in names:
                columns = [
                    one for one in self._connection.execute(f"PRAGMA table_info({name})") if one[1] != "checksum"
                ]
                texts = frozenset(one[1] for one in columns if one[2] == "TEXT")
                found[name] = _Columns(tuple(one[1] for one in columns), texts, sealed.get(name))
            return found
        except (sqlite3.Error, UnicodeError) as damage:
            raise StoreCorrupt(
                Phrase("{file}: nothing can be read of it: {damage}", file=file, damage=damage)
            ) from damage
        finally:
            self._connection.text_factory = bytes

    def has(self, table: str) -> bool:
        return table in self._tables

    def count(self, table: str) -> int:
        """About how many rows it has; for a progress bar."""
        if table not in self._tables:
            return 0
        try:
            number: int = self._connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
        except sqlite3.Error:
            first, last, _, _ = self._bounds(table)
            number = last - first + 1
        return number

    def last(self, table: str) -> int:
        """The highest number of a row that can be reached; 0: there is none, or no such table."""
        return max(0, self._bounds(table)[1]) if table in self._tables else 0

    def checksums(self, table: str, first: int, last: int) -> dict[int, int]:
        """Of the rows with these numbers, as they are kept; of a table without them, or on a broken page, none."""
        columns = self._tables.get(table)
        if columns is None or columns.sealed is None:
            return {}
        try:
            rows = self._connection.execute(
                f"SELECT rowid, checksum FROM {table} WHERE rowid BETWEEN ? AND ?", (first, last)
            )
            return dict(rows.fetchall())
        except sqlite3.Error:
            return {}

    def rows(self, table: str, known: AbstractSet[int] = frozenset()) -> Iterator[SalvagedRow | LostRow]:
        """All rows in the order of their numbers; then the lost ones, with what an index has kept of them. `known`:
        numbers of those that are not wanted."""
        if table not in self._tables:
            return
        told = set(known)
        lost: dict[int, LostRow] = {}
        for row in self._all(table, known):
            if isinstance(row, LostRow) and row.values is None:
                lost[row.id] = row
            else:
                told.add(row.id)
                yield row
        is_cut = any(row.reason in (_NO_BEGINNING, _NO_END) for row in lost.values())
        for number, values in self._witnessed(table, told):
            lost[number] = LostRow(number, values, Phrase("only an index tells of it"))
        beside = self._read_beside() if lost else None
        if beside is not None:
            for row in beside.rows(table):
                # any other is one that was removed, and stands on a page that was given up
                if isinstance(row, SalvagedRow) and row.id not in told and (is_cut or row.id in lost):
                    lost.pop(row.id, None)
                    yield row
        yield from lost.values()

    def open_slots(self) -> list[tuple[int, int]]:
        """End and length of slots that were open, as far as they can be read; that table has no row numbers."""
        found: list[tuple[int, int]] = []
        try:
            for end_ms, length_ms in self._connection.execute("SELECT end_ms, length_ms FROM open_slot"):
                found.append((end_ms, length_ms))
        except sqlite3.Error:
            return found
        return found

    def _all(self, table: str, known: AbstractSet[int]) -> Iterator[SalvagedRow | LostRow]:
        first, last, is_first_known, is_last_known = self._bounds(table)
        if first > last:
            return
        if not is_first_known:
            yield LostRow(min(0, first) - 1, None, _NO_BEGINNING)
            yield from self._between(table, max(1, first - _BEYOND), first - 1, tells_lost=False)
        for begin, end in _without(known, first, last):
            yield from self._between(table, begin, end, tells_lost=True)
        if not is_last_known:
            yield from self._between(table, last + 1, last + _BEYOND, tells_lost=False)
            yield LostRow(last + _BEYOND + 1, None, _NO_END)

    def _witnessed(self, table: str, told: AbstractSet[int]) -> Iterator[tuple[int, Values]]:
        """What an index knows of the other rows: a page of the table may lose some without a word."""
        if table not in _WITNESSES:
            return
        index, columns = _WITNESSES[table]
        texts = self._tables[table].texts
        source = f"{table} INDEXED BY {index}"
        if self._is_rebuilt:  # its indexes know nothing more
            if table != "delivery":
                return
            source = "witness WHERE id > (SELECT coalesce(min(id), 0) FROM delivery)"  # those before were removed
        try:
            for number, *found in self._connection.execute(
                f"SELECT rowid, {', '.join(columns)} FROM {source} ORDER BY {', '.join(columns)}"
            ):
                if number in told:
                    continue
                values = dict(zip(columns, found, strict=True))
                yield (
                    number,
                    {
                        name: one.decode(errors="replace") if name in texts and isinstance(one, bytes) else one
                        for name, one in values.items()
                    },
                )
        except sqlite3.Error:
            return  # as far as it can be read

    def _indexed(self, table: str, column: str) -> dict[int, str]:
        """What the index of a column that is unique has kept, by the numbers of its rows: it stands on other pages."""
        found: dict[int, str] = {}
        try:
            for number, text in self._connection.execute(
                f"SELECT rowid, {column} FROM {table} INDEXED BY sqlite_autoindex_{table}_1 ORDER BY {column}"
            ):
                found[number] = text.decode()
        except (sqlite3.Error, UnicodeDecodeError, AttributeError):
            return found
        return found

    def _row(self, table: str, number: int | None) -> SalvagedRow | None:
        """One row by its number; `None`: it is lost, or was never there."""
        if number is None or table not in self._tables:
            return None
        try:
            made = self._alone(table, number)
        except sqlite3.Error:
            beside = self._read_beside()
            return None if beside is None else beside.row(table, number)
        return made if isinstance(made, SalvagedRow) else None

    def _alone(self, table: str, number: int) -> SalvagedRow | LostRow | None:
        """One row by its number, without a look at its neighbours; `None`: there is none.

        Raises:
            sqlite3.Error: it stands on a page that cannot be read.
        """
        found = self._connection.execute(f"{self._select(table)} WHERE rowid = ?", (number,)).fetchone()
        return None if found is None else self._judged(table, found)

    def _bounds(self, table: str) -> tuple[int, int, bool, bool]:
        """The first and the last number that can be reached, and whether they are known to be the first and the
        last."""
        upwards, downwards = ("rowid >= ? ORDER BY rowid", "rowid <= ? ORDER BY rowid DESC")
        lowest, is_first_known = self._reachable(table, upwards, [-_ANY, *(1 << bit for bit in range(40))])
        highest, is_last_known = self._reachable(table, downwards, [_ANY, *(1 << bit for bit in range(39, -1, -1))])
        if lowest is None and highest is None:
            return (1, 0, True, True) if is_first_known and is_last_known else (1, 1, False, False)
        first = highest if lowest is None else lowest
        last = lowest if highest is None else highest
        return first or 1, last or 1, is_first_known, is_last_known

    def _reachable(self, table: str, condition: str, starts: list[int]) -> tuple[int | None, bool]:
        """The row that stands first from one of these numbers on, and whether that is the very first."""
        for place, start in enumerate(starts):
            try:
                found = self._connection.execute(f"SELECT rowid FROM {table} WHERE {condition} LIMIT 1", (start,))
                row = found.fetchone()
            except sqlite3.Error:
                continue
            if row is not None or place == 0:
                return None if row is None else row[0], place == 0
        return None, False

    def _between(self, table: str, first: int, last: int, tells_lost: bool) -> Iterator[SalvagedRow | LostRow]:
        """Up from the first and down from the last, until something is broken; what lies between, in halves."""
        below = yield from self._upwards(table, first, last)
        if below > last:
            return
        above: list[SalvagedRow | LostRow] = []
        highest = self._downwards(table, below, last, above)
        if highest >= below:
            if highest == below:
                try:
                    alone = self._alone(table, below)
                except sqlite3.Error:
                    alone = (
                        LostRow(below, None, Phrase("it stands on a page that cannot be read")) if tells_lost else None
                    )
                if alone is not None:
                    yield alone
            else:
                middle = (below + highest) // 2
                yield from self._between(table, below, middle, tells_lost)
                yield from self._between(table, middle + 1, highest, tells_lost)
        yield from reversed(above)

    def _upwards(self, table: str, first: int, last: int) -> Generator[SalvagedRow | LostRow, None, int]:
        """Returns the first number that was not reached."""
        after = first - 1
        while True:
            count = 0
            try:
                cursor = self._connection.execute(
                    f"{self._select(table)} WHERE rowid > ? AND rowid <= ? ORDER BY rowid LIMIT {_PORTION}",
                    (after, last),
                )
                for found in cursor:
                    number: int = found[0]
                    if not after < number <= last:  # a broken page leads back, or astray
                        return after + 1
                    count, after = count + 1, number
                    yield self._judged(table, found)
            except sqlite3.Error:
                return after + 1
            if count < _PORTION:
                return last + 1

    def _downwards(self, table: str, first: int, last: int, above: list[SalvagedRow | LostRow]) -> int:
        """Returns the last number that was not reached."""
        before: int = last + 1
        try:
            cursor = self._connection.execute(
                f"{self._select(table)} WHERE rowid >= ? AND rowid <= ? ORDER BY rowid DESC", (first, last)
            )
            for found in cursor:
                if not first <= found[0] < before:
                    return before - 1
                before = found[0]
                above.append(self._judged(table, found))
                if len(above) >= 100 * _PORTION:
                    return before - 1
        except sqlite3.Error:
            return before - 1
        return first - 1

    def _select(self, table: str) -> str:
        columns = self._tables[table]
        kept = "checksum" if columns.sealed is not None else "NULL"
        shown = ", ".join(f"typeof({one}), {one}" for one in columns.names)
        return f"SELECT rowid, {kept}, {shown} FROM {table}"

    def _judged(self, table: str, found: tuple[Any, ...]) -> SalvagedRow | LostRow:
        columns = self._tables[table]
        number, kept, kinds, raw = found[0], found[1], found[2::2], list(found[3::2])
        values = dict(zip(columns.names, raw, strict=True))
        was_mended = False
        if columns.sealed is not None and kept is not None:
            sealed = columns.sealed
            counted = [values[one] for one in sealed.columns]
            if kept != checksum(counted, sealed.defaults):
                right = mended(counted, kept, sealed.defaults)
                if right is None:
                    return LostRow(number, _told(values, columns), Phrase("more than one bit of it is wrong"))
                values |= zip(sealed.columns, right, strict=True)
                was_mended = True
        for name, kind in zip(columns.names, kinds, strict=True):
            value = values[name]
            if name in columns.texts and value is not None:
                if not isinstance(value, bytes) or (kind == b"blob" and not was_mended):
                    return LostRow(number, _told(values, columns), Phrase("{name} is no text", name=name))
                try:
                    values[name] = value.decode()
                except UnicodeDecodeError:
                    return LostRow(number, _told(values, columns), Phrase("{name} is no text", name=name))
            elif name not in columns.texts and kind == b"text" and not was_mended:
                return LostRow(number, _told(values, columns), Phrase("{name} is text", name=name))
        return SalvagedRow(number, values, was_mended)


def _without(known: AbstractSet[int], first: int, last: int) -> Iterator[tuple[int, int]]:
    """The spans of numbers from the first to the last in which none is known."""
    begin = first
    for number in sorted(known):
        if begin < number <= last:
            yield begin, number - 1
        begin = max(begin, number + 1)
    if begin <= last:
        yield begin, last


def _told(values: Values, columns: _Columns) -> Values:
    return {
        name: value.decode(errors="backslashreplace") if isinstance(value, bytes) and name in columns.texts else value
        for name, value in values.items()
    }
