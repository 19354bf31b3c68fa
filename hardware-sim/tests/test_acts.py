"""What a person does by hand to a station that runs, by the real command, and cuts of a line by the scenario."""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import paramiko
import pytest


def act(out: Path, *words: str) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "stationsim", "act", str(out), *words]
    return subprocess.run(line, capture_output=True, text=True, timeout=20, check=False)


def listens(access: dict[str, Any]) -> bool:
    try:
        socket.create_connection((access["host"], access["port"]), 2).close()
    except OSError:
        return False
    return True


def status_code(plc: dict[str, Any]) -> int:
    """Register 100 of unit 1, by hand: Modbus TCP, function 3."""
    with socket.create_connection((plc["host"], plc["port"]), 5) as line:
        line.sendall(bytes.fromhex("000100000006010300640001"))
        answer = line.recv(64)
    return int.from_bytes(answer[-2:], "big")


def test_a_line_is_cut_and_put_back_where_it_was(station: Any) -> None:
    access = station.ready["authorities"]["province"]
    session = paramiko.Transport((access["sftp"]["host"], access["sftp"]["port"]))
    session.connect(username="nuo001", password="first")
    assert act(station.out, "cut", "province").returncode == 0
    assert not any(listens(access[one]) for one in ("sftp", "ftp"))
    session.join(5)
    assert not session.is_active()
    assert listens(station.ready["authorities"]["ministry"]["ftps"])
    assert act(station.out, "restore", "province").returncode == 0
    again = paramiko.Transport((access["sftp"]["host"], access["sftp"]["port"]))
    again.connect(username="nuo001", password="first")
    shown = again.get_remote_server_key().fingerprint
    again.close()
    assert shown == access["sftp"]["host_key"]
    assert listens(access["ftp"])


def test_an_instrument_says_what_it_is_set_to_until_it_measures_again(station: Any) -> None:
    plc = station.ready["instruments"]["plc"]
    for word, code in (("calibrating", 1), ("measuring", 0), ("fault", 2), ("measuring", 0)):
        assert act(station.out, word, "plc/1").returncode == 0
        assert status_code(plc) == code


def test_a_plug_is_pulled_and_put_back(station: Any) -> None:
    plc = station.ready["instruments"]["plc"]
    assert act(station.out, "unplug", "plc").returncode == 0
    assert not listens(plc)
    assert act(station.out, "plug", "plc").returncode == 0
    assert status_code(plc) == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("burn", "plc"), "nobody can 'burn' anything"),
        (("cut", "nowhere"), "there is no 'nowhere'; there are province, ministry"),
        (("fault", "plc/x"), "'x' is no unit"),
    ],
)
def test_what_cannot_be_done_is_said(station: Any, words: tuple[str, str], said: str) -> None:
    done = act(station.out, *words)
    assert (done.returncode, done.stdout) == (1, "")
    assert said in done.stderr


def test_where_no_station_runs_is_said(tmp_path: Path) -> None:
    done = act(tmp_path, "cut", "province")
    assert (done.returncode, done.stderr) == (1, f"station-sim: no station runs in {tmp_path}\n")


def test_a_scenario_cuts_a_line_by_itself(start_station: Callable[..., Any], small_scenario: str) -> None:
    text = small_scenario.replace("password: first}", "password: first, cuts: [{at: 1s, for: 2s}]}")
    cut = start_station(text)
    access = cut.ready["authorities"]["province"]["ftp"]
    seen = []
    until_s = time.monotonic() + 10
    while time.monotonic() < until_s and seen != [True, False, True]:
        now = listens(access)
        if not seen or seen[-1] is not now:
            seen.append(now)
        time.sleep(0.05)
    assert seen == [True, False, True]


def test_each_act_is_an_event(start_station: Callable[..., Any]) -> None:
    station = start_station()
    assert act(station.out, "unplug", "plc").returncode == 0
    station.stop()
    events = [event for event in station.rest() if event["event"] == "act"]
    assert events == json.loads('[{"event": "act", "act": "unplug", "of": "plc", "failure": null}]')
