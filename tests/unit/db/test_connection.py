"""The database keeps what was committed, whatever happens to power, card and file."""

from __future__ import annotations

import logging
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from gateway.core.errors import SchemaTooNew, StoreCorrupt, StoreError, StoreFull
from gateway.db import Database, open_database, verify
from gateway.db.connection import SCHEMA
from gateway.db.migrations import migrations_of
from tests.support.examples import examples
from tests.support.journey import MIDNIGHT_MS, SLOT_MS, Journey, block, measured, record
from tests.support.small_disk import small_disk


def count_blocks(database: Database) -> int:
    return int(database.read("SELECT count(*) FROM reading_block")[0][0])


def fill(journey: Journey, blocks: int) -> None:
    for n in range(blocks):
        journey.readings.add([block(MIDNIGHT_MS + 5000 * n, measured(7.0 + n % 10 / 10), measured(20.0))])


def _break_off(connection: sqlite3.Connection) -> float:
    """Something is written already when the block raises."""
    connection.execute("INSERT INTO destination (name) VALUES ('first')")
    return 1 / 0


class TestTransactions:
    def test_a_block_that_raises_leaves_nothing(self, journey: Journey) -> None:
        with pytest.raises(ZeroDivisionError), journey.database.write() as connection:
            connection.execute("INSERT INTO destination (name) VALUES (?)", (f"so-tnmt-{_break_off(connection)}",))
        assert journey.outbox.destinations() == []
        with journey.database.write() as connection:
            connection.execute("INSERT INTO destination (name) VALUES ('bo-tnmt')")
        assert journey.outbox.destinations() == ["bo-tnmt"]

    def test_a_failing_statement_is_told_in_our_words_and_leaves_nothing(self, journey: Journey) -> None:
        twice = [("so-tnmt",), ("so-tnmt",)]
        with pytest.raises(StoreError, match=r"gateway\.db: .*UNIQUE"), journey.database.write() as connection:
            connection.executemany("INSERT INTO destination (name) VALUES (?)", twice)
        assert journey.outbox.destinations() == []

    def test_foreign_keys_are_enforced(self, journey: Journey) -> None:
        with pytest.raises(StoreError, match="FOREIGN KEY"), journey.database.write() as connection:
            connection.execute("INSERT INTO file VALUES (1, 99, 99, 'x', 1, x'00', 0, NULL, NULL)")

    def test_threads_take_turns(self, journey: Journey) -> None:
        def add(thread: int) -> None:
            for n in range(20):
                journey.readings.add([block(MIDNIGHT_MS + 5000 * (20 * thread + n), measured(7.0))])

        threads = [threading.Thread(target=add, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert count_blocks(journey.database) == 80

    def test_what_is_committed_survives_a_power_cut(self, journey: Journey) -> None:
        """WAL and FULL, or it would not; a test cannot cut the power, so it looks at the switches."""
        assert journey.database.read("PRAGMA journal_mode")[0][0] == "wal"
        assert journey.database.read("PRAGMA synchronous")[0][0] == 2

    def test_using_a_closed_database_is_an_error_of_ours(self, tmp_path: Path) -> None:
        database = open_database(tmp_path / "gateway.db")
        database.close()
        with pytest.raises(StoreError):
            database.read("SELECT 1")


class TestReadOnly:
    def test_it_sees_what_the_writer_has_committed(self, journey: Journey) -> None:
        fill(journey, 3)
        reader = open_database(journey.file, read_only=True)
        assert count_blocks(reader) == 3
        with pytest.raises(StoreError, match="readonly"), reader.write() as connection:
            connection.execute("DELETE FROM reading_block")
        reader.close()

    def test_it_makes_no_database(self, tmp_path: Path) -> None:
        with pytest.raises(FileNotFoundError):
            open_database(tmp_path / "gateway.db", read_only=True)
        assert list(tmp_path.iterdir()) == []

    def test_it_refuses_a_newer_schema_too(self, journey: Journey) -> None:
        journey.database.read("PRAGMA user_version = 9999")
        with pytest.raises(SchemaTooNew):
            open_database(journey.file, read_only=True)
        journey.database.read(f"PRAGMA user_version = {len(migrations_of(SCHEMA))}")


class TestFullDisk:
    def test_it_is_told_as_such_and_nothing_is_half_kept(self, tmp_path: Path) -> None:
        with small_disk(tmp_path) as disk:
            journey = Journey(disk.folder)
            fill(journey, 10)
            disk.fill(journey.database)
            with pytest.raises(StoreFull, match="no space left"):
                fill(journey, 5000)
            kept = count_blocks(journey.database)
            assert kept >= 10
            disk.free(journey.database)
            fill(journey, 10)
            assert count_blocks(journey.database) == kept + 10
            assert verify(journey.database) == []
            journey.database.close()

    def test_starting_on_a_full_disk_says_so(self, tmp_path: Path) -> None:
        with small_disk(tmp_path) as disk:
            if not disk.is_real:
                pytest.skip("needs the right to mount")
            journey = Journey(disk.folder)
            disk.fill(journey.database)
            with pytest.raises(StoreFull):
                open_database(disk.folder / "other.db")
            journey.database.close()


def damage(file: Path, at: int, size: int = 4096) -> None:
    with file.open("r+b") as opened:
        opened.seek(at)
        opened.write(os.urandom(size))


def set_aside(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.glob("*.corrupt-*"))


class TestDamage:
    def test_a_ruined_header_sets_the_database_aside_and_measuring_goes_on(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        Journey(tmp_path).database.close()
        damage(tmp_path / "gateway.db", 0)
        again = Journey(tmp_path)
        fill(again, 2)
        again.database.close()
        assert set_aside(tmp_path) == ["gateway.db.corrupt-1"]
        assert [record.levelno for record in caplog.records] == [logging.CRITICAL]

    def test_a_second_time_the_first_is_kept_too(self, tmp_path: Path) -> None:
        for _ in range(2):
            Journey(tmp_path).database.close()
            damage(tmp_path / "gateway.db", 0)
        Journey(tmp_path).database.close()
        assert set_aside(tmp_path) == ["gateway.db.corrupt-1", "gateway.db.corrupt-2"]

    def test_the_new_database_has_a_wal_of_its_own(self, tmp_path: Path) -> None:
        """The daemon was killed, its file's header and WAL are ruined: none of that may touch what comes after."""
        child = subprocess.run([sys.executable, "-c", _WRITE_AND_DIE, str(tmp_path)], check=False)
        assert child.returncode == -signal.SIGKILL
        (tmp_path / "gateway.db-wal").unlink()
        (tmp_path / "gateway.db-wal").write_bytes(os.urandom(64))
        damage(tmp_path / "gateway.db", 0)
        again = Journey(tmp_path)
        fill(again, 2)
        assert (tmp_path / "gateway.db-wal").stat().st_size > 0
        other = open_database(again.file, read_only=True)
        assert count_blocks(other) == 2
        other.close()
        again.database.close()

    def test_a_page_found_damaged_while_running_is_set_aside_at_the_next_start(self, tmp_path: Path) -> None:
        journey = Journey(tmp_path)
        fill(journey, 300)
        journey.restart()
        page: int = journey.database.read("SELECT rootpage FROM sqlite_schema WHERE name = 'reading_block'")[0][0]
        journey.database.close()
        damage(journey.file, (page - 1) * 4096)
        journey.reopen()  # the header is sound: nothing is noticed yet
        with pytest.raises(StoreCorrupt):
            journey.database.read("SELECT sum(length(packed)) FROM reading_block")
        assert (tmp_path / "gateway.db.suspect").exists()
        journey.restart()
        assert count_blocks(journey.database) == 0
        assert set_aside(tmp_path) == ["gateway.db.corrupt-1"]
        assert not (tmp_path / "gateway.db.suspect").exists()
        journey.database.close()

    def test_an_index_that_lost_entries_is_made_anew_and_the_readings_are_kept(self, tmp_path: Path) -> None:
        """Debian 12's SQLite passes over it in its quick check, while a statement that needs it fails each time."""
        journey = Journey(tmp_path)
        fill(journey, 300)
        journey.restart()
        page: int = journey.database.read("SELECT rootpage FROM sqlite_schema WHERE name = 'reading_block_by_time'")[0][
            0
        ]
        with journey.database.write() as connection:
            connection.execute("PRAGMA writable_schema = ON")
            connection.execute("CREATE TABLE other (first_ms INTEGER) STRICT")
            connection.execute("CREATE INDEX empty_index ON other (first_ms)")
            connection.execute(
                "UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema WHERE name = 'empty_index')"
                " WHERE name = 'reading_block_by_time'"
            )
            connection.execute("UPDATE sqlite_schema SET rootpage = ? WHERE name = 'empty_index'", (page,))
        journey.restart()
        if sqlite3.sqlite_version_info < (3, 41):  # newer ones notice it, and what follows must hold all the same
            assert [tuple(row) for row in journey.database.read("PRAGMA quick_check")] == [("ok",)]
        with pytest.raises(StoreCorrupt), journey.database.write() as connection:
            connection.execute("DELETE FROM reading_block WHERE id = 5")
        journey.restart()
        assert set_aside(tmp_path) == []
        assert verify(journey.database) == []
        assert count_blocks(journey.database) == 300
        with journey.database.write() as connection:
            connection.execute("DELETE FROM reading_block WHERE id = 5")
        assert [one.mended for one in journey.database.damage.take_untold()] == [True]
        journey.database.close()

    def test_a_false_alarm_sets_nothing_aside(self, tmp_path: Path) -> None:
        journey = Journey(tmp_path)
        fill(journey, 3)
        (tmp_path / "gateway.db.suspect").touch()
        journey.restart()
        assert count_blocks(journey.database) == 3
        assert set_aside(tmp_path) == []
        assert not (tmp_path / "gateway.db.suspect").exists()
        journey.database.close()

    def test_a_damaged_database_that_cannot_be_marked_is_still_told_as_damaged(self, tmp_path: Path) -> None:
        Journey(tmp_path).database.close()
        damage(tmp_path / "gateway.db", 0)
        (tmp_path / "gateway.db.suspect").symlink_to("no/such/folder")
        with pytest.raises(StoreCorrupt):
            open_database(tmp_path / "gateway.db", read_only=True)


_WRITE_AND_DIE = """
import os, signal, sys
from pathlib import Path
from tests.support.journey import Journey, MIDNIGHT_MS, block, measured
journey = Journey(Path(sys.argv[1]))
for n in range(20):
    journey.readings.add([block(MIDNIGHT_MS + 5000 * n, measured(7.0))])
os.kill(os.getpid(), signal.SIGKILL)
"""

_WRITE_FOR_EVER = """
import sys
from itertools import count
from pathlib import Path
from tests.support.journey import Journey, MIDNIGHT_MS, SLOT_MS, block, measured
journey = Journey(Path(sys.argv[1]))
first = journey.records.newest_ms(SLOT_MS, 1 << 60) or MIDNIGHT_MS
for end_ms in count(first + SLOT_MS, SLOT_MS):
    journey.readings.add([block(end_ms - 5000, measured(7.0))])
    journey.send(end_ms, ["so-tnmt", "bo-tnmt"])
    print(end_ms, flush=True)
"""


def test_kills_in_the_middle_of_writing_leave_a_sound_database(tmp_path: Path) -> None:
    """What was said to be kept is there, in order, without a gap; nothing is there by halves."""
    said: list[int] = []
    for kill in range(examples(20)):
        child = subprocess.Popen(
            [sys.executable, "-c", _WRITE_FOR_EVER, str(tmp_path)], stdout=subprocess.PIPE, text=True
        )
        assert child.stdout is not None
        for _ in range(1 + kill % 5):
            said.append(int(child.stdout.readline()))
        child.kill()
        said += [int(line) for line in child.stdout if line.endswith("\n")]
        child.wait()
        child.stdout.close()
    journey = Journey(tmp_path)
    assert verify(journey.database) == []
    kept = [record.slot.end_ms for record in journey.records.records(SLOT_MS, MIDNIGHT_MS, 1 << 62)]
    assert kept == [MIDNIGHT_MS + SLOT_MS * (n + 1) for n in range(len(kept))]
    assert set(said) <= set(kept)
    assert set(journey.deliveries().values()) == {"waiting"}
    journey.database.close()


def test_verify_names_what_is_wrong(tmp_path: Path) -> None:
    journey = Journey(tmp_path)
    journey.send(MIDNIGHT_MS, ["so-tnmt"])
    journey.records.add(record(MIDNIGHT_MS + SLOT_MS), MIDNIGHT_MS)
    with sqlite3.connect(journey.file) as connection:
        connection.execute("INSERT INTO open_slot (end_ms, length_ms) VALUES (?, ?)", (MIDNIGHT_MS, SLOT_MS))
        connection.execute("UPDATE delivery SET state = 'delivered', end_ms = 1")
        connection.execute("UPDATE record SET filed_ms = 1")
        connection.execute("INSERT INTO reading_block VALUES (7, 99, 10, 9, 1, 0, x'00', NULL)")
    connection.close()
    found = verify(journey.database)
    assert [line.split(":")[0] for line in found] == [
        "foreign key",
        "an open slot has a record already",
        "a filed record has no file",
        "a delivery has another slot than its file",
        "a delivered file has no time of delivery, or an undelivered one has that nobody had sent again",
        "a block of readings ends before it begins",
    ]
    journey.database.close()


def test_looking_into_a_database_of_an_older_gateway_says_what_to_do(tmp_path: Path) -> None:
    file = tmp_path / "gateway.db"
    with sqlite3.connect(file) as older:
        older.execute("PRAGMA user_version = 1")
    older.close()
    with pytest.raises(StoreError, match=r"older gateway: start this one once \(gateway run\)"):
        open_database(file, read_only=True)
