"""A recorder's database of its own for every test that asks."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.cameras.catalog.database import cameras_file, open_cameras_database
from gateway.db import Database


@pytest.fixture(scope="session")
def empty_cameras(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database in which nothing is yet: to make one takes a third of a second, to copy it none."""
    folder = tmp_path_factory.mktemp("cameras")
    open_cameras_database(folder).close()
    return cameras_file(folder)


@pytest.fixture
def cameras(tmp_path: Path, empty_cameras: Path) -> Iterator[Database]:
    shutil.copyfile(empty_cameras, cameras_file(tmp_path))
    database = open_cameras_database(tmp_path)
    yield database
    assert database.read("PRAGMA integrity_check") == [("ok",)]
    database.close()
