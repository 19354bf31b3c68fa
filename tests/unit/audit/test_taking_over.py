"""What a station did before it had a journal stands in it afterwards, once, and says that it was taken over."""

from __future__ import annotations

import json
import sqlite3
import tracemalloc
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from gateway.audit import runs
from gateway.audit.taking_over import take_over
from gateway.core.errors import StoreError
from gateway.db import Database, open_database
from gateway.db.connection import SCHEMA
from gateway.db.migrations import migrations_of, statements

BEFORE_THE_JOURNAL = 22
OLD = """
INSERT INTO run (started_ms, ended_ms, version) VALUES (1000, 5000, '0.9');
INSERT INTO destination (name) VALUES ('so-tnmt');
INSERT INTO standstill (run_id, from_ms, until_ms) VALUES (1, 2100, 2200);
INSERT INTO clock_set (run_id, booted_ms, at_ms, by_ms) VALUES (1, 900, 1500, 60000);
INSERT INTO calibration (symbol, began_ms, reason, begun_by) VALUES ('pH', 1200, 'buffers', 'lan');
INSERT INTO intervention (at_ms, done_by, action, destination_id, deliveries) VALUES (4000, 'minh', 'resend', 1, 3);
INSERT INTO sample_request (asked_ms, asked_by, reason, state) VALUES (3000, 'lan', 'inspector', 'waiting');
INSERT INTO event (topic, kind, subject, detail, began_ms, last_ms, ended_ms, count)
    VALUES ('quality', 'frozen', 'pH', '', 1100, 1200, 1300, 4);
INSERT INTO event (topic, kind, subject, detail, began_ms, last_ms, count)
    VALUES ('outage', 'outage', 'so-tnmt', '', 2000, 2000, 4);
"""


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A database of the gateway before this one, with what it kept."""
    file = tmp_path / "gateway.db"
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        for step in migrations_of(SCHEMA)[:BEFORE_THE_JOURNAL]:
            for statement in statements(step.sql):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {step.version}")
        connection.executescript(OLD)
    return file


def entries(database: Database) -> list[tuple[str, str, dict[str, Any]]]:
    rows = database.read("SELECT kind, who, what FROM journal ORDER BY seq")
    return [(kind, who, json.loads(what)) for kind, who, what in rows]


def test_everything_is_taken_over_once_oldest_first_and_marked(old: Path) -> None:
    with closing(open_database(old)) as database:
        assert take_over(database, 9000) == 8
        runs.begin(database, 9000, "1.0")
        assert take_over(database, 9500) == 0
        *taken, start = entries(database)
    assert all(what["taken_over"] is True for _, _, what in taken)
    assert [(kind, who) for kind, who, _ in taken] == [
        ("start", "gateway"), ("quality", "gateway"), ("calibration", "lan"), ("clock", "gateway"),
        ("outage", "gateway"), ("standstill", "gateway"), ("sample", "lan"), ("delivery", "minh"),
    ]  # fmt: skip
    assert taken[0][2]["row"] == {"id": 1, "started_ms": 1000, "ended_ms": 5000, "version": "0.9"}
    assert "taken_over" not in start[2]


def test_a_start_that_is_broken_off_takes_over_nothing(old: Path) -> None:
    with closing(open_database(old)) as database:
        with database.write() as connection:
            connection.execute(
                "CREATE TRIGGER cut BEFORE INSERT ON journal WHEN NEW.seq = 6 BEGIN SELECT raise(ABORT, 'power'); END"
            )
        with pytest.raises(StoreError, match="power"):
            take_over(database, 9000)
        assert entries(database) == []
        with database.write() as connection:
            connection.execute("DROP TRIGGER cut")
        assert take_over(database, 9000) == 8


def test_ten_thousands_of_old_events_are_not_in_memory_at_once_and_systemd_hears_of_them(old: Path) -> None:
    many = 4000
    with closing(sqlite3.connect(old)) as connection, connection:
        connection.executemany(
            "INSERT INTO event (topic, kind, subject, detail, began_ms, last_ms, ended_ms, count)"
            " VALUES ('quality', 'frozen', 'TSS', ?, ?, ?, ?, 1)",
            (("for three hours " * 20, 10_000 * one, 10_000 * one, 10_000 * one + 1) for one in range(many)),
        )
    signs: list[None] = []
    with closing(open_database(old)) as database:
        tracemalloc.start()
        try:
            assert take_over(database, 9000, lambda: signs.append(None)) == 8 + many
            _, most = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert most < 2_000_000  # all of them together: 8 MB
    assert len(signs) == (8 + many) // 500


def test_a_new_station_has_nothing_to_take_over(tmp_path: Path) -> None:
    with closing(open_database(tmp_path / "gateway.db")) as database:
        assert take_over(database, 1) == 0
        assert entries(database) == []
