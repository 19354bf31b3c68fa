"""Cameras in a scenario: what does not fit is told with its line; a station shows where they are, or why none is."""

import os
import socket
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import psutil
import pytest

from stationsim.cameras.encode import cache_folder
from stationsim.cameras.faults import CameraFault, CameraFaultKind, CameraFaultPlan
from stationsim.cameras.sound import a_law
from stationsim.scenario_file import ScenarioError, load

STATION = """\
name: cameras
seed: 7
slot: 10s
station: {province: HN, facility: ABCD, code: NUO001, kind: wastewater}
cameras:
  - name: outlet
    size: 320x240
    fps: 10
    user: gw
    password: geheim
    faults:
      - {at: 1s, for: 2s, kind: silence}
  - name: inlet
    codec: h265
    size: 320x240
"""


@pytest.mark.parametrize(
    ("was", "becomes", "fault"),
    [
        ("kind: silence", "kind: silense", "12: cameras[0].faults[0].kind: input should be 'freeze', 'black'"),
        ("name: inlet", "name: outlet", "13: cameras[1].name: 'outlet' stands twice"),
        ("    password: geheim\n", "", "6: cameras[0]: user and password belong together"),
        ("codec: h265", "codec: vp9", "14: cameras[1].codec: input should be 'h264' or 'h265'"),
        ("size: 320x240", "size: big", "7: cameras[0].size: "),
        ("size: 320x240", "size: 321x240", "7: cameras[0].size: sides are even numbers"),
        ("at: 1s, for: 2s, ", "for: 2s, ", "12: cameras[0].faults[0]: when? give at, or a chance in each second"),
        ("kind: silence", "kind: silence, by: 2s", "faults[0]: silence has no by; it belongs to backward"),
        ("kind: silence", "kind: resolution", "faults[0]: resolution needs a size, such as 640x480"),
        ("kind: silence", "kind: resolution, size: 320x240", "faults[0].size: outlet shows 320x240 as it is"),
        ("kind: silence", "kind: cut, every: 3s", "faults[0].every: is not shorter than the fault itself"),
        ("codec: h265", "faults: [{at: 0s, kind: wrong_password}]", "inlet asks nobody for a password"),
        (
            "cameras:\n",
            "cameras:\n  - {name: x, port: 8554}\n  - {name: y, port: 8554}\n",
            "[1].port: 8554 is x's already",
        ),
        ("  - name: outlet", "  - name: outlet\n    fsp: 3", "cameras[0].fsp: unknown key; did you mean 'fps'?"),
    ],
)
def test_what_does_not_fit(tmp_path: Path, was: str, becomes: str, fault: str) -> None:
    assert was in STATION
    path = tmp_path / "s.yaml"
    path.write_text(STATION.replace(was, becomes, 1), encoding="utf-8")
    with pytest.raises(ScenarioError) as raised:
        load(path)
    assert any(fault in line for line in raised.value.lines), raised.value.lines


def port_of(camera: dict[str, str]) -> int:
    return int(camera["url"].removeprefix("rtsp://127.0.0.1:").removesuffix("/stream1"))


def test_a_camera_of_a_station_speaks_onvif_where_it_says(start_station: Callable[..., Any]) -> None:
    text = STATION.replace("    codec: h265\n", '    onvif: {clock_offset: "-2h", path: /onvif/device}\n')
    cameras = start_station(text.replace("    fps: 10\n", "    fps: 10\n    onvif: true\n")).ready["cameras"]
    assert cameras["outlet"]["onvif"].endswith("/onvif/device_service")
    host, _, path = cameras["inlet"]["onvif"].removeprefix("http://").partition("/")
    assert path == "onvif/device"
    with socket.create_connection((host.split(":")[0], int(host.split(":")[1])), timeout=10) as line:
        line.sendall(f"POST /{path} HTTP/1.0\r\nContent-Length: 2\r\n\r\n<>".encode())
        assert line.recv(4096).startswith(b"HTTP/1.0 400")


def test_a_station_says_where_its_cameras_are_and_outlives_them(start_station: Callable[..., Any]) -> None:
    running = start_station(STATION)
    cameras = running.ready["cameras"]
    assert cameras["outlet"] | {"url": ""} == {"url": "", "user": "gw", "password": "geheim"}
    for camera in cameras.values():
        with socket.create_connection(("127.0.0.1", port_of(camera)), timeout=10) as line:
            line.sendall(f"OPTIONS {camera['url']} RTSP/1.0\r\nCSeq: 1\r\n\r\n".encode())
            assert line.recv(4096).startswith(b"RTSP/1.0 ")
    children = [child for child in psutil.Process(running.process.pid).children() if "child.py" in child.cmdline()[-1]]
    assert len(children) == 2
    children[0].kill()
    time.sleep(1.0)  # some looks later
    assert running.process.poll() is None
    code, errors = running.stop()
    assert code == 0
    assert "outlet has ended" in errors
    assert not any(child.is_running() and child.status() != psutil.STATUS_ZOMBIE for child in children)


def test_a_station_runs_without_cameras_and_says_why(
    start_station: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STATION_SIM_PYTHON", "/nowhere/python3")
    running = start_station(STATION)
    assert running.ready["cameras"]["outlet"]["missing"].startswith("GStreamer's RTSP server is missing: apt-get")


def test_pictures_are_kept_where_the_user_may_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert cache_folder() == tmp_path / "cache/station-sim"
    assert cache_folder().is_dir()
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert cache_folder() == tmp_path / f"station-sim-{os.getuid()}"


def test_faults_by_chance_come_as_often_as_they_should_and_the_same_with_the_same_seed() -> None:
    def seconds(seed: str) -> list[int]:
        plan = CameraFaultPlan([CameraFault(CameraFaultKind.CUT, chance=0.1)], seed)
        return [second for second in range(2000) if plan.active(second + 0.5)]

    first = seconds("7:outlet")
    assert first == seconds("7:outlet")
    assert first != seconds("8:outlet")
    assert 150 < len(first) < 250


def test_of_two_faults_of_a_kind_the_later_one_counts_and_one_can_be_ended() -> None:
    kind = CameraFaultKind.LOSS
    plan = CameraFaultPlan([CameraFault(kind, 1, 9, share=0.1), CameraFault(kind, 2, 5, share=0.2)], "")
    assert [plan.active(at)[kind].share for at in (1.5, 2.5, 6)] == [0.1, 0.2, 0.1]
    plan.begin(CameraFault(CameraFaultKind.BLACK), 6.5, 1)
    assert set(plan.active(7)) == {kind, CameraFaultKind.BLACK}
    plan.end(kind, 7)
    assert set(plan.active(7.2)) == {CameraFaultKind.BLACK}
    assert plan.active(7.5) == {}


def test_a_law_is_what_g711_says() -> None:
    assert [a_law(sample) for sample in (0, -1, 8, -9, 32767, -32768)] == [0xD5, 0x55, 0xD5, 0x55, 0xAA, 0x2A]
    codes = [a_law(sample) ^ 0x55 for sample in range(0, 32768, 16)]
    assert all(a <= b for a, b in pairwise(codes))
    assert len(set(codes)) == 128
