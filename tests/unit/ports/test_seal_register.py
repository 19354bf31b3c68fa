"""What was done to a seal stands in the register and in the journal, both or neither."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from gateway.core.journal_entry import EntryKind
from gateway.core.ports import SealAct, SealEntry
from gateway.core.seal_rules import SealRefused
from gateway.db import Database
from gateway.ports.seal_register import SealRegister
from tests.support.journey import Journey

PUT = SealEntry(1_000, SealAct.PUT, "usb:1-1.3", "TEM-1", "Nguyễn Văn A", "mới", "ab" * 32)
BROKEN = SealEntry(2_000, SealAct.BROKEN, "usb:1-1.3", "TEM-1", "Trần B", "thay cáp")


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return Journey(tmp_path).database


def journal(database: Database) -> list[tuple[str, str, dict[str, object]]]:
    rows = database.read("SELECT kind, who, what FROM journal WHERE kind = ? ORDER BY seq", (EntryKind.SEAL.value,))
    return [(kind, who, json.loads(what)) for kind, who, what in rows]


def test_both_acts_are_kept_in_order_with_who_typed_them(database: Database) -> None:
    register = SealRegister(database)
    register.add(PUT, (), "lan")
    register.add(BROKEN, (), "minh")
    assert register.entries() == [PUT, BROKEN]
    told = [(who, what["act"], what["done_by"], what["photo"]) for _, who, what in journal(database)]
    assert told == [("lan", "put", "Nguyễn Văn A", "ab" * 32), ("minh", "broken", "Trần B", None)]


def test_what_cannot_have_been_leaves_nothing(database: Database) -> None:
    register = SealRegister(database)
    register.add(PUT, (), "lan")
    with pytest.raises(SealRefused):
        register.add(PUT, (), "lan")
    assert len(register.entries()) == len(journal(database)) == 1


def test_without_its_entry_in_the_journal_there_is_no_row(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise sqlite3.OperationalError("the power went")

    monkeypatch.setattr("gateway.ports.seal_register.append", fail)
    with pytest.raises(Exception, match="the power went"):
        SealRegister(database).add(PUT, (), "lan")
    assert SealRegister(database).entries() == []
