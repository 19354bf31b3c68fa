"""A recorder's database of its own for every test that asks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.cameras.database import open_cameras_database
from gateway.db import Database


@pytest.fixture
def cameras(tmp_path: Path) -> Iterator[Database]:
    database = open_cameras_database(tmp_path)
    yield database
    assert database.read("PRAGMA integrity_check") == [("ok",)]
    database.close()
