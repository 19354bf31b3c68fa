"""Copies while somebody writes, and a database put back, cut off at every step."""

from __future__ import annotations

import errno
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from gateway.upgrade import databases, returning
from gateway.upgrade.state import KeptDatabase, Phase, UpgradeFolder, UpgradeState


def made(file: Path, version: int, *words: str) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE IF NOT EXISTS said (word TEXT)")
        connection.executemany("INSERT INTO said VALUES (?)", [(word,) for word in words])
        connection.execute(f"PRAGMA user_version = {version}")


def words(file: Path) -> list[str]:
    with closing(sqlite3.connect(file)) as connection:
        return [word for (word,) in connection.execute("SELECT word FROM said")]


@pytest.fixture
def kept(tmp_path: Path) -> KeptDatabase:
    file, backup = tmp_path / "gateway.db", tmp_path / "kept.db"
    made(file, 1, "old")
    databases.copy(file, backup)
    return KeptDatabase(str(file), str(backup), "/etc/station-gateway/gateway.yaml")


def test_what_is_committed_is_in_the_copy_and_what_is_not_is_not(tmp_path: Path) -> None:
    file = tmp_path / "gateway.db"
    made(file, 3, "committed")
    with closing(sqlite3.connect(file, isolation_level=None)) as writing:
        writing.execute("INSERT INTO said VALUES ('in the log')")
        writing.execute("BEGIN IMMEDIATE")
        writing.execute("INSERT INTO said VALUES ('not yet')")
        databases.copy(file, tmp_path / "copy.db")
        writing.execute("ROLLBACK")
    assert words(tmp_path / "copy.db") == ["committed", "in the log"]
    assert databases.version_of(tmp_path / "copy.db") == 3


def test_only_a_schema_that_moved_is_put_back(kept: KeptDatabase) -> None:
    assert not databases.moved(kept)
    made(Path(kept.file), 1, "new")
    assert not databases.moved(kept)
    made(Path(kept.file), 2)
    assert databases.moved(kept)


class Cut(Exception):
    """The power."""


@pytest.mark.parametrize("cut_at", range(12))
def test_cut_off_at_any_step_it_is_put_back_in_the_end_and_the_newer_one_is_kept(
    kept: KeptDatabase, tmp_path: Path, cut_at: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every rename is a step at which the power may go."""
    made(Path(kept.file), 2, "new")
    Path(f"{kept.file}-wal").write_bytes(b"a log")
    folder = UpgradeFolder(tmp_path / "upgrade")
    folder.path.mkdir()
    state = UpgradeState(Phase.RETURNING, "1.0", "2.0", "boot", 0, (), (), {}, (kept,))
    folder.write(state)
    monkeypatch.setattr(databases, "moved", lambda one: words_if_there(Path(one.file)) != ["old"])
    steps = 0
    replace_file = Path.replace

    def replace(self: Path, target: Path) -> Path:
        nonlocal steps
        steps += 1
        if steps == cut_at:
            raise Cut
        return replace_file(self, target)

    monkeypatch.setattr(Path, "replace", replace)
    for _ in range(2):
        try:
            returning._put_back(folder, folder.read() or state, kept)
        except Cut:
            continue
    monkeypatch.setattr(Path, "replace", replace_file)
    newer = Path(f"{kept.file}.newer-2.0")
    assert words(Path(kept.file)) == ["old"]
    assert Path(f"{newer}-wal").read_bytes() == b"a log"
    Path(f"{newer}-wal").unlink()
    assert words(newer) == ["old", "new"]
    assert f"placed {kept.file}" in (folder.read() or state).done


def test_a_copy_on_another_disk_is_copied_back(kept: KeptDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    made(Path(kept.file), 2, "new")
    databases.set_aside(kept, "2.0")
    replace_file = Path.replace

    def replace(self: Path, target: Path) -> Path:
        if self == Path(kept.backup):
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        return replace_file(self, target)

    monkeypatch.setattr(Path, "replace", replace)
    databases.put_back(kept, "2.0")
    assert (words(Path(kept.file)), words(Path(kept.backup))) == (["old"], ["old"])


def words_if_there(file: Path) -> list[str]:
    """Without SQLite's own look at the log, which is none here."""
    if not file.exists():
        return []
    copy = file.with_name("look.db")
    copy.write_bytes(file.read_bytes())
    return words(copy)
