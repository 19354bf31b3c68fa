"""What was planted under a name of ours is refused, left as it is, and never waited for."""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from gateway.core.errors import GatewayError
from gateway.db import open_database, reserve, suspect
from gateway.db.before_opening import LogReport, look_at_log
from gateway.db.connection import _set_aside
from gateway.db.migrations import migrate
from gateway.reports.atomic_output import atomic_file, atomic_folder
from gateway.runtime import lock
from gateway.runtime.plain_file import NoPlainFile, make_plain_file, open_plain_file
from gateway.runtime.storage_folder import make_storage_folder

PRECIOUS = "somebody's, and precious"


def _link(place: Path, outside: Path) -> None:
    place.symlink_to(outside / "precious")


def _dangling(place: Path, outside: Path) -> None:
    place.symlink_to(outside / "new")


def _folder(place: Path, outside: Path) -> None:
    place.mkdir()


def _pipe(place: Path, outside: Path) -> None:
    os.mkfifo(place)


def _socket(place: Path, outside: Path) -> None:
    os.mknod(place, stat.S_IFSOCK | 0o600)  # bound to it could be no path of more than 107 bytes


def _device(place: Path, outside: Path) -> None:
    try:
        os.mknod(place, stat.S_IFCHR | 0o666, os.makedev(1, 7))  # full: whatever is written to it fails
    except PermissionError:
        pytest.skip("only root makes devices")


Plant = Callable[[Path, Path], None]
PLANTS = [_link, _dangling, _folder, _pipe, _socket, _device]


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    folder = tmp_path / "outside"
    folder.mkdir()
    (folder / "precious").write_text(PRECIOUS)
    return folder


@pytest.fixture
def storage(tmp_path: Path) -> Path:
    folder = tmp_path / "storage"
    folder.mkdir()
    return folder


def assert_untouched(outside: Path) -> None:
    assert {one.name: one.read_text() for one in outside.iterdir()} == {"precious": PRECIOUS}


@pytest.mark.parametrize("plant", PLANTS)
def test_a_lock_that_is_no_file_is_refused_and_left_alone(plant: Plant, storage: Path, outside: Path) -> None:
    """The lock's file was opened for writing: what a symbolic link led to was emptied, or made."""
    plant(storage / "gateway.lock", outside)
    before = (storage / "gateway.lock").lstat()
    with pytest.raises(GatewayError, match=r"gateway\.lock is a .*; remove it"):
        make_storage_folder(storage)
    with pytest.raises(GatewayError, match=r"gateway\.lock cannot be used as the lock .*: is a "):
        lock.hold(storage)
    assert not lock.is_held(storage)
    after = (storage / "gateway.lock").lstat()
    assert (after.st_mode, after.st_ino, after.st_mtime_ns) == (before.st_mode, before.st_ino, before.st_mtime_ns)
    assert_untouched(outside)


def test_a_lock_loses_none_of_its_bytes(storage: Path, outside: Path) -> None:
    os.link(outside / "precious", storage / "gateway.lock")
    lock.hold(storage).close()
    assert_untouched(outside)


def test_a_lock_of_somebody_else_is_refused(storage: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root gives files away")
    (storage / "gateway.lock").touch()
    os.chown(storage / "gateway.lock", 12345, -1)
    with pytest.raises(GatewayError, match=r"belongs to another user \(12345\)"):
        lock.hold(storage)
    os.chown(storage, 12345, -1)  # started by root in the folder of the gateway's user
    lock.hold(storage).close()


@pytest.mark.parametrize("plant", PLANTS)
def test_the_reserve_is_never_written_through_what_was_planted(plant: Plant, storage: Path, outside: Path) -> None:
    plant(storage / "gateway.reserve.part", outside)
    reserve.hold(storage, 4096)
    assert_untouched(outside)
    if plant is not _folder:
        assert reserve.is_held(storage)
        assert stat.S_IMODE((storage / "gateway.reserve").stat().st_mode) == 0o600


def test_what_bears_the_reserves_name_and_is_no_file_is_no_reserve(storage: Path, outside: Path) -> None:
    _link(storage / "gateway.reserve", outside)
    assert not reserve.is_held(storage)
    assert reserve.hold(storage, 4096)
    assert reserve.is_held(storage)
    assert_untouched(outside)


@pytest.mark.parametrize("plant", PLANTS)
def test_marking_a_damaged_database_touches_nothing_else(plant: Plant, storage: Path, outside: Path) -> None:
    """And a mark that cannot be removed is no reason not to start."""
    plant(storage / "gateway.db.suspect", outside)
    suspect.mark(storage / "gateway.db")
    assert_untouched(outside)
    suspect.unmark(storage / "gateway.db")
    open_database(storage / "gateway.db").close()
    assert_untouched(outside)


@pytest.mark.parametrize("plant", PLANTS)
def test_a_database_that_is_no_file_is_refused(plant: Plant, storage: Path, outside: Path) -> None:
    plant(storage / "gateway.db", outside)
    for read_only in (False, True):
        with pytest.raises(GatewayError, match=r"gateway\.db is a .*storage\.path"):
            open_database(storage / "gateway.db", read_only=read_only)
    assert_untouched(outside)


@pytest.mark.parametrize("suffix", ["", "-wal", "-shm"])
@pytest.mark.parametrize("plant", PLANTS)
def test_what_bears_the_name_of_a_part_of_the_database_is_refused_unread(
    plant: Plant, suffix: str, storage: Path, outside: Path
) -> None:
    """The log is looked at before the database is opened: of a pipe the daemon would wait for ever."""
    open_database(storage / "gateway.db").close()
    (storage / f"gateway.db{suffix}").unlink(missing_ok=True)
    plant(storage / f"gateway.db{suffix}", outside)
    assert look_at_log(storage / "gateway.db") == LogReport()
    with pytest.raises(GatewayError, match=rf"gateway\.db{suffix} is a "):
        open_database(storage / "gateway.db")
    assert_untouched(outside)


@pytest.mark.parametrize("name", ["gateway.db.before-2", "gateway.db.before-2.part", "gateway.db.before-1"])
@pytest.mark.parametrize("plant", PLANTS)
def test_a_copy_before_a_new_schema_is_written_nowhere_else(
    plant: Plant, name: str, storage: Path, outside: Path, tmp_path: Path
) -> None:
    older = tmp_path / "schema"
    older.mkdir()
    (older / "0001_first.sql").write_text("CREATE TABLE one (id INTEGER PRIMARY KEY) STRICT;")
    migrate(storage / "gateway.db", older, lambda: None)
    (storage / "gateway.db").chmod(0o640)
    (older / "0002_second.sql").write_text("CREATE TABLE two (id INTEGER PRIMARY KEY) STRICT;")
    plant(storage / name, outside)
    migrate(storage / "gateway.db", older, lambda: None)
    with closing(sqlite3.connect(storage / "gateway.db")) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (2,)
    copy = storage / "gateway.db.before-2"
    if plant is not _folder:
        assert stat.S_IMODE(copy.lstat().st_mode) == 0o640
    assert_untouched(outside)


@pytest.mark.parametrize("suffix", ["", "-wal"])
@pytest.mark.parametrize("plant", PLANTS)
def test_a_database_is_set_aside_under_a_name_that_nothing_has(
    plant: Plant, suffix: str, storage: Path, outside: Path
) -> None:
    plant(storage / f"gateway.db.corrupt-1{suffix}", outside)
    for name in ("gateway.db", "gateway.db-wal"):
        (storage / name).write_text(name)
    _set_aside(storage / "gateway.db", "for a test")
    assert (storage / "gateway.db.corrupt-2").read_text() == "gateway.db"
    assert (storage / "gateway.db.corrupt-2-wal").read_text() == "gateway.db-wal"
    assert_untouched(outside)


def test_a_new_file_takes_a_links_place_and_never_its_targets(storage: Path, outside: Path) -> None:
    os.link(outside / "precious", storage / "ours")
    os.close(make_plain_file(storage / "ours", 0o640))
    assert (storage / "ours").read_bytes() == b""
    assert_untouched(outside)
    with pytest.raises(NoPlainFile):
        open_plain_file(storage, os.O_RDONLY)


@pytest.mark.parametrize("overwrite", [False, True])
@pytest.mark.parametrize("plant", PLANTS)
def test_a_report_replaces_a_link_if_asked_and_nothing_that_is_no_file(
    plant: Plant, overwrite: bool, storage: Path, outside: Path
) -> None:
    """Run by root with --force, `-o /dev/null` made a file of it."""
    out = storage / "report.html"
    plant(out, outside)
    if overwrite and plant in (_link, _dangling):
        with atomic_file(out, overwrite=True) as beside:
            beside.write_text("report")
        assert not out.is_symlink()
        assert out.read_text() == "report"
    else:
        before = out.lstat()
        with pytest.raises(GatewayError, match="is a |exists"), atomic_file(out, overwrite=overwrite):
            raise AssertionError("there is nothing to write to")
        assert out.lstat().st_ino == before.st_ino
    assert_untouched(outside)


def test_an_export_never_leaves_its_folder_by_a_link(storage: Path, outside: Path) -> None:
    (storage / "2026").symlink_to(outside)
    (storage / "mine.txt").touch()

    def export() -> None:
        with atomic_folder(storage, overwrite=True) as beside:
            (beside / "2026").mkdir()
            (beside / "2026" / "precious").write_text("ours")

    with pytest.raises(GatewayError, match="leads out of"):
        export()
    assert_untouched(outside)
