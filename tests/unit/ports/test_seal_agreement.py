"""Whoever writes into the register of seals by hand, or exchanges a photo, is found out."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.core.journal_entry import EntryKind
from gateway.core.ports import SealAct, SealEntry
from gateway.db import Database, open_database
from gateway.journal.chain import append
from gateway.ports.seal_agreement import agrees_with_journal, seal_faults
from gateway.ports.seal_photos import SealPhotos
from gateway.ports.seal_register import SealRegister
from tests.support.journey import Journey
from tests.support.photo import photo

PUT = SealEntry(1_000, SealAct.PUT, "usb:1-1.3", "TEM-1", "Nguyễn Văn A", "mới")
BROKEN = SealEntry(2_000, SealAct.BROKEN, "usb:1-1.3", "TEM-1", "Trần B", "thay cáp")


@pytest.fixture
def database(tmp_path: Path) -> Database:
    database = Journey(tmp_path).database
    kept = SealPhotos(tmp_path).keep(photo())
    for entry in (replace(PUT, photo=kept), BROKEN):
        SealRegister(database).add(entry, (), "lan")
    return database


def by_hand(database: Database, folder: Path, statement: str) -> Database:
    """As somebody with sqlite3 does it, who knows of checksums, too."""
    database.close()
    with sqlite3.connect(folder / "gateway.db") as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f'DROP TRIGGER "{name}"')
        connection.execute(statement)
        connection.execute("UPDATE seal_act SET checksum = NULL")
    connection.close()
    return open_database(folder / "gateway.db", read_only=True)


def test_what_was_done_by_command_agrees(database: Database, tmp_path: Path) -> None:
    assert seal_faults(database, tmp_path) == []
    assert agrees_with_journal(database)


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("DELETE FROM seal_act WHERE act = 'broken'", "the journal tells of TEM-1 broken on usb:1-1.3 by Trần B"),
        ("UPDATE seal_act SET number = 'TEM-2' WHERE act = 'put'", "the register of seals has TEM-2 put"),
        (
            "UPDATE seal_act SET who = 'C' WHERE act = 'broken'",
            "the register of seals has TEM-1 broken on usb:1-1.3 by C",
        ),
        ("UPDATE seal_act SET at_ms = 1 WHERE act = 'put'", "the register of seals has TEM-1 put"),
        (
            "INSERT INTO seal_act (at_ms, act, port, number, who, reason) VALUES (3, 'put', 'usb:1-1.3', 'X', 'C', '')",
            "the register of seals has X put on usb:1-1.3 by C, of which the journal tells nothing",
        ),
    ],
)
def test_an_edit_by_hand_is_found(database: Database, tmp_path: Path, statement: str, said: str) -> None:
    edited = by_hand(database, tmp_path, statement)
    assert not agrees_with_journal(edited)
    assert any(said in fault for fault in seal_faults(edited, tmp_path))


def test_another_photo_and_none_are_found(database: Database, tmp_path: Path) -> None:
    (file,) = (tmp_path / "seals").iterdir()
    file.write_bytes(photo(2))
    assert seal_faults(database, tmp_path) == ["the photo of TEM-1 put on usb:1-1.3 by Nguyễn Văn A is altered"]
    file.unlink()
    assert seal_faults(database, tmp_path) == ["the photo of TEM-1 put on usb:1-1.3 by Nguyễn Văn A is gone"]


def test_what_was_handed_on_from_a_database_set_aside_agrees(tmp_path: Path) -> None:
    database = Journey(tmp_path).database
    what = {
        "act": "put",
        "port": PUT.port,
        "number": PUT.number,
        "done_by": PUT.who,
        "reason": PUT.reason,
        "photo": None,
    }
    with database.write() as connection:
        connection.execute(
            "INSERT INTO seal_act (id, at_ms, act, port, number, who, reason) VALUES (-1, 1000, 'put', ?, ?, ?, ?)",
            (PUT.port, PUT.number, PUT.who, PUT.reason),
        )
        entries = [{"seq": 7, "kind": "seal", "time_ms": 1000, "what": what}, {"kind": "seal", "what": "?"}, "?"]
        append(connection, 9, EntryKind.RECOVERY, {"entries": entries})
        append(connection, 9, EntryKind.SEAL, {"act": "?"})
    assert seal_faults(database, tmp_path) == []
