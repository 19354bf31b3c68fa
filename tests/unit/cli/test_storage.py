"""Who may look into the station's database, who may leave something there, and what the others are told."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import closing
from functools import cache
from pathlib import Path

import pytest

from gateway.cli.storage import open_storage
from gateway.config import Configuration, load
from gateway.core.errors import GatewayError
from gateway.db import connection, migrations, open_database
from tests.support.live.configuration import Server, Wanted, write
from tests.support.unprivileged import as_nobody

INSTRUMENTS = {"plc": {"host": "127.0.0.1", "port": 502}, "bus": {"device": "/dev/ttyUSB0"}}
PROVINCE = Wanted("province", Server("sftp", "127.0.0.1", 22, "nuo001", "secret", f"SHA256:{'A' * 43}"))
BETTER = r"run this as root or as the gateway's user"


@pytest.fixture
def station() -> Iterator[Configuration]:
    """A station whose folder everybody may enter and read, as the group of the gateway's user may."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        configuration = load(write(Path(folder), INSTRUMENTS, [PROVINCE]))
        configuration.storage.path.mkdir(mode=0o755)
        yield configuration


@pytest.fixture(autouse=True)
def _schema_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """An installed gateway's own files can be read by everybody; this project may lie where nobody may look."""
    once = cache(migrations.migrations_of)
    for module in (migrations, connection):
        monkeypatch.setattr(module, "migrations_of", once)


def file_of(station: Configuration) -> Path:
    return station.storage.path / "gateway.db"


def test_a_gateway_that_never_ran(station: Configuration) -> None:
    with pytest.raises(GatewayError, match="the gateway has never run here"):
        open_storage(station)


@pytest.mark.parametrize("to_change", [False, True])
def test_a_file_in_place_of_the_folder_is_no_traceback(station: Configuration, to_change: bool) -> None:
    station.storage.path.rmdir()
    station.storage.path.write_text("not a folder")
    with pytest.raises(GatewayError, match=r"cannot be read \(Not a directory\); check storage.path"):
        open_storage(station, to_change=to_change)


@pytest.mark.parametrize("to_change", [False, True])
def test_a_folder_that_one_may_not_enter_is_no_traceback(station: Configuration, to_change: bool) -> None:
    open_database(file_of(station)).close()
    station.storage.path.chmod(0o000)
    try:
        with as_nobody(), pytest.raises(GatewayError, match=rf"cannot be read \(Permission denied\); {BETTER}"):
            open_storage(station, to_change=to_change)
    finally:
        station.storage.path.chmod(0o755)


@pytest.mark.root
def test_who_may_read_looks_in_while_the_gateway_runs(station: Configuration) -> None:
    with closing(open_database(file_of(station))), as_nobody(), closing(open_storage(station)) as seen:
        assert seen.read("SELECT count(*) FROM run") == [(0,)]


@pytest.mark.root
def test_who_may_only_read_looks_in_also_once_the_gateway_was_stopped(station: Configuration) -> None:
    """SQLite said: attempt to write a readonly database."""
    open_database(file_of(station)).close()
    with as_nobody(), closing(open_storage(station)) as seen:
        assert seen.read("SELECT count(*) FROM run") == [(0,)]


@pytest.mark.root
def test_who_may_only_read_changes_nothing(station: Configuration) -> None:
    with (
        closing(open_database(file_of(station))),
        as_nobody(),
        pytest.raises(GatewayError, match=f"changed by its owner only; {BETTER}"),
    ):
        open_storage(station, to_change=True)
