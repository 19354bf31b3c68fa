"""The seals that were put on ports and broken."""

from __future__ import annotations

from typing import Any

from gateway.core.journal_entry import EntryKind
from gateway.core.ports import SealAct, SealEntry
from gateway.db import Database
from gateway.journal.chain import append

_COLUMNS = "id, at_ms, act, port, number, who, reason, photo"


class SealRegister:
    """All access to the register. What was done is never changed: it grows."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, entry: SealEntry) -> None:
        """Note what was done, in the register and in the journal."""
        what = {"act": entry.act.value, "port": entry.port, "number": entry.number, "reason": entry.reason}
        with self._database.write() as connection:
            connection.execute(
                "INSERT INTO seal_act (at_ms, act, port, number, who, reason, photo) VALUES (?, ?, ?, ?, ?, ?, ?)",
                (entry.at_ms, entry.act.value, entry.port, entry.number, entry.who, entry.reason, entry.photo),
            )
            append(connection, entry.at_ms, EntryKind.SEAL, {**what, "photo": entry.photo}, entry.who)

    def entries(self) -> list[SealEntry]:
        """All of them, oldest first."""
        rows = self._database.read(f"SELECT {_COLUMNS} FROM sound_seal_act ORDER BY id")  # noqa: S608  # a constant
        return self._database.objects("seal_act", rows, _entry)


def _entry(_: int, at_ms: int, act: str, *rest: Any) -> SealEntry:
    return SealEntry(at_ms, SealAct(act), *rest)
