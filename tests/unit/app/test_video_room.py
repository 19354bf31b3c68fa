"""Where video lies on the readings' disk, what readings still need of it is left free, and `check` says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.app import video_room
from gateway.app.video_room import check_room, readings_bytes, readings_room, still_needed_bytes, video_rules
from gateway.cameras.disk.disk_room import DiskRoom
from gateway.config import CamerasSettings, Configuration, load
from gateway.db.reserve import RESERVE_BYTES
from tests.unit.config.wording import ENVIRON, STATION

GB = 10**9
SECTIONS = """\
storage: {{path: {folder}/storage}}
cameras:
  storage: {{path: {folder}/video, leave_free: 1GB, pinned: 1GB}}
  list:
    - {{name: outlet, url: "rtsp://192.168.1.31/stream1", user: gw, password: {{env: SO_TNMT}}}}
"""


def station(folder: Path, parameters: int = 1, poll: str = "1s") -> tuple[Configuration, CamerasSettings]:
    """With so many parameters, all of one instrument."""
    lines = "".join(
        f'      - {{symbol: P{n}, unit: mg/L, register: "holding:{2 * n}", type: float32, custom: true}}\n'
        for n in range(parameters)
    )
    begin, end = STATION.index("instruments:"), STATION.index("destinations:")
    instrument = f"instruments:\n  - name: probe\n    link: plc\n    poll: {poll}\n    parameters:\n{lines}"
    file = folder / "gateway.yaml"
    file.write_text(STATION[:begin] + instrument + STATION[end:] + SECTIONS.format(folder=folder), "utf-8")
    (folder / "storage").mkdir(exist_ok=True)
    configuration = load(file, ENVIRON)
    assert configuration.cameras is not None
    return configuration, configuration.cameras


def shared(monkeypatch: pytest.MonkeyPatch, *, is_shared: bool, free: int = 900 * GB) -> None:
    monkeypatch.setattr(video_room, "room_of", lambda _path, _storage: DiskRoom(1000 * GB, free, is_shared))
    monkeypatch.setattr(
        "gateway.cameras.keeping.room_watch.room_of", lambda _path, _storage: DiskRoom(1000 * GB, free, is_shared)
    )


def test_what_a_large_station_keeps_is_estimated_as_it_was_measured(tmp_path: Path) -> None:
    """Sixty parameters a second take 13 MB a day."""
    configuration, _ = station(tmp_path, 60)
    assert 90 * 13e6 < readings_bytes(configuration) < 4 * 90 * 13e6


def test_a_station_that_is_polled_slowly_needs_little(tmp_path: Path) -> None:
    configuration, _ = station(tmp_path, 3, "60s")
    assert readings_bytes(configuration) < 0.3 * GB


def test_on_a_disk_of_its_own_video_leaves_what_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shared(monkeypatch, is_shared=False)
    assert video_rules(*station(tmp_path, 60)).leave_free == GB


def test_on_the_readings_disk_it_leaves_what_they_still_need(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shared(monkeypatch, is_shared=True)
    configuration, cameras = station(tmp_path, 60)
    needed = still_needed_bytes(configuration)
    assert video_rules(configuration, cameras).leave_free == needed == readings_bytes(configuration) + RESERVE_BYTES
    with (tmp_path / "storage/gateway.db").open("wb") as database:
        database.truncate(GB)
    assert still_needed_bytes(configuration) == needed - GB
    assert readings_room(configuration, cameras) == GB // 2


def test_check_says_what_is_short_and_what_would_help(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    configuration, cameras = station(tmp_path, 60)
    shared(monkeypatch, is_shared=False, free=3000 * GB)
    assert check_room(configuration, cameras, None, 0).problems() == []
    shared(monkeypatch, is_shared=False)
    ((wrong, right),) = check_room(configuration, cameras, None, 0).problems()
    assert wrong.startswith("92 days of video need 1.99 TB, there is room for 898 GB (42 days), it is full on ")
    assert wrong.endswith(", at 2 Mb/s a camera that was not measured yet")
    assert right == "a disk that is larger by 1.09 TB, or at most 0.90 Mb/s a camera"
    shared(monkeypatch, is_shared=True, free=GB)
    told = check_room(configuration, cameras, None, 0)
    assert told.is_shared
    assert [right for _, right in told.problems()][-1] == "give video a disk of its own"
