"""Rows that do not hold any more what was written: noted as they are met, put right where one bit is wrong, left out of
everything where more is. Each is told once, at ERROR, and stays in `status` until a person has closed it.

Only the process that keeps the database puts rows right; every other leaves them out and says nothing.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum

from gateway.core.checksum import Value, checksum, mended
from gateway.core.phrase import Phrase, in_a_row
from gateway.db.checksums import BEING_MENDED, Key, SealedTable, seal

_log = logging.getLogger(__name__)

NOTES = frozenset(
    {
        "component",
        "round",
        "watch",
        "server_profile",
        "server_manner",
        "inspection",
        "clock_witness",
        "device_profile",
        "camera",
        "segment",
        "session",
        "known_browser",
        "failed_login",
        "untold_login",
    }
)
"""What is made anew when it is missing, a segment's row from its file: a row of these that cannot be put right is
deleted."""


class SetAsideKind(StrEnum):
    """What a person has to know of; the values are the database's."""

    DATABASE = "database"
    ROW = "row"
    ROLLBACK = "rollback"
    CONFLICT = "conflict"
    JOURNAL = "journal"
    """Entries of it were rewritten, or another key signs it."""


@dataclass(frozen=True, slots=True)
class FoundDamage:
    """One thing that was met. `subject`: 'table key', or a file's name."""

    subject: str
    reason: str
    mended: bool
    kind: SetAsideKind = SetAsideKind.ROW


class Damage:
    """Of one connection's database."""

    def __init__(self, connection: sqlite3.Connection, *, writes: bool, mends: bool) -> None:
        """`mends`: this process keeps the database."""
        self._connection = connection
        self.mends = mends
        self._noted: dict[tuple[str, Key], None] = {}
        self._treated: dict[tuple[str, Key], FoundDamage] = {}
        """All that was met since the start, and could not be put right."""
        self._unreadable: set[tuple[str, Key]] = set()
        self._untold: list[FoundDamage] = []
        self.tables = seal(connection, self.note, writes=writes)

    def note(self, table: str, key: Key) -> None:
        """A row is not sound."""
        if (table, key) not in self._treated:
            self._noted[table, key] = None

    def note_unreadable(self, table: str, key: Key) -> None:
        """Nothing can be made of what the row holds. If its checksum is right, another version wrote it."""
        if (table, key) not in self._unreadable:
            self._unreadable.add((table, key))
            self.note(table, key)

    @property
    def is_noted(self) -> bool:
        return bool(self._noted)

    def left_out(self) -> list[FoundDamage]:
        """What was met since the start and is missing in what was read."""
        return list(self._treated.values())

    def forget(self) -> None:
        """Whatever was met until now is met again if it is still there."""
        self._noted.clear()
        self._treated.clear()
        self._unreadable.clear()

    def look_through(self, tables: Iterable[str]) -> None:
        """Read every row of these tables, and put right what can be."""
        for table in tables:
            while True:
                self._connection.execute(f"SELECT count(*) FROM sound_{table}").fetchone()
                if not (self.is_noted and self.treat()):
                    break

    def add(self, one: FoundDamage) -> None:
        """Something was found otherwise; it is told already, and is still to be written down."""
        self._untold.append(one)

    def take_untold(self) -> list[FoundDamage]:
        """What was met since this was last called, to be written down."""
        untold, self._untold = self._untold, []
        return untold

    def give_back(self, untold: Sequence[FoundDamage]) -> None:
        """It could not be written down."""
        self._untold = [*untold, *self._untold]

    def treat(self) -> bool:
        """Put right what was noted. Tells whether any of it was: then what was read is to be read again."""
        suspected, self._noted = list(self._noted), {}
        noted = [(table, key) for table, key in suspected if self._is_wrong(self.tables[table], key)]
        if not noted:
            return bool(suspected)
        if not self.mends:
            for table, key in noted:
                self._treated[table, key] = FoundDamage(_subject(table, key), "left out", mended=False)
            return False
        try:
            with _transaction(self._connection), _lenient(self._connection):
                known = {subject for (subject,) in self._connection.execute(_KNOWN)}
                found = [(table, key, self._put_right(self.tables[table], key)) for table, key in noted]
        except sqlite3.Error as error:  # a full card, a lock: it is noted again when it is met again
            _log.debug("damaged rows cannot be put right now error=%r", str(error))
            return False
        for table, key, one in found:
            if one is not None:
                self._tell(one, is_known=one.subject in known)
                if not one.mended and table not in NOTES:
                    self._treated[table, key] = one
        return any(one is None or one.mended for _, _, one in found)

    def _is_wrong(self, table: SealedTable, key: Key) -> bool:
        """A look of its own at the row: what was noted is only a suspicion, for it was a query that looked."""
        row = _row(self._connection, table, key)
        if row is None:
            return False
        kept, values, has_wrong_kind = row
        return kept is None or has_wrong_kind or kept != checksum(values, table.defaults)

    def _tell(self, one: FoundDamage, *, is_known: bool) -> None:
        self._untold.append(one)
        _log.log(
            logging.DEBUG if is_known else logging.ERROR,
            "a row was damaged on the card and was put right row=%r what=%r"
            if one.mended
            else "a row is damaged on the card and is left out row=%r what=%r",
            one.subject,
            one.reason,
        )

    def _put_right(self, table: SealedTable, key: Key) -> FoundDamage | None:
        """`None`: it is gone."""
        row = _row(self._connection, table, key)
        if row is None:
            return None
        kept, values, _ = row
        right = None if kept is None else mended(values, kept, table.defaults)
        subject = _subject(table.name, key)
        if right is None:
            what = (
                Phrase("more than one bit is wrong")
                if kept is not None
                else Phrase("it cannot be read, and has no checksum")
            )
            if table.name in NOTES:
                _delete(self._connection, table, key)
                what = in_a_row((what, Phrase("it was only a note and is made anew")), "; ")
            return FoundDamage(subject, what, mended=False)
        try:
            with _transaction(self._connection):
                _replace(self._connection, table, key, dict(zip(table.columns, right, strict=True)))
        except sqlite3.IntegrityError as error:
            return FoundDamage(subject, Phrase("it cannot be put right: {error}", error=error), mended=False)
        changed = [column for column, old, new in zip(table.columns, values, right, strict=True) if old != new]
        return FoundDamage(
            subject, Phrase("one bit of {columns} was wrong", columns=", ".join(changed) or "checksum"), mended=True
        )


_KNOWN = "SELECT subject FROM set_aside WHERE kind = 'row' AND closed_ms IS NULL"


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Of its own, or a part of the one under way."""
    begin, end, undo = (
        ("SAVEPOINT mending", "RELEASE mending", "ROLLBACK TO mending")
        if connection.in_transaction
        else ("BEGIN IMMEDIATE", "COMMIT", "ROLLBACK")
    )
    connection.execute(begin)
    try:
        yield
        connection.execute(end)
    except BaseException:
        if connection.in_transaction:
            connection.execute(undo)
        raise


@contextmanager
def _lenient(connection: sqlite3.Connection) -> Iterator[None]:
    """An index still holds what the row should: SQLite would call the database corrupt when the row is put right."""
    connection.execute("PRAGMA writable_schema = ON")
    try:
        yield
    finally:
        connection.execute("PRAGMA writable_schema = OFF")


def _row(connection: sqlite3.Connection, table: SealedTable, key: Key) -> tuple[Value, list[Value], bool] | None:
    """The kept checksum, the columns with text as bytes, and whether any of them is of another kind than its column."""
    columns = ", ".join(
        f"typeof({column}), iif(typeof({column}) = 'text', CAST({column} AS BLOB), {column})"
        for column in ("checksum", *table.columns)
    )
    where, parameters = _where(table, key)
    found = connection.execute(f"SELECT {columns} FROM {table.name} WHERE {where}", parameters).fetchone()
    if found is None:
        return None
    kinds, values = found[2::2], list(found[3::2])
    wrong = any(
        kind == ("blob" if column in table.texts else "text") for kind, column in zip(kinds, table.columns, strict=True)
    )
    return found[1], values, wrong


def _replace(connection: sqlite3.Connection, table: SealedTable, key: Key, values: dict[str, Value]) -> None:
    where, parameters = _where(table, key)
    connection.execute(f"UPDATE {table.name} SET checksum = {BEING_MENDED} WHERE {where}", parameters)
    columns = ", ".join(
        f"{column} = CAST(? AS TEXT)" if column in table.texts else f"{column} = ?" for column in values
    )
    right = checksum(list(values.values()), table.defaults)
    connection.execute(
        f"UPDATE {table.name} SET {columns}, checksum = ? WHERE {where}", (*values.values(), right, *parameters)
    )


def _delete(connection: sqlite3.Connection, table: SealedTable, key: Key) -> None:
    where, parameters = _where(table, key)
    connection.execute(f"DELETE FROM {table.name} WHERE {where}", parameters)


def _where(table: SealedTable, key: Key) -> tuple[str, list[Value]]:
    """Text is compared by its bytes, which need not be text: no index is used, and none that is wrong is trusted."""
    parts = [f"CAST({column} AS BLOB) = ?" if column in table.texts else f"{column} IS ?" for column in table.key]
    return " AND ".join(parts), list(key)


def _subject(table: str, key: Key) -> str:
    shown = [value.decode(errors="backslashreplace") if isinstance(value, bytes) else str(value) for value in key]
    return f"{table} {'/'.join(shown)}"
