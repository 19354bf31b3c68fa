"""The command as a user meets it."""

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import paramiko
import pytest

import stationsim


def command(*arguments: str) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "stationsim", *arguments]
    return subprocess.run(line, capture_output=True, text=True, timeout=10, check=False)


def test_version() -> None:
    done = command("--version")
    assert (done.returncode, done.stdout) == (0, f"{stationsim.__version__}\n")


def test_check_of_a_good_scenario(tmp_path: Path, small_scenario: str) -> None:
    path = tmp_path / "s.yaml"
    path.write_text(small_scenario, encoding="utf-8")
    done = command("check", str(path))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "small: 3 parameters; instruments: plc, bus; authorities: province, ministry\n"


def test_list_names_the_bundled_stations_and_check_takes_a_name() -> None:
    done = command("list")
    assert (done.returncode, done.stderr) == (0, "")
    lines = dict(line.split(": ", 1) for line in done.stdout.splitlines())
    assert lines.keys() == {
        "acceptance",
        "ambient-air",
        "coach-station",
        "emission",
        "load-60",
        "surface-water",
        "wastewater",
    }
    assert lines["emission"] == "emission, 8 parameters; ak, ascii, modbus-tcp"
    done = command("check", "emission")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "emission: 8 parameters; instruments: analyser, dust, plc; authorities: province\n"


def test_a_name_that_is_none_is_one_line() -> None:
    done = command("run", "sea")
    assert (done.returncode, done.stdout) == (2, "")
    names = "acceptance, ambient-air, coach-station, emission, load-60, surface-water, wastewater"
    assert done.stderr == f"sea: neither a file nor a bundled scenario; bundled are {names}\n"


@pytest.mark.parametrize("verb", ["check", "run"])
def test_bad_scenario_is_two_lines_without_a_traceback(verb: str, tmp_path: Path, small_scenario: str) -> None:
    path = tmp_path / "s.yaml"
    path.write_text(small_scenario.replace("seed: 7", "seed: x").replace("float32", "float"), encoding="utf-8")
    done = command(verb, str(path))
    assert (done.returncode, done.stdout) == (2, "")
    first, second = done.stderr.splitlines()
    assert first.startswith(f"{path}:3: seed: input should be a valid integer")
    assert second.startswith(f"{path}:13: instruments[0].units[1].parameters.pH.type: input should be 'bool'")


def test_a_port_that_is_taken_is_said_and_nothing_is_left_behind(tmp_path: Path, small_scenario: str) -> None:
    path = tmp_path / "s.yaml"
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        text = small_scenario.replace("type: modbus-tcp", f"type: modbus-tcp\n    listen: 127.0.0.1:{port}")
        path.write_text(text, encoding="utf-8")
        done = command("run", str(path), "--out", str(tmp_path / "out"))
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    told = done.stderr.splitlines()[-1]
    assert f"('127.0.0.1', {port})" in told
    assert "address already in use" in told


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly_and_soon_in_the_middle_of_sessions(
    number: int, start_station: Callable[..., Any]
) -> None:
    station = start_station()
    plc = station.ready["instruments"]["plc"]
    access = station.ready["authorities"]["province"]["sftp"]
    ftp = station.ready["authorities"]["ministry"]["ftps"]
    transport = paramiko.Transport((access["host"], access["port"]))
    with (
        socket.create_connection((plc["host"], plc["port"])),
        socket.create_connection((ftp["host"], ftp["port"])),
    ):
        transport.connect(username=access["user"], password=access["password"])
        client = paramiko.SFTPClient.from_transport(transport)
        assert client is not None
        client.open("half.part", "wb").write(b"x")
        started_s = time.monotonic()
        code, errors = station.stop(number)
        taken_s = time.monotonic() - started_s
    transport.close()
    assert code == 0
    assert taken_s < 2
    assert "Traceback" not in errors
    assert not (station.out / "bus.pty").is_symlink()
    finals = [event["authority"] for event in station.rest() if event.get("final")]
    assert finals == ["province", "ministry"]


def test_seconds_end_it_by_itself(start_station: Callable[..., Any], small_scenario: str) -> None:
    station = start_station(small_scenario, "--seconds", "0.5")
    assert station.process.wait(timeout=5) == 0
    assert station.stop()[0] == 0
    assert station.rest()[-1]["final"] is True


def test_started_again_in_its_folder_it_has_the_same_keys_and_goes_on(
    start_station: Callable[..., Any], tmp_path: Path, small_scenario: str
) -> None:
    first = start_station(small_scenario, out=tmp_path)
    first.stop()
    second = start_station(small_scenario, out=tmp_path)
    second.stop()
    province, ministry = (
        [run.ready["authorities"][name] for run in (first, second)] for name in ("province", "ministry")
    )
    assert province[0]["sftp"]["host_key"] == province[1]["sftp"]["host_key"]
    assert ministry[0]["ftps"]["ca"] == ministry[1]["ftps"]["ca"]
