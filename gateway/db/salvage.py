"""Reads what is whole out of a database that may be broken anywhere: a set-aside one, a copy, one of an older schema.

The file itself is never touched: all is read from a private copy. What can be reached of a table is
`ReachableRows`; each row is held against its checksum, and put right (in memory) where one bit is wrong.
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from functools import cache, lru_cache
from importlib.resources.abc import Traversable
from pathlib import Path

from gateway.core.errors import StoreCorrupt
from gateway.core.phrase import Phrase
from gateway.db.checksums import sealed_tables
from gateway.db.connection import SCHEMA
from gateway.db.reachable_rows import NO_BEGINNING, NO_END, ReachableRows
from gateway.db.rebuilt import PageReading, rebuild
from gateway.db.salvaged_row import LostRow, SalvagedRow, TableColumns, Values

_WITNESSES = {
    "record": ("sqlite_autoindex_record_1", ("length_ms", "end_ms")),
    "file": ("sqlite_autoindex_file_1", ("record_id", "rendering_id")),
    "delivery": ("delivery_by_slot", ("destination_id", "end_ms", "state")),
    "reading_block": ("reading_block_by_time", ("first_ms",)),
}
"""Indexes that hold every row, and what they tell of it."""


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

    def _read_schema(self, file: Path) -> dict[str, TableColumns]:
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
                found[name] = TableColumns(tuple(one[1] for one in columns), texts, sealed.get(name))
            return found
        except (sqlite3.Error, UnicodeError) as damage:
            raise StoreCorrupt(
                Phrase("{file}: nothing can be read of it: {damage}", file=file, damage=damage)
            ) from damage
        finally:
            self._connection.text_factory = bytes

    def _reachable(self, table: str) -> ReachableRows:
        return ReachableRows(self._connection, table, self._tables[table])

    def has(self, table: str) -> bool:
        return table in self._tables

    def count(self, table: str) -> int:
        """About how many rows it has; for a progress bar."""
        if table not in self._tables:
            return 0
        try:
            number: int = self._connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
        except sqlite3.Error:
            first, last, _, _ = self._reachable(table).bounds()
            number = last - first + 1
        return number

    def last(self, table: str) -> int:
        """The highest number of a row that can be reached; 0: there is none, or no such table."""
        return max(0, self._reachable(table).bounds()[1]) if table in self._tables else 0

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
        for row in self._reachable(table).all(known):
            if isinstance(row, LostRow) and row.values is None:
                lost[row.id] = row
            else:
                told.add(row.id)
                yield row
        is_cut = any(row.reason in (NO_BEGINNING, NO_END) for row in lost.values())
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
            made = self._reachable(table).alone(number)
        except sqlite3.Error:
            beside = self._read_beside()
            return None if beside is None else beside.row(table, number)
        return made if isinstance(made, SalvagedRow) else None
