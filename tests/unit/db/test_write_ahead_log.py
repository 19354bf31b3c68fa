"""The write-ahead log as SQLite makes it, read before SQLite reads it."""

from __future__ import annotations

import random
import shutil
import sqlite3
import struct
from pathlib import Path

import pytest

from gateway.db.before_opening import look_at_log
from gateway.db.write_ahead_log import LogFound, look_into, pages_of, put_right
from tests.support.thorough import a_few

COMMITS = 30


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a database and its log of `COMMITS` transactions, as a sudden end leaves them."""
    live, folder = tmp_path_factory.mktemp("live"), tmp_path_factory.mktemp("grown")
    connection = sqlite3.connect(live / "a.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA wal_autocheckpoint = 0")
    connection.execute("CREATE TABLE one (number INTEGER PRIMARY KEY, words TEXT)")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    for number in range(COMMITS):
        connection.execute("INSERT INTO one VALUES (?, ?)", (number, "x" * random.Random(number).randrange(6000)))
    for name in ("a.db", "a.db-wal"):
        shutil.copy(live / name, folder / name)
    connection.close()
    return folder


@pytest.fixture
def folder(grown: Path, tmp_path: Path) -> Path:
    for file in grown.iterdir():
        shutil.copy(file, tmp_path / file.name)
    return tmp_path


def numbers(folder: Path) -> list[int]:
    """What SQLite makes of it."""
    connection = sqlite3.connect(folder / "a.db")
    try:
        return [number for (number,) in connection.execute("SELECT number FROM one ORDER BY number")]
    finally:
        connection.close()


def log_of(folder: Path) -> Path:
    return folder / "a.db-wal"


def flip(file: Path, position: int) -> None:
    content = bytearray(file.read_bytes())
    content[position // 8] ^= 1 << position % 8
    file.write_bytes(content)


def test_a_whole_log_is_found_whole(folder: Path) -> None:
    found = look_into(log_of(folder), pages_of(folder / "a.db"))
    assert (found.commits, found.lost_commits, found.flipped, found.holes) == (COMMITS, 0, None, 0)
    assert look_at_log(folder / "a.db").lost == ""
    assert numbers(folder) == list(range(COMMITS))


def test_there_may_be_no_log(tmp_path: Path) -> None:
    assert look_into(tmp_path / "nothing") == LogFound()
    (tmp_path / "empty").touch()
    assert look_into(tmp_path / "empty") == LogFound()
    (tmp_path / "rubbish").write_bytes(b"rubbish" * 1000)
    assert look_into(tmp_path / "rubbish") == LogFound()


def test_a_log_of_an_earlier_round_behind_a_new_one_is_no_loss(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "a.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("CREATE TABLE one (number INTEGER PRIMARY KEY, words TEXT)")
    for number in range(20):
        connection.execute("INSERT INTO one VALUES (?, ?)", (number, "x" * 3000))
    connection.execute("PRAGMA wal_checkpoint(RESTART)")
    connection.execute("INSERT INTO one VALUES (100, 'the first of a new round')")
    found = look_into(log_of(tmp_path), pages_of(tmp_path / "a.db"))
    connection.close()
    assert (found.commits, found.lost_commits) == (1, 0)


@pytest.mark.parametrize("seed", a_few(range(60), 12))
def test_one_flipped_bit_anywhere_is_put_right_or_told(folder: Path, seed: int) -> None:
    """In a page, a frame's head, a salt, a checksum, or the log's own head."""
    log = log_of(folder)
    chance = random.Random(seed)
    size = log.stat().st_size
    frames = (size - 32) // (24 + 4096)
    head = 32 + chance.randrange(frames) * (24 + 4096)
    byte = chance.choice([chance.randrange(size), head + chance.randrange(24), chance.randrange(32)])
    before = log.read_bytes()
    flip(log, 8 * byte + chance.randrange(8))
    report = look_at_log(folder / "a.db")
    assert bool(report.lost) != bool(report.mended)
    assert (log.read_bytes() == before) == bool(report.mended)
    assert (numbers(folder) == list(range(COMMITS))) == bool(report.mended)


@pytest.mark.parametrize("seed", a_few(range(20), 4))
def test_more_damage_is_told_as_a_loss(folder: Path, seed: int) -> None:
    log = log_of(folder)
    chance = random.Random(seed)
    content = bytearray(log.read_bytes())
    place = chance.randrange(32, len(content) // 2)
    content[place : place + 40] = chance.randbytes(40)
    log.write_bytes(content)
    assert "lost its end" in look_at_log(folder / "a.db").lost
    assert numbers(folder) != list(range(COMMITS))


def test_the_transaction_that_was_being_written_when_the_power_went_is_no_loss(folder: Path) -> None:
    log = log_of(folder)
    content = bytearray(log.read_bytes())
    content[-6000:-5000] = bytes(1000)
    log.write_bytes(content)
    report = look_at_log(folder / "a.db")
    assert (report.lost, report.mended) == ("", "")
    assert numbers(folder)[:25] == list(range(25))


def test_a_log_cut_anywhere_is_read_as_far_as_it_goes(folder: Path) -> None:
    log = log_of(folder)
    whole = log.read_bytes()
    for size in range(0, len(whole), 3001):
        log.write_bytes(whole[:size])
        found = look_into(log)
        assert found.lost_commits == 0
        assert found.commits <= COMMITS


def test_a_bit_that_is_turned_twice_is_as_before(folder: Path) -> None:
    log = log_of(folder)
    before = log.read_bytes()
    flip(log, 8 * 5000)
    found = look_into(log)
    assert found.flipped is not None
    put_right(log, found.flipped)
    put_right(log, found.flipped)
    assert log.read_bytes() != before


def test_the_log_of_a_newer_database_beside_an_older_one_is_set_aside(tmp_path: Path) -> None:
    """An older copy was put back and the log that lay there was left."""
    live, folder = tmp_path / "live", tmp_path / "put-back"
    live.mkdir()
    folder.mkdir()
    connection = sqlite3.connect(live / "a.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("CREATE TABLE one (number INTEGER PRIMARY KEY, words TEXT)")
    connection.execute("INSERT INTO one VALUES (0, 'old')")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copy(live / "a.db", folder / "a.db")
    for number in range(1, 20):
        connection.execute("INSERT INTO one VALUES (?, ?)", (number, "x" * 3000))
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.execute("INSERT INTO one VALUES (100, 'new')")
    shutil.copy(live / "a.db-wal", folder / "a.db-wal")
    shutil.copy(live / "a.db-shm", folder / "a.db-shm")
    connection.close()
    assert "another's" in look_at_log(folder / "a.db").lost
    assert numbers(folder) == [0]
    assert (folder / "a.db-wal.foreign-1").exists()


def test_an_older_log_beside_a_newer_database_is_set_aside(tmp_path: Path) -> None:
    live, folder = tmp_path / "live", tmp_path / "put-back"
    live.mkdir()
    folder.mkdir()
    connection = sqlite3.connect(live / "a.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("CREATE TABLE one (number INTEGER PRIMARY KEY, words TEXT)")
    connection.execute("INSERT INTO one VALUES (0, 'old')")
    shutil.copy(live / "a.db-wal", folder / "a.db-wal")
    for number in range(1, 20):
        connection.execute("INSERT INTO one VALUES (?, ?)", (number, "x" * 3000))
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    shutil.copy(live / "a.db", folder / "a.db")
    assert "another's" in look_at_log(folder / "a.db").lost
    assert numbers(folder) == list(range(20))


def test_a_file_that_is_no_database_has_no_pages(tmp_path: Path) -> None:
    file = tmp_path / "a.db"
    assert pages_of(file) == 0
    file.write_bytes(b"SQLite format 3\0" + struct.pack(">H", 4096))
    assert pages_of(file) == 0
