"""The journal of a database that was set aside comes back into its place, and what has none is handed on."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from gateway.audit.journal_recovery import JournalRecovery, RecoveredEntries
from gateway.audit.rollback import account_for_rollback
from gateway.core.journal_entry import EntryKind
from gateway.db.anchor import NAMES, AnchorFile
from gateway.db.before_opening import LogReport
from gateway.db.salvage import Salvage
from gateway.journal.chain import append
from gateway.journal.key_in_force import open_key
from gateway.journal.rows import head
from gateway.journal.verification import verify
from tests.support.journal import all_rows, write_journal
from tests.support.journey import MIDNIGHT_MS, Journey

ENTRIES = 120
LATER = 3
"""Entries of which the anchor does not know."""


class Lost:
    """A station whose database was set aside, with another one that has begun."""

    def __init__(self, folder: Path, *, with_anchor: bool = True, later: int = 0) -> None:
        self.folder = folder
        self.here = Journey(folder)
        write_journal(self.here.database, ENTRIES, 20)
        self._start()
        for number in range(later):
            self.tell({"later": number})
        self.before = all_rows(self.here.database)
        self.here.database.read("PRAGMA wal_checkpoint(TRUNCATE)")
        self.here.database.close()
        self.file = self.here.file.rename(folder / "gateway.db.corrupt-1")
        for file in (*folder.glob("gateway.db-*"), *(() if with_anchor else (folder / name for name in NAMES))):
            file.unlink(missing_ok=True)
        self.here.reopen()
        self._start()
        self.tell({"here": 1})

    def _start(self) -> None:
        account_for_rollback(self.here.database, AnchorFile(self.folder), LogReport(), MIDNIGHT_MS)
        open_key(self.here.database, self.folder, MIDNIGHT_MS)

    def tell(self, what: dict[str, int]) -> None:
        with self.here.database.write() as connection:
            append(connection, MIDNIGHT_MS, EntryKind.SEAL, what)

    def recover(self) -> RecoveredEntries:
        with closing(Salvage(self.file, self.folder)) as source:
            recovery = JournalRecovery(source, self.here.database, source.name, "an", MIDNIGHT_MS)
            recovery.take()
            return recovery.found

    def faults(self) -> list[str]:
        return [str(one) for one in verify(self.here.database, head(self.here.database)).faults]

    def handed_on(self) -> list[str]:
        rows = self.here.database.read(
            "SELECT entry.value ->> '$.hash' FROM journal, json_each(what, '$.entries') AS entry"
            " WHERE kind = 'recovery' ORDER BY seq"
        )
        return [hash_ for (hash_,) in rows]


def test_it_comes_back_into_its_place_and_the_chain_is_whole(tmp_path: Path) -> None:
    lost = Lost(tmp_path)
    assert lost.faults() == [f"entry {ENTRIES + 1}: entries 1 to {ENTRIES} are missing before it"]
    assert lost.recover() == RecoveredEntries(taken=ENTRIES)
    assert lost.faults() == []
    assert all_rows(lost.here.database)[:ENTRIES] == lost.before
    assert lost.recover() == RecoveredEntries(already=ENTRIES)
    assert lost.faults() == []


def test_what_was_written_after_the_anchor_is_handed_on_word_by_word(tmp_path: Path) -> None:
    lost = Lost(tmp_path, later=LATER)
    assert lost.recover() == RecoveredEntries(taken=ENTRIES, handed_on=LATER)
    assert lost.faults() == []
    assert lost.handed_on() == [row.hash for row in lost.before[ENTRIES:]]
    assert lost.recover() == RecoveredEntries(already=ENTRIES + LATER)


def test_without_an_anchor_all_of_it_is_handed_on(tmp_path: Path) -> None:
    lost = Lost(tmp_path, with_anchor=False)
    assert lost.faults() == []
    assert lost.recover() == RecoveredEntries(handed_on=ENTRIES)
    assert lost.faults() == []
    assert lost.handed_on() == [row.hash for row in lost.before]
    assert lost.recover() == RecoveredEntries(already=ENTRIES)


def test_another_journal_does_not_take_its_place(tmp_path: Path) -> None:
    """A copy of another station's database, or one that was written anew."""
    lost = Lost(tmp_path)
    (tmp_path / "other").mkdir()
    other = Journey(tmp_path / "other")
    write_journal(other.database, ENTRIES, 20)
    other.database.close()
    lost.file = other.file
    assert lost.recover() == RecoveredEntries(handed_on=ENTRIES)
    assert [fault.partition(":")[0] for fault in lost.faults()] == [f"entry {ENTRIES + 1}"]


def test_an_entry_that_is_lost_leaves_its_gap_and_one_that_was_edited_is_handed_on(tmp_path: Path) -> None:
    lost = Lost(tmp_path)
    with closing(sqlite3.connect(lost.file, isolation_level=None)) as connection:
        connection.execute("DROP TRIGGER journal_is_final")
        connection.execute("UPDATE journal SET who = 'nobody', checksum = 7 WHERE seq = 50")
        connection.execute("UPDATE journal SET who = 'nobody', checksum = NULL WHERE seq = 55")
    found = lost.recover()
    assert (found.taken, found.handed_on, found.lost) == (ENTRIES - 2, 1, 1)
    assert lost.faults() == ["entry 51: entry 50 is missing before it", "entry 56: entry 55 is missing before it"]


@pytest.mark.parametrize("stop_after", [0, 1])
def test_ended_in_the_middle_it_is_done_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stop_after: int) -> None:
    lost = Lost(tmp_path, later=LATER)
    take, calls = JournalRecovery._take_portion, 0

    def take_some(self: JournalRecovery, rows: list[object]) -> None:
        nonlocal calls
        if calls == stop_after:
            raise KeyboardInterrupt
        calls += 1
        take(self, rows)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(JournalRecovery, "_take_portion", take_some)
        with pytest.raises(KeyboardInterrupt):
            lost.recover()
    lost.recover()
    assert lost.faults() == []
    assert lost.handed_on() == [row.hash for row in lost.before[ENTRIES:]]
