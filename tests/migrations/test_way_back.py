"""The documented way back to an older version: the copy that was made before the change is put back, and nothing that
was sent meanwhile is sent anew."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from gateway.audit.anchoring import AnchorKeeper
from gateway.audit.rollback import account_for_rollback
from gateway.db import Database, open_database
from gateway.db.anchor import AnchorFile
from gateway.db.before_opening import look_at_log
from gateway.db.connection import SCHEMA
from gateway.db.migrations import migrations_of
from gateway.db.set_aside import open_ones
from gateway.readings.store import ReadingStore
from gateway.records.store import RecordStore
from tests.support.journey import MIDNIGHT_MS, SLOT_MS, at, block, measured, record

NOW_MS = MIDNIGHT_MS + 10 * SLOT_MS
NEWEST = len(migrations_of(SCHEMA))


@pytest.fixture
def newer(tmp_path: Path) -> Path:
    """The schema of a version to come."""
    folder = tmp_path / "schema"
    folder.mkdir()
    for step in migrations_of(SCHEMA):
        (folder / f"{step.name}.sql").write_text(step.sql)
    (folder / f"{NEWEST + 1:04}_to_come.sql").write_text("CREATE TABLE to_come (id INTEGER PRIMARY KEY) STRICT;\n")
    return folder


def start(file: Path, database: Database) -> AnchorKeeper:
    anchors = AnchorFile(file.parent)
    anchor = account_for_rollback(database, anchors, look_at_log(file), NOW_MS)
    return AnchorKeeper(database, anchors, anchor, lambda _: True)


def test_back_to_the_older_version_nothing_is_closed_anew(tmp_path: Path, newer: Path) -> None:
    file = tmp_path / "gateway.db"
    with closing(open_database(file)) as database:
        keeper = start(file, database)
        ReadingStore(database).add([block(MIDNIGHT_MS + 1, measured(7.0))])
        keeper.step(at(NOW_MS))
    with closing(open_database(file, schema=newer)) as database:
        keeper = start(file, database)
        ReadingStore(database).add([block(MIDNIGHT_MS + 2, measured(8.0))])
        RecordStore(database).add(record(MIDNIGHT_MS + SLOT_MS), NOW_MS)
        keeper.step(at(NOW_MS))
        assert open_ones(database) == []
    for suffix in ("-wal", "-shm"):
        file.with_name(f"{file.name}{suffix}").unlink(missing_ok=True)
    file.with_name(f"{file.name}.before-{NEWEST + 1}").rename(file)
    with closing(open_database(file)) as database:
        start(file, database)
        assert ["rolled back" in one.reason for one in open_ones(database)] == [True]
        assert RecordStore(database).open_slots(SLOT_MS, NOW_MS) == []
        assert len(list(ReadingStore(database).blocks(0, NOW_MS))) == 1


def test_what_the_guide_says_of_versions_without_anchors_lets_go_of_the_open_slot(tmp_path: Path) -> None:
    file = tmp_path / "gateway.db"
    with closing(open_database(file)) as database:
        ReadingStore(database).add([block(MIDNIGHT_MS + 1, measured(7.0))])
    guide = (Path(__file__).parents[2] / "docs/upgrade.md").read_text("utf-8")
    said = guide.split('python3 -c "')[1].split('"`')[0]
    shutil.copy(file, tmp_path / "copy.db")
    exec(said.replace("'gateway.db'", repr(str(file))))  # noqa: S102  # as the guide has it
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("SELECT count(*) FROM open_slot").fetchone() == (0,)
