"""`gateway cameras reference` as a person types it, beside a recorder that obeys, or does not."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner, Result

from gateway.cameras.catalog.database import open_cameras_database
from gateway.cameras.pictures.usual_pictures import UsualPictureStore
from gateway.cli.cameras import cameras
from gateway.core.errors import GatewayError
from gateway.runtime import lock
from tests.support.clock import FakeClock
from tests.support.live.configuration import Server, Wanted, write
from tests.support.recorded import NOW_MS, add_cameras, fill

INSTRUMENTS = {"plc": {"host": "127.0.0.1", "port": 502}, "bus": {"device": "/dev/ttyUSB0"}}
PROVINCE = Wanted("province", Server("sftp", "127.0.0.1", 22, "nuo001", "secret", f"SHA256:{'A' * 43}"))


@pytest.fixture
def station(tmp_path: Path) -> Path:
    configuration = write(tmp_path, INSTRUMENTS, [PROVINCE])
    add_cameras(configuration, tmp_path / "video")
    fill(tmp_path / "storage")
    return configuration


@pytest.fixture(autouse=True)
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> dict[str, Callable[[], object]]:
    """Time passes while the command waits, and somebody may act meanwhile."""
    clock = FakeClock(wall_ms=NOW_MS)
    acts: dict[str, Callable[[], object]] = {"act": lambda: None}

    class Pause:
        def wait(self, seconds: float) -> None:
            clock.advance(seconds)
            acts["act"]()

    monkeypatch.setattr("gateway.runtime.clock.SystemClock", lambda: clock)
    command = sys.modules["gateway.cli.cameras.reference"]  # whose name is also the command's in its package
    monkeypatch.setattr(command, "threading", SimpleNamespace(Event=Pause))
    return acts


def typed(station: Path, *words: str) -> Result:
    return CliRunner().invoke(cameras, ["reference", *words, "-c", str(station)])


def test_a_reference_is_shown_and_written_out(station: Path) -> None:
    assert "no reference picture yet" in typed(station, "outlet").output
    assert isinstance(typed(station, "outlet", "-o", str(station.parent / "x.png")).exception, GatewayError)
    database = open_cameras_database(station.parent / "storage")
    UsualPictureStore(database).keep_reference("outlet", b"png", NOW_MS)
    database.close()
    assert "outlet: reference picture of 2026-01-05 10:00:00" in typed(station, "outlet").output
    shown = json.loads(typed(station, "outlet", "--json").stdout)
    assert shown == {"camera": "outlet", "taken": "2026-01-05T10:00:00.000+07:00", "asked_for": None}
    assert typed(station, "outlet", "-o", str(station.parent / "x.png")).exit_code == 0
    assert (station.parent / "x.png").read_bytes() == b"png"
    both = typed(station, "outlet", "-o", str(station.parent / "y.png"), "--json")
    assert json.loads(both.stdout) == shown
    assert typed(station, "outlet", "-o", "-", "--json").exit_code == 2


def test_a_running_recorder_takes_a_new_one(station: Path, meanwhile: dict[str, Callable[[], object]]) -> None:
    storage = station.parent / "storage"
    database = open_cameras_database(storage)
    store = UsualPictureStore(database)
    meanwhile["act"] = lambda: store.keep_reference("outlet", b"new", NOW_MS + 5000)
    with lock.hold(storage, lock.CAMERAS_LOCK):
        done = typed(station, "outlet", "--now")
    database.close()
    assert (done.exit_code, "2026-01-05 10:00:05" in done.output) == (0, True)


def test_a_camera_that_shows_nothing_keeps_nobody_waiting_for_ever(station: Path) -> None:
    with lock.hold(station.parent / "storage", lock.CAMERAS_LOCK):
        done = typed(station, "outlet", "--now")
    assert "will be taken" in str(done.exception)
    assert "a new one was asked for" in typed(station, "outlet").output


def test_without_a_recorder_nothing_is_asked_for(station: Path) -> None:
    assert "is not running" in str(typed(station, "outlet", "--now").exception)
    assert "asked for" not in typed(station, "outlet").output


def test_a_camera_that_nobody_knows_or_looks_at(station: Path) -> None:
    assert typed(station, "outfall").exit_code == 2
    station.write_text(
        station.read_text().replace("stream1", "stream1", 1).replace('stream1"}', 'stream1", health: off}', 1)
    )
    done = typed(station, "outlet")
    assert done.exit_code == 2
    assert "health: off" in done.output
