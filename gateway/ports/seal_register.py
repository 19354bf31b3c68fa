"""The seals that were put on ports and broken."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any

from gateway.core.journal_entry import EntryKind
from gateway.core.ports import DeclaredPort, SealAct, SealEntry
from gateway.core.seal_rules import refuse_break, refuse_put
from gateway.db import Database
from gateway.journal.chain import append

_COLUMNS = "id, at_ms, act, port, number, who, reason, photo"
_ALL = f"SELECT {_COLUMNS} FROM sound_seal_act ORDER BY id"  # noqa: S608  # a constant


class SealRegister:
    """All access to the register. What was done is never changed: it grows."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, entry: SealEntry, declared: Sequence[DeclaredPort], by: str, *, again: bool = False) -> None:
        """Note what was done, in the register and in the journal, if it can have been so: judged in the same
        transaction, whoever notes something at the same time. `by`: the user name of who typed it.

        Raises:
            SealRefused: it cannot; nothing was noted.
        """
        with self._database.write() as connection:
            self.add_within(connection, entry, declared, by, again=again)

    def add_within(
        self,
        connection: sqlite3.Connection,
        entry: SealEntry,
        declared: Sequence[DeclaredPort],
        by: str,
        *,
        again: bool = False,
    ) -> None:
        """The same for the transaction under way."""
        what = {
            "act": entry.act.value,
            "port": entry.port,
            "number": entry.number,
            "done_by": entry.who,
            "reason": entry.reason,
            "photo": entry.photo,
        }
        known = self._from(connection.execute(_ALL).fetchall())
        if entry.act is SealAct.PUT:
            refuse_put(entry, known, declared, again=again)
        else:
            refuse_break(entry, known, declared)
        _insert(connection, entry)
        append(connection, entry.at_ms, EntryKind.SEAL, what, by)

    def entries(self) -> list[SealEntry]:
        """All of them, oldest first."""
        return self._from(self._database.read(_ALL))

    def _from(self, rows: list[Any]) -> list[SealEntry]:
        return self._database.objects("seal_act", rows, _entry)


def _insert(connection: sqlite3.Connection, entry: SealEntry) -> None:
    connection.execute(
        "INSERT INTO seal_act (at_ms, act, port, number, who, reason, photo) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (entry.at_ms, entry.act.value, entry.port, entry.number, entry.who, entry.reason, entry.photo),
    )


def _entry(_: int, at_ms: int, act: str, *rest: Any) -> SealEntry:
    return SealEntry(at_ms, SealAct(act), *rest)
