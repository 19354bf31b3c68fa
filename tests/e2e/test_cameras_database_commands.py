"""What a person asks and does about damage to the cameras' database, through the very commands."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from gateway.cameras.catalog.database import cameras_file, open_cameras_database
from gateway.cameras.catalog.gaps import GapStore
from gateway.cameras.keeping.pins import PinStore
from gateway.core.video import GapCause, VideoGap
from gateway.db import set_aside
from gateway.db.damage import SetAsideKind
from tests.support.journey import MIDNIGHT_MS, Journey
from tests.support.live.configuration import Server, Wanted, write
from tests.support.live.gateway import command

INSTRUMENTS = {"plc": {"host": "127.0.0.1", "port": 502}, "bus": {"device": "/dev/ttyUSB0"}}
PROVINCE = Wanted("province", Server("sftp", "127.0.0.1", 22, "nuo001", "secret", f"SHA256:{'A' * 43}"))


@pytest.fixture
def station(tmp_path: Path) -> Path:
    """Both databases have one matter, of the same number. Returns the configuration."""
    configuration = write(tmp_path, INSTRUMENTS, [PROVINCE])
    storage = tmp_path / "storage"
    storage.mkdir()
    journey = Journey(storage)
    with journey.database.write() as connection:
        set_aside.keep(connection, SetAsideKind.ROW, "file 3", "more than one bit is wrong", MIDNIGHT_MS)
    journey.database.close()
    with closing(open_cameras_database(storage)) as cameras:
        GapStore(cameras).add("outlet", VideoGap(MIDNIGHT_MS, MIDNIGHT_MS + 9000, GapCause.CUT, "why"))
        PinStore(cameras).add("outlet", MIDNIGHT_MS, MIDNIGHT_MS + 1000, "theft", made_ms=MIDNIGHT_MS, made_by="an")
        with cameras.write() as connection:
            set_aside.keep(connection, SetAsideKind.DATABASE, "cameras.db.corrupt-1", "page 7", MIDNIGHT_MS)
    return configuration


def asked(*arguments: str | Path, code: int = 0) -> Any:
    done = command(*arguments, "--json")
    assert done.returncode == code, done.stderr
    return json.loads(done.stdout)


def test_matters_of_both_databases_are_told_and_closed_one_by_one(station: Path) -> None:
    listed = asked("set-aside", "list", "-c", station)
    assert [(one["id"], one["subject"]) for one in listed] == [(1, "file 3"), ("c1", "cameras.db.corrupt-1")]
    assert listed[1]["file"] == str(station.parent / "storage/cameras.db.corrupt-1")
    assert asked("status", "-c", station)["set_aside"] == listed
    shown = command("set-aside", "list", "-c", station).stdout.splitlines()
    assert [line.split()[0] for line in shown] == ["1", "c1"]
    closed = command("set-aside", "close", "c1", "--reason", "taken over", "-c", station)
    assert (closed.returncode, closed.stdout) == (0, "1 closed\n")
    assert [one["id"] for one in asked("set-aside", "list", "-c", station)] == [1]
    again = command("set-aside", "close", "c1", "1", f"c{'9' * 20}", "--reason", "new card", "-c", station)
    assert (again.returncode, again.stdout) == (1, "1 closed\n")
    assert asked("set-aside", "list", "-c", station) == []


def test_a_cameras_database_that_was_set_aside_is_closed_by_its_name(station: Path) -> None:
    closed = command("set-aside", "close", "cameras.db.corrupt-1", "--reason", "taken over", "-c", station)
    assert (closed.returncode, closed.stdout) == (0, "1 closed\n")


def test_both_databases_are_looked_through(station: Path) -> None:
    file = cameras_file(station.parent / "storage")
    assert asked("verify", "--local", "-c", station) == {"damaged": [], "found": []}
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("UPDATE gap SET end_ms = begin_ms - 1, cause = 'x'")
        connection.execute(
            "INSERT INTO pin (begin_ms, end_ms, occasion, reason, made_ms) VALUES (9, 1, 'hand', 'x', 1)"
        )
    told = asked("verify", "--local", "-c", station, code=1)
    assert told["damaged"] == ["cameras.db gap 1"]
    assert told["found"] == [
        "cameras.db: a gap ends before it begins: [1]",
        "cameras.db: a pin ends before it begins: [2]",
    ]


def test_one_that_was_set_aside_is_taken_over(station: Path) -> None:
    storage = station.parent / "storage"
    old = cameras_file(storage).rename(storage / "cameras.db.corrupt-1")
    refused = command("recover", old, "-c", station)
    assert refused.returncode == 1
    assert "the cameras' recorder has never run here" in refused.stderr
    with closing(open_cameras_database(storage)) as cameras, cameras.write() as connection:
        set_aside.keep(connection, SetAsideKind.DATABASE, old.name, "page 7", MIDNIGHT_MS)
    would = asked("recover", old, "--dry-run", "-c", station)
    assert (would["taken"], would["dry_run"]) == ({"gap": 1, "pin": 1}, True)
    done = command("recover", old, "-c", station)
    assert done.returncode == 0
    assert "taken: 1 gap, 1 pin" in done.stdout
    assert "gateway set-aside close c1 --reason" in done.stdout
    copy = old.rename(storage / "copy.db")
    assert asked("recover", copy, "-c", station)["already_here"] == {"gap": 1, "pin": 1}
    own = command("recover", cameras_file(storage), "-c", station)
    assert own.returncode == 2
    assert [file.name for file in storage.glob(".recover-*")] == []


def test_without_cameras_nothing_changes(station: Path) -> None:
    for file in (station.parent / "storage").glob("cameras.db*"):
        file.unlink()
    assert [one["id"] for one in asked("set-aside", "list", "-c", station)] == [1]
    assert asked("verify", "--local", "-c", station) == {"damaged": [], "found": []}
    refused = command("set-aside", "close", "c1", "--reason", "x", "-c", station)
    assert refused.returncode != 0
    assert "Traceback" not in refused.stderr
