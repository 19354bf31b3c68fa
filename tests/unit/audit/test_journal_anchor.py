"""The journal's head beside the database: what was cut off or rewritten is known at the next start."""

from __future__ import annotations

import json
import logging
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from gateway.audit.anchoring import UNSYNCED_EVERY_S, AnchorKeeper
from gateway.audit.rollback import account_for_rollback
from gateway.core.journal_entry import EntryKind, JournalHead
from gateway.db.anchor import NAMES, AnchorFile
from gateway.db.before_opening import LogReport
from gateway.db.damage import SetAsideKind
from gateway.db.set_aside import open_ones
from gateway.journal.chain import append
from gateway.journal.rows import head
from gateway.journal.verification import verify
from tests.support.journal import all_rows, hashed
from tests.support.journey import MIDNIGHT_MS, Journey, at


class Station:
    """Its journal and its anchor."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.journey = Journey(folder)
        self._mono_s = 1000.0
        self.start()

    def start(self) -> None:
        file = AnchorFile(self.folder)
        anchor = account_for_rollback(self.journey.database, file, LogReport(), MIDNIGHT_MS)
        self._keeper = AnchorKeeper(self.journey.database, file, anchor, lambda _: True)

    def tell(self, count: int = 1) -> None:
        for number in range(count):
            with self.journey.database.write() as connection:
                append(connection, MIDNIGHT_MS + number, EntryKind.SEAL, {"number": number})
        self._mono_s += UNSYNCED_EVERY_S
        self._keeper.step(at(MIDNIGHT_MS, self._mono_s))

    def restart_after(self, edit: Callable[[sqlite3.Connection], object]) -> None:
        """Without the triggers, as somebody edits it who knows them."""
        self.journey.database.close()
        with closing(sqlite3.connect(self.journey.file, isolation_level=None)) as connection:
            kept = connection.execute(
                "SELECT name, sql FROM sqlite_schema WHERE tbl_name = 'journal' AND type = 'trigger'"
            ).fetchall()
            for name, _ in kept:
                connection.execute(f"DROP TRIGGER {name}")
            edit(connection)
            for _, sql in kept:
                connection.execute(sql)
        self.restart()

    def restart(self) -> None:
        self.journey.database.close()
        self.journey.reopen()
        self.start()

    def newest(self) -> tuple[int, str, dict[str, Any]]:
        last = all_rows(self.journey.database)[-1]
        return last.seq, last.kind, json.loads(last.what)

    def matters(self) -> list[tuple[SetAsideKind, str]]:
        return [(one.kind, one.reason) for one in open_ones(self.journey.database)]

    @property
    def anchored(self) -> JournalHead | None:
        anchor = AnchorFile(self.folder).read().anchor
        return None if anchor is None else anchor.journal


@pytest.fixture
def station(tmp_path: Path) -> Station:
    return Station(tmp_path)


def test_the_anchor_knows_the_newest_entry(station: Station) -> None:
    assert station.anchored is None
    station.tell(3)
    assert station.anchored == head(station.journey.database)
    station.restart()
    station.restart()
    assert station.newest()[0] == 3
    assert station.matters() == []


def test_entries_of_a_command_are_no_rewriting(station: Station) -> None:
    """The anchor is behind: the journal has grown without the daemon."""
    station.tell(3)
    with station.journey.database.write() as connection:
        append(connection, MIDNIGHT_MS, EntryKind.SEAL, {})
    station.restart()
    assert station.matters() == []
    assert station.anchored == head(station.journey.database)


def test_a_journal_that_was_cut_off_goes_on_behind_what_is_missing(
    station: Station, caplog: pytest.LogCaptureFixture
) -> None:
    station.tell(5)
    known = station.anchored
    assert known is not None
    with caplog.at_level(logging.CRITICAL):
        station.restart_after(lambda connection: connection.execute("DELETE FROM journal WHERE seq > 2"))
    seq, kind, what = station.newest()
    assert (seq, kind) == (6, "rollback")
    assert what["lost_head"] == {"seq": 5, "hash": known.hash}
    assert "newest entry is number 2, it was 5" in what["reason"]
    assert all_rows(station.journey.database)[-1].prev == known.hash
    assert [kind for kind, _ in station.matters()] == [SetAsideKind.ROLLBACK]
    assert "the journal's newest entry" in caplog.text
    [fault] = verify(station.journey.database, station.anchored).faults
    assert (fault.seq, fault.reason) == (6, "entries 3 to 5 are missing before it")
    station.restart()
    assert station.newest()[0] == 6
    assert len(station.matters()) == 1


def test_a_new_database_goes_on_behind_the_one_that_was_lost(station: Station) -> None:
    station.tell(5)
    known = station.anchored
    station.journey.database.close()
    for file in station.folder.glob("gateway.db*"):
        file.unlink()
    station.journey.reopen()
    station.start()
    station.tell(2)
    assert known is not None
    rows = all_rows(station.journey.database)
    assert [row.seq for row in rows] == [6, 7, 8]
    assert rows[0].prev == known.hash


def test_a_tail_that_was_bound_anew_is_known_and_told_once(station: Station, caplog: pytest.LogCaptureFixture) -> None:
    station.tell(5)
    kept = all_rows(station.journey.database)

    def rewrite(connection: sqlite3.Connection) -> None:
        tail = hashed(kept[2:], JournalHead(kept[0].seq, kept[0].hash))
        connection.execute("DELETE FROM journal WHERE seq > 1")
        made = [*tail, *hashed(kept[1:2], JournalHead(tail[-1].seq, tail[-1].hash))]
        connection.executemany(
            "INSERT INTO journal (seq, time_ms, kind, who, what, prev, hash) VALUES (?, ?, ?, ?, ?, ?, ?)",
            [(row.seq, row.time_ms, row.kind, row.who, row.what, row.prev, row.hash) for row in made],
        )

    with caplog.at_level(logging.CRITICAL):
        station.restart_after(rewrite)
    seq, kind, what = station.newest()
    assert (seq, kind) == (6, "rollback")
    assert what["written"] == {"seq": 5, "hash": kept[4].hash}
    assert [kind for kind, _ in station.matters()] == [SetAsideKind.JOURNAL]
    assert "the journal was rewritten" in caplog.text
    station.restart()
    assert station.newest()[0] == 6
    assert len(station.matters()) == 1


def test_an_anchor_of_an_older_gateway_knows_of_no_journal(station: Station) -> None:
    station.tell(2)
    for name in NAMES:
        (station.folder / name).unlink()
    station.restart()
    assert station.matters() == []
    assert station.anchored == head(station.journey.database)


def test_a_copy_that_is_put_back_is_told_in_the_journal(station: Station) -> None:
    station.tell(2)
    station.journey.database.read("PRAGMA wal_checkpoint(TRUNCATE)")
    kept = station.folder / "a copy"
    shutil.copy(station.journey.file, kept)
    station.tell(2)
    station.journey.database.close()
    shutil.copy(kept, station.journey.file)
    station.journey.reopen()
    station.start()
    assert station.newest()[:2] == (5, "rollback")
