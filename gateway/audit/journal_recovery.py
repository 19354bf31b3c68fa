"""Brings entries of the journal back from another database, a set-aside one above all.

An entry never changes, so it goes back under its own number, or not at all. After a loss the journal goes on behind the
newest entry that the anchor knew (`gateway.audit.rollback`), and what is missing in between has its place: whatever
leads up to that entry fits. What does not fit (the last that was written before the loss, or all of it where the anchor
was lost, too) is handed on word by word in entries of kind `recovery`, and so is bound like everything else.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import Any

from gateway.core.journal_check import JournalRow
from gateway.core.journal_entry import EntryKind, entry_hash
from gateway.db import Database
from gateway.db.put_back import put_back
from gateway.db.salvage import Salvage
from gateway.db.salvaged_row import LostRow, SalvagedRow
from gateway.journal.chain import append

_AT_ONCE = 50
"""Entries in one transaction, and in one entry of kind `recovery` at the most."""
_COLUMNS = ("seq", "time_ms", "kind", "who", "what", "prev", "hash")


@dataclass(slots=True)
class RecoveredEntries:
    """How many are back under their own numbers, are here already, were handed on in entries of kind `recovery`, and
    are lost. `mended`: of how many one bit was put right."""

    taken: int = 0
    already: int = 0
    handed_on: int = 0
    lost: int = 0
    mended: int = 0


class JournalRecovery:
    """One other database's journal. May be ended anywhere and done again."""

    def __init__(
        self,
        source: Salvage,
        database: Database,
        name: str,
        who: str,
        now_ms: int,
        known: AbstractSet[int] = frozenset(),
    ) -> None:
        """`name`: the file that is read. `who`: the user who has it done. `known`: entries that are alike in both."""
        self._source = source
        self._database = database
        self._told = {"file": name}
        self._who = who
        self._now_ms = now_ms
        self._leads_to = cache(self._leads_up_to)
        self._handed_on = self._hashes_handed_on()
        self._known = known
        self.found = RecoveredEntries(already=len(known))

    def take(self, count: int = _AT_ONCE) -> int:
        """All that there is. Returns how many were gone through.

        Raises:
            StoreError: our own database takes nothing more; what was taken stays.
        """
        rows, gone_through = self._source.rows("journal", self._known), 0
        while portion := list(islice(rows, count)):
            gone_through += len(portion)
            self._take_portion([row for row in portion if isinstance(row, SalvagedRow)])
            self.found.lost += sum(isinstance(row, LostRow) for row in portion)
        return gone_through

    def tell(self, taken: Mapping[str, int]) -> None:
        """That it was done, and how many rows of which tables came."""
        what = {**self._told, "taken": dict(sorted(taken.items()))}
        with self._database.write() as connection:
            append(connection, self._now_ms, EntryKind.RECOVERY, what, self._who)

    def _take_portion(self, rows: list[SalvagedRow]) -> None:
        strange: list[dict[str, Any]] = []
        with self._database.write() as connection:
            for row in rows:
                self.found.mended += row.was_mended
                here = connection.execute("SELECT hash FROM journal WHERE seq = ?", (row.id,)).fetchone()
                if here is not None and here[0] == row.values["hash"]:
                    self.found.already += 1
                elif here is None and self._fits(connection, row) and put_back(connection, "journal", row.values):
                    self.found.taken += 1
                elif row.values["hash"] in self._handed_on:
                    self.found.already += 1
                else:
                    strange.append(_readable(row))
            if strange:
                append(connection, self._now_ms, EntryKind.RECOVERY, {**self._told, "entries": strange}, self._who)
        self._handed_on |= {one["hash"] for one in strange}
        self.found.handed_on += len(strange)

    def _fits(self, connection: Any, row: SalvagedRow) -> bool:
        """Whether it says what its hash says, and stands in a gap of ours up to which its journal leads."""
        after = connection.execute("SELECT seq, prev FROM journal WHERE seq > ? ORDER BY seq LIMIT 1", (row.id,))
        behind = after.fetchone()
        return behind is not None and _is_itself(row) and self._leads_to(*behind)

    def _leads_up_to(self, seq: int, prev: str) -> bool:
        """Whether the other journal has the entry that ours goes on behind, or has lost it."""
        last = self._source.row("journal", seq - 1)
        return last is None or last.values["hash"] == prev

    def _hashes_handed_on(self) -> set[str]:
        rows = self._database.read(
            "SELECT entry.value ->> '$.hash' FROM sound_journal,"
            " json_each(iif(json_valid(what), what, '{}'), '$.entries') AS entry WHERE kind = ?",
            (EntryKind.RECOVERY.value,),
        )
        return {hash_ for (hash_,) in rows}


def _is_itself(row: SalvagedRow) -> bool:
    kept = JournalRow(*(row.values[name] for name in _COLUMNS))
    try:
        entry = kept.entry()
        own = entry_hash(entry.seq, entry.time_ms, entry.kind, entry.who, entry.what, entry.prev)
    except (ValueError, RecursionError):
        return False
    return own == entry.hash


def _readable(row: SalvagedRow) -> dict[str, Any]:
    """The entry as it stands; where `what` is no JSON any more, its text."""
    content = {name: row.values[name] for name in _COLUMNS}
    try:
        return {**content, "what": json.loads(content["what"])}
    except (ValueError, TypeError, RecursionError):
        return content
