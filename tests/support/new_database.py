"""A database as the migrations make it, without the second or two that they take on a slow disk."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from gateway.db import Database, open_database


def new_database(file: Path) -> Database:
    """The one that is there, or a new one."""
    put_new_database(file)
    return open_database(file)


def put_new_database(file: Path) -> None:
    """Unless one is there."""
    if not file.exists():
        file.write_bytes(_content())


@cache
def _content() -> bytes:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "gateway.db"
        open_database(file).close()
        assert [one.name for one in Path(folder).iterdir()] == [file.name]
        return file.read_bytes()
