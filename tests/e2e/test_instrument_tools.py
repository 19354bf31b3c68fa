"""The integrator's commands on real devices, and the sampler's button beside a running gateway."""

from __future__ import annotations

import json
import signal
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway.config import load
from tests.support.live.gateway import RunningGateway, command
from tests.support.modbus_server.device import tcp_device
from tests.support.modbus_server.scripted import Say, scripted_tcp

STATION = """\
station: {{name: Example, province: HN, facility: ABCD, code: NUO001, kind: wastewater}}
storage: {{path: {folder}/data}}
clock: {{trust: assume}}  # of this machine nobody knows whether anything sets its clock
links:
  plc: {{type: modbus-tcp, host: 127.0.0.1, port: {port}, timeout: 300ms}}
instruments:
  - name: multiprobe
    link: plc
    poll: 500ms
    identity: {{register: "holding:200", type: string, length: 4, equals: "A1B2"}}
    status: [{{register: "holding:100", calibrating: [1]}}, {{schedule: "02:00-02:20", days: [mon]}}]
    parameters:
      - {{symbol: COD, unit: mg/L, register: "input:2", type: uint16, scale: 0.1}}
      - {{symbol: pH, unit: "-", register: "input:0", type: float32, range: [0, 14]}}
sampler: {{link: plc, coil: 7, min_interval: 1h, confirm_within: {within}}}
"""
DEVICE = {
    ("holding", 200): 0x4131,
    ("holding", 201): 0x4232,
    ("holding", 100): 1,
    ("input", 0): 0x40E6,
    ("input", 1): 0xB852,
    ("input", 2): 713,
    ("coil", 7): 0,
}


def written(folder: Path, port: int, within: str = "1s") -> Path:
    file = folder / "gateway.yaml"
    file.write_text(STATION.format(folder=folder, port=port, within=within), encoding="utf-8")
    return file


def told(*arguments: str | Path, code: int = 0) -> Any:
    done = command(*arguments, "--json")
    assert done.returncode == code, (done.stdout, done.stderr)
    return json.loads(done.stdout)


@pytest.fixture
def configuration(tmp_path: Path) -> Iterator[Path]:
    with tcp_device(DEVICE) as port:
        yield written(tmp_path, port)


def test_read_shows_identity_values_state_and_raw_words(configuration: Path) -> None:
    (look,) = told("read", "-c", configuration)
    assert look["latency_ms"] > 0
    calibrating = {"cause": "calibrating", "detail": "status holding:100 is 1"}
    assert {key: look[key] for key in look if key != "latency_ms"} == {
        "instrument": "multiprobe",
        "error": None,
        "cause": None,
        "identity": "A1B2",
        "status_registers": [{"register": "holding:100", "raw": [1]}],
        "readings": [
            {
                **{"symbol": "COD", "value": 71.3, "unit": "mg/L", "status": "01", "raw": [713]},
                **{"range": None, "in_range": None, "counter": None, "reason": calibrating},
            },
            {
                **{"symbol": "pH", "value": 7.210000038146973, "unit": "-", "status": "01", "raw": [0x40E6, 0xB852]},
                **{"range": [0, 14], "in_range": True, "counter": None, "reason": calibrating},
            },
        ],
    }
    shown = command("read", "multiprobe", "-c", configuration).stdout
    assert "it is A1B2" in shown
    assert "01 calibrating raw 40e6 b852" in shown
    assert "outside" not in shown


def test_read_marks_a_value_outside_the_range_of_the_instrument(configuration: Path) -> None:
    """A word order that is wrong often makes a number: pH 7.21 is -0.00005 with its words swapped."""
    text = configuration.read_text("utf-8").replace("type: float32,", "type: float32, byte_order: CDAB,")
    configuration.write_text(text, encoding="utf-8")
    (look,) = told("read", "-c", configuration)
    assert [(one["symbol"], one["in_range"]) for one in look["readings"]] == [("COD", None), ("pH", False)]
    assert look["readings"][1]["value"] == pytest.approx(-5.0128e-5, rel=1e-4)
    shown = command("read", "-c", configuration).stdout.splitlines()
    assert shown[2].endswith("raw 40e6 b852  outside its range 0 to 14")
    assert "byte_order" in shown[-1]


def test_read_of_another_device_shows_no_value(configuration: Path) -> None:
    configuration.write_text(configuration.read_text("utf-8").replace("A1B2", "A1B3"), encoding="utf-8")
    (look,) = told("read", "-c", configuration, code=1)
    assert look["readings"] == []
    assert "'A1B2'" in look["error"]
    assert "'A1B3'" in look["error"]


def test_check_plan_lists_every_question(configuration: Path) -> None:
    (link,) = told("check", "--plan", "-c", configuration)["plan"]
    (instrument,) = link["instruments"]
    keys = ("question", "question_bytes", "answer_bytes", "occasion")
    assert [tuple(one[key] for key in keys) for one in instrument["questions"]] == [
        ("unit 1: read 2 from holding:200", 12, 13, "identity: on every connection, and every 10min"),
        ("unit 1: read 1 from holding:100", 12, 11, None),
        ("unit 1: read 3 from input:0", 12, 15, None),
    ]
    assert [tuple(one[key] for key in keys) for one in link["sampler"]] == [
        ("unit 1: write 1 to coil:7", 12, 12, "for a sample, at most every 1h"),
        ("unit 1: read 1 from coil:7", 12, 10, "after it, until it shows 1, at most 1s"),
    ]
    assert link["warning"] is None


def test_check_plan_warns_of_a_line_that_is_too_slow(configuration: Path) -> None:
    text = configuration.read_text("utf-8")
    slow = "{type: modbus-rtu, device: /dev/serial/by-id/usb-port0, baudrate: 1200}"
    begin, end = text.index("{type: modbus-tcp"), text.index("\ninstruments")
    configuration.write_text(text[:begin] + slow + text[end:].replace("poll: 500ms", "poll: 100ms"), encoding="utf-8")
    (link,) = told("check", "--plan", "-c", configuration)["plan"]
    wire_ms = (8 + 7 + 8 + 11) * 10 / 1200 * 1000 + 2 * 3.5 * 10 / 1200 * 1000
    assert link["instruments"][0]["wire_ms"] == pytest.approx(wire_ms, abs=0.02)
    assert "cannot be kept" in link["warning"]
    assert "cannot be kept" in command("check", "--plan", "-c", configuration).stdout


def test_check_online_tries_links_and_instruments(configuration: Path) -> None:
    online = told("check", "--online", "-c", configuration)["online"]
    assert online["failed"] == 0
    assert [(one["link"], one["error"]) for one in online["links"]] == [("plc", None)]
    assert online["instruments"][0]["readings"][0]["value"] == 71.3


def test_check_online_fails_where_nobody_answers(tmp_path: Path) -> None:
    failed = told("check", "--online", "-c", written(tmp_path, 1), code=1)
    assert failed["online"]["failed"] == 2
    assert "Connection refused" in failed["online"]["links"][0]["error"]


def test_scan_finds_the_unit_and_saves_a_configuration(configuration: Path, tmp_path: Path) -> None:
    saved = tmp_path / "found.yaml"
    arguments = ["scan", "plc", "--units", "1-3", "--registers", "input:0-5", "--save", saved, "-c", configuration]
    (unit,) = told(*arguments)
    assert unit["unit"] == 1
    assert [register["register"] for register in unit["registers"]] == ["input:0", "input:1", "input:2"]
    meanings = {(one["type"], one["byte_order"]): one["number"] for one in unit["registers"][0]["meanings"]}
    assert meanings["float32", "ABCD"] == 7.210000038146973
    assert meanings["uint32", "CDAB"] == 0xB852_40E6
    text = configuration.read_text("utf-8")
    snippet = saved.read_text("utf-8").split("instruments:\n", 1)[1]
    trial = tmp_path / "trial.yaml"
    trial.write_text(text[: text.index("instruments:")] + "instruments:\n" + snippet, encoding="utf-8")
    assert [measured.symbol for measured in load(trial).instruments[0].parameters] == ["U1R0", "U1R1", "U1R2"]
    shown = command(*arguments[:-4], "-c", configuration).stdout
    assert "float32" in shown
    assert "7.21 " in shown
    assert max(map(len, shown.splitlines())) <= 78
    assert "…" not in shown
    assert "\x1b" not in shown


def test_scan_overwrites_no_file_unless_told_to(configuration: Path) -> None:
    content = configuration.read_bytes()
    arguments = ["scan", "plc", "--units", "1", "--registers", "input:2", "-c", configuration]
    refused = command(*arguments, "--save", configuration)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "add --force" in refused.stderr
    assert configuration.read_bytes() == content
    assert command(*arguments, "--save", configuration, "--force").returncode == 0
    assert configuration.read_bytes() != content


def test_scan_asks_nobody_when_what_it_finds_cannot_be_saved(tmp_path: Path) -> None:
    asked = threading.Event()

    def listening(_request: bytes, _say: Say) -> bool:
        asked.set()
        return True

    with scripted_tcp(listening) as port:
        arguments = ["scan", "plc", "--units", "1", "-c", written(tmp_path, port), "--save"]
        for place, why in (
            (tmp_path / "nowhere" / "found.yaml", "there is no folder"),
            (tmp_path / "gateway.yaml" / "found.yaml", "there is no folder"),
            (tmp_path, "is a folder"),
        ):
            for forcibly in ([], ["--force"]):
                lost = command(*arguments, place, *forcibly)
                assert (lost.returncode, lost.stdout) == (1, "")
                assert lost.stderr.startswith("gateway: ")
                assert why in lost.stderr
    assert not asked.is_set()


def test_scan_takes_the_numbers_of_a_datasheet_and_shows_texts(configuration: Path) -> None:
    (unit,) = told("scan", "plc", "--units", "1", "--registers", "3x:30001-30003", "-c", configuration)
    assert [register["register"] for register in unit["registers"]] == ["input:0", "input:1", "input:2"]


def test_a_register_too_narrow_for_the_wanted_type_is_no_bit(configuration: Path, tmp_path: Path) -> None:
    saved = tmp_path / "found.yaml"
    arguments = ["scan", "plc", "--units", "1", "--registers", "input:0-2", "--as", "float32", "-c", configuration]
    shown = command(*arguments, "--save", saved).stdout.splitlines()
    assert shown[-1].split() == ["input:2", "02c9"]
    assert "bool" not in saved.read_text("utf-8")


def test_ctrl_c_ends_the_calling_and_shows_who_was_found(tmp_path: Path) -> None:
    is_waiting = threading.Event()

    def only_unit_1(request: bytes, say: Say) -> bool:
        if request[6] == 1:
            say(request[:4] + bytes([0, 5, 1, request[7], 2, 2, 0xC9]))
        else:
            is_waiting.set()
        return True

    with scripted_tcp(only_unit_1) as port:
        arguments = ["scan", "plc", "--units", "1-200", "--registers", "input:2", "-c", str(written(tmp_path, port))]
        scanning = subprocess.Popen(
            [sys.executable, "-m", "gateway", *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        try:
            assert is_waiting.wait(30)
            scanning.send_signal(signal.SIGINT)
            shown, said = scanning.communicate(timeout=30)
        finally:
            scanning.kill()
    assert scanning.returncode == 0
    assert shown.startswith("unit 1: input:2 is 713")
    assert "stopped at unit " in said


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["scan", "bus"], "no link is called bus; there are: plc"),
        (["scan", "plc", "--units", "1-300"], "such as 1-247"),
        (["scan", "plc", "--registers", "holding"], "such as holding:0-99, or"),
        (["scan", "plc", "--registers", "4x:50001"], "4x:50001 is no datasheet number"),
        (["scan", "plc", "--registers", "holding:9-1"], "write a table and a range"),
        (["scan", "plc", "--as", "float16"], "write all, or one of"),
        (["sample"], "say why with --reason"),
    ],
)
def test_wrong_usage_is_told_in_a_line(configuration: Path, arguments: list[str], says: str) -> None:
    done = command(*arguments, "-c", configuration)
    assert done.returncode == 2
    assert says in " ".join(done.stderr.replace("│", " ").split())
    assert "Traceback" not in done.stderr


def running(configuration: Path, folder: Path) -> RunningGateway:
    gateway = RunningGateway(configuration, folder / "log")
    until_s = time.monotonic() + 20
    while "gateway started" not in gateway.log.read_text() and time.monotonic() < until_s:
        gateway.check()
        time.sleep(0.05)
    return gateway


def test_a_sample_is_taken_once_and_then_is_too_soon(configuration: Path, tmp_path: Path) -> None:
    assert "not exist" in command("sample", "--reason", "trial", "-c", configuration).stderr
    gateway = running(configuration, tmp_path)
    try:
        taken = told("sample", "--reason", "COD is high", "-c", configuration)
        assert (taken["state"], taken["outcome"]) == ("taken", "coil:7 shows True")
        assert taken["reason"] == "COD is high"
        assert told("sample", "--reason", "again", "-c", configuration, code=1)["state"] == "too_soon"
    finally:
        gateway.stop()
    assert "is not running" in command("sample", "--reason", "once more", "-c", configuration).stderr
    listed = told("sample", "--list", "-c", configuration)
    assert [one["state"] for one in listed] == ["too_soon", "taken"]
    assert "state=taken by=" in gateway.log.read_text()


def test_killed_while_the_sampler_is_told_the_request_is_unknown_and_not_repeated(tmp_path: Path) -> None:
    writes: list[bytes] = []
    is_told = threading.Event()

    def dumb(request: bytes, say: Say) -> bool:
        function = request[7]
        if function == 5:
            writes.append(request)
            is_told.set()
        elif function in (3, 4):
            count = struct.unpack(">H", request[10:12])[0]
            words = b"A1B2" if request[8:10] == b"\x00\xc8" else bytes(2 * count)
            say(request[:4] + struct.pack(">HBBB", 3 + len(words), request[6], function, len(words)) + words)
        return True

    with scripted_tcp(dumb) as port:
        configuration = written(tmp_path, port, within="20s")
        gateway = running(configuration, tmp_path)
        asking = subprocess.Popen(
            [sys.executable, "-m", "gateway", "sample", "--reason", "limit", "-c", str(configuration)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            assert is_told.wait(20)
        finally:
            gateway.kill()
            asking.kill()
            asking.wait()
        gateway = running(configuration, tmp_path)
        try:
            until_s = time.monotonic() + 20
            while (found := told("sample", "--list", "-c", configuration))[0]["state"] == "writing":
                assert time.monotonic() < until_s
            assert found[0]["state"] == "unknown"
            assert told("sample", "--reason", "again", "-c", configuration, code=1)["state"] == "too_soon"
        finally:
            gateway.stop()
    assert len(writes) == 1


def test_a_sample_is_taken_when_a_limit_is_exceeded(configuration: Path, tmp_path: Path) -> None:
    text = configuration.read_text("utf-8")
    text = text.replace("calibrating: [1]", "calibrating: [9]").replace("scale: 0.1}", "scale: 0.1, limit: {max: 50}}")
    text = text.replace("coil: 7,", "coil: 7, on: exceeded,").replace("links:", "reporting: {slot: 10s}\nlinks:")
    configuration.write_text(text, encoding="utf-8")
    assert "on exceeded, at most every 1 h" in command("check", "-c", configuration).stdout
    gateway = running(configuration, tmp_path)
    try:
        until_s = time.monotonic() + 90
        while not (found := told("sample", "--list", "-c", configuration)) or found[0]["settled"] is None:
            gateway.check()
            assert time.monotonic() < until_s, gateway.log.read_text()
            time.sleep(0.5)
        assert "not for commands" in command("sample", "--reason", "trial", "-c", configuration).stderr
    finally:
        gateway.stop()
    assert (found[0]["state"], found[0]["asked_by"]) == ("taken", "gateway")
    assert found[0]["reason"] == "limit exceeded: COD 71.3 (at most 50 mg/L)"
    assert len(told("sample", "--list", "-c", configuration)) == 1
