"""The journal through the very commands: shown, verified, exported, and an export that somebody touched."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from gateway.audit.rollback import account_for_rollback
from gateway.db.anchor import AnchorFile
from gateway.db.before_opening import LogReport
from tests.support.journal import run_script, script, write_journal
from tests.support.journey import MIDNIGHT_MS, Journey
from tests.support.live.configuration import Server, Wanted, write
from tests.support.live.gateway import command

PROVINCE = Wanted("province", Server("sftp", "127.0.0.1", 22, "nuo001", "secret", f"SHA256:{'A' * 43}"))
INSTRUMENTS = {"plc": {"host": "127.0.0.1", "port": 502}, "bus": {"device": "/dev/ttyUSB0"}}
ENTRIES = 24


@pytest.fixture
def station(tmp_path: Path) -> Path:
    """Returns the configuration."""
    configuration = write(tmp_path, INSTRUMENTS, [PROVINCE])
    (tmp_path / "storage").mkdir()
    journey = Journey(tmp_path / "storage")
    write_journal(journey.database, ENTRIES)
    account_for_rollback(journey.database, AnchorFile(tmp_path / "storage"), LogReport(), MIDNIGHT_MS)
    journey.database.close()
    return configuration


def asked(*arguments: str | Path, code: int = 0) -> Any:
    done = command(*arguments, "--json")
    assert done.returncode == code, done.stderr
    return json.loads(done.stdout)


def test_entries_are_shown_by_time_and_kind(station: Path) -> None:
    everything = asked("journal", "show", "--from", "2026-01-01", "--config", station)
    assert [one["seq"] for one in everything] == list(range(1, ENTRIES + 1))
    assert set(everything[0]) == {"seq", "time_ms", "kind", "who", "what", "prev", "hash"}
    digests = asked("journal", "show", "--kind", "digest", "--config", station)
    assert digests == [one for one in everything if one["kind"] == "digest"]
    assert asked("journal", "show", "--to", "2025-12-31", "--config", station) == []
    shown = command("journal", "show", "--from", "2026-01-01", "--config", station).stdout.splitlines()
    assert len(shown) == ENTRIES
    assert "text: Trạm số 1" in shown[1]
    wrong = command("journal", "show", "--kind", "nonsense", "--config", station)
    assert (wrong.returncode, "write one of key, start" in wrong.stderr) == (2, True)


def test_it_is_verified_and_exported_and_the_export_is_verified(station: Path, tmp_path: Path) -> None:
    found = asked("journal", "verify", "--config", station)
    assert (found["entries"], found["faults"]) == (ENTRIES, [])
    assert asked("verify", "--local", "--config", station) == {"damaged": [], "found": []}
    export = tmp_path / "journal.jsonl"
    done = command("journal", "export", "-o", export, "--config", station)
    assert (done.returncode, f"{ENTRIES} entries" in done.stderr) == (0, True)
    assert asked("journal", "verify", export) == {**found, "files": None}
    assert run_script(script(tmp_path), export, found["keys"][0]).returncode == 0
    assert command("journal", "export", "-o", export, "--config", station).returncode == 1  # it is there
    assert command("journal", "export", "-o", "-", "--config", station).stdout.count("\n") == ENTRIES + 2
    part = tmp_path / "part.jsonl"
    assert command("journal", "export", "-o", part, "--to", "2025-01-01", "--config", station).returncode == 2
    assert not part.exists()
    export.write_text(export.read_text("utf-8").replace("user 1", "user 2", 1), "utf-8")
    told = command("journal", "verify", export)
    assert told.returncode == 1
    assert "the first that does not follow is entry 2" in told.stdout
    assert command("journal", "verify", station).returncode == 1  # a file, and no export


def test_what_was_done_by_hand_is_named(station: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "storage/gateway.db", isolation_level=None)) as connection:
        connection.execute("DROP TRIGGER journal_stays")
        connection.execute("DELETE FROM journal WHERE seq > 20")
    found = asked("journal", "verify", "--config", station, code=1)
    assert [one["seq"] for one in found["faults"]] == [21]
    assert asked("verify", "--local", "--config", station, code=1)["found"][0].startswith("journal: entry 21: ")
    assert "entry 21: it is missing" in command("journal", "verify", "--config", station).stderr


def test_without_a_key_the_export_says_what_to_do(station: Path, tmp_path: Path) -> None:
    (tmp_path / "storage/journal.key").unlink()
    done = command("journal", "export", "-o", tmp_path / "x", "--config", station)
    assert done.returncode == 1
    assert "start the gateway" in done.stderr
    assert not (tmp_path / "x").exists()
