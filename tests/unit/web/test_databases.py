"""Somebody who may read the station's files and write nothing beside them sees what is true, whatever the daemon does,
and is in nobody's way."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing
from functools import cache
from pathlib import Path
from threading import Event, Thread

import pytest

from gateway.core.errors import StoreCorrupt, StoreError
from gateway.db import Database, connection, migrations, open_database
from gateway.db.files_seen import DatabaseReplaced
from gateway.db.read_only import ReadingTooLong
from gateway.runtime.clock import SystemClock
from gateway.web.databases import DatabaseBusy, Databases
from tests.support.keeper import Keeper
from tests.support.unprivileged import as_nobody

pytestmark = pytest.mark.root
ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"


@pytest.fixture
def folder() -> Iterator[Path]:
    """A storage that everybody may enter and read, as the group of the gateway's user may."""
    with tempfile.TemporaryDirectory() as made:
        Path(made).chmod(0o755)
        yield Path(made)


@pytest.fixture(autouse=True)
def _schema_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """An installed gateway's own files can be read by everybody; this project may lie where nobody may look."""
    once = cache(migrations.migrations_of)
    once(connection.SCHEMA)
    for module in (migrations, connection):
        monkeypatch.setattr(module, "migrations_of", once)


@pytest.fixture
def keeper(folder: Path) -> Iterator[Keeper]:
    with Keeper(folder / "gateway.db") as made:
        made.open()
        made.add("first")
        yield made


@pytest.fixture
def databases(folder: Path) -> Iterator[Databases]:
    with closing(Databases(folder, SystemClock())) as made:
        yield made


def names(databases: Databases) -> list[str]:
    """What somebody else than the gateway's user sees."""
    with as_nobody(), databases.gateway() as database:
        return names_in(database)


def names_in(database: Database) -> list[str]:
    return [name for (name,) in database.read("SELECT name FROM sound_destination ORDER BY id")]


def move_away(folder: Path) -> None:
    for part in folder.glob("gateway.db*"):
        part.rename(folder / f"old-{part.name}")


def test_while_the_daemon_runs(keeper: Keeper, databases: Databases) -> None:
    assert names(databases) == ["first"]
    keeper.add("second")
    assert names(databases) == ["first", "second"]


def test_once_it_was_stopped(keeper: Keeper, databases: Databases) -> None:
    keeper.close()
    assert names(databases) == ["first"]


def test_once_it_was_killed_with_all_of_it_in_the_log(keeper: Keeper, databases: Databases, folder: Path) -> None:
    keeper.kill()
    assert (folder / "gateway.db-wal").stat().st_size > 0
    assert names(databases) == ["first"]


def test_it_is_followed_through_stop_start_and_kill(keeper: Keeper, databases: Databases, folder: Path) -> None:
    assert names(databases) == ["first"]
    keeper.close()
    assert names(databases) == ["first"]
    with Keeper(folder / "gateway.db") as second:
        second.open()
        second.add("second")
        assert names(databases) == ["first", "second"]
        second.kill()
        assert names(databases) == ["first", "second"]
    with Keeper(folder / "gateway.db") as third:
        third.open()
        third.add("third")
        assert names(databases) == ["first", "second", "third"]


def test_a_start_while_a_page_reads_what_was_stopped(keeper: Keeper, databases: Databases, folder: Path) -> None:
    keeper.close()
    with Keeper(folder / "gateway.db") as again:
        with as_nobody(), databases.gateway() as database:
            assert names_in(database) == ["first"]
            again.open()
            again.add("second")
            with pytest.raises(DatabaseReplaced):
                names_in(database)
        assert names(databases) == ["first", "second"]


def test_what_was_closed_is_all_in_one_file_though_somebody_reads(
    keeper: Keeper, databases: Databases, folder: Path, tmp_path: Path
) -> None:
    """Who copies it after a stop has all of it."""
    names(databases)
    keeper.add("second")
    keeper.close()
    shutil.copyfile(folder / "gateway.db", tmp_path / "copy.db")
    with closing(open_database(tmp_path / "copy.db")) as copy:
        assert names_in(copy) == ["first", "second"]


def test_another_database_is_put_in_its_place(keeper: Keeper, databases: Databases, folder: Path) -> None:
    assert names(databases) == ["first"]
    keeper.kill()
    move_away(folder)
    with Keeper(folder / "gateway.db") as other:
        other.open()
        other.add("another")
        assert names(databases) == ["another"]


def test_a_page_that_still_reads_the_old_one_lets_no_other_see_it(
    keeper: Keeper, databases: Databases, folder: Path
) -> None:
    keeper.kill()
    with Keeper(folder / "gateway.db") as other:
        with as_nobody(), databases.gateway() as old:
            assert names_in(old) == ["first"]
            os.seteuid(0)
            move_away(folder)
            other.open()
            other.add("another")
            with pytest.raises(DatabaseBusy), databases.gateway(0.05):
                pass
        assert names(databases) == ["another"]


def test_a_log_without_its_index_waits_for_the_daemon(keeper: Keeper, databases: Databases, folder: Path) -> None:
    """The file alone may be half of what a checkpoint was copying."""
    keeper.kill()
    (folder / "gateway.db-shm").unlink()
    with pytest.raises(StoreError, match=r"gateway\.db-wal holds the rest"):
        names(databases)
    with Keeper(folder / "gateway.db") as again:
        again.open()
        assert names(databases) == ["first"]


def test_there_is_none(databases: Databases) -> None:
    with pytest.raises(FileNotFoundError):
        names(databases)
    assert databases.version() is None


def test_nothing_is_written_even_by_who_could(keeper: Keeper, databases: Databases, folder: Path) -> None:
    """Nor is a damaged database marked: that is for who keeps it."""
    keeper.close()
    with (folder / "gateway.db").open("r+b") as opened:
        opened.seek(5 * 4096)
        opened.write(b"\xff" * (os.fstat(opened.fileno()).st_size - 5 * 4096))
    before = {part.name: part.stat().st_mtime_ns for part in folder.iterdir()}
    with pytest.raises(StoreCorrupt), databases.gateway() as database:
        names_in(database)
    assert {part.name: part.stat().st_mtime_ns for part in folder.iterdir()} == before


def test_reading_ends_in_time_and_the_connection_serves_the_next(keeper: Keeper, databases: Databases) -> None:
    with as_nobody(), pytest.raises(ReadingTooLong, match="takes too long"), databases.gateway(0.2) as database:
        database.read(ENDLESS)
    assert names(databases) == ["first"]


def test_readers_are_bounded_and_wait_for_each_other(keeper: Keeper, folder: Path) -> None:
    with closing(Databases(folder, SystemClock(), most=1)) as databases:
        begun, may_end, seen = Event(), Event(), list[list[str]]()

        def hold() -> None:
            with databases.gateway():
                begun.set()
                may_end.wait(10)

        holding, waiting = Thread(target=hold), Thread(target=lambda: seen.append(names(databases)))
        holding.start()
        assert begun.wait(10)
        with pytest.raises(DatabaseBusy), databases.gateway(0.05):
            pass
        waiting.start()
        may_end.set()
        holding.join()
        waiting.join()
        assert seen == [["first"]]


def test_the_daemon_s_checkpoint_goes_through_while_pages_are_open(keeper: Keeper, databases: Databases) -> None:
    """A connection that waits for the next page holds nothing; neither does one between two of its queries."""
    with as_nobody(), databases.gateway() as database:
        names_in(database)
        keeper.add("second")
        assert keeper.fold_log()
        assert names_in(database) == ["first", "second"]


def test_a_change_is_seen(keeper: Keeper, databases: Databases) -> None:
    with as_nobody():
        first = databases.version()
        assert first is not None
        assert databases.version() == first
        keeper.add("second")
        second = databases.version()
        assert second != first
        keeper.kill()
        assert databases.version() is not None
