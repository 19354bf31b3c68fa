"""`gateway status --check` and `--watch`: exit codes and lines for programs that look, pictures for people."""

from __future__ import annotations

import io
import json
import os
import pty
import re
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gateway.cli import status_view
from gateway.cli.drawing import PlainConsole
from gateway.cli.main import app
from gateway.cli.status_watch import FOOT, StationSeen, picture
from gateway.config import load
from gateway.core.clock_trust import TrustState
from gateway.core.interfaces import Instant
from gateway.db import open_database
from gateway.reports.last_day import last_day
from gateway.reports.needs import needs
from gateway.reports.status import StationStatus, collect
from gateway.runtime import lock
from tests.support.journey import DAY_MS, HOUR_MS, MIDNIGHT_MS, SLOT_MS, Journey, record

NOW_MS = MIDNIGHT_MS + 12 * HOUR_MS
YAML = """
station: {{name: Trạm Ví dụ, province: HN, facility: ABCD, code: NUO001, kind: wastewater}}
storage: {{path: {storage}}}
links:
  plc: {{type: modbus-tcp, host: 127.0.0.1}}
instruments:
  - name: multiprobe
    link: plc
    unit: 1
    poll: 5s
    parameters:
      - {{symbol: pH, unit: "-", register: "holding:0", type: float32}}
"""


@pytest.fixture
def station(tmp_path: Path) -> Path:
    file = tmp_path / "gateway.yaml"
    file.write_text(YAML.format(storage=tmp_path), "utf-8")
    return file


@pytest.fixture
def seen(journey: Journey, station: Path) -> StationSeen:
    """A station that is well, with a morning of slots of pH, one without a value."""
    for slot in range(4, 145, 4):
        value = None if slot == 100 else 6.0 + slot / 100
        journey.records.add(record(MIDNIGHT_MS + slot * SLOT_MS, value), MIDNIGHT_MS + slot * SLOT_MS + 2000)
    configuration = load(station, {})
    reader = open_database(journey.file, read_only=True)
    status = collect(configuration, reader, Instant(NOW_MS, 0.0))
    days = last_day(configuration, reader, NOW_MS)
    reader.close()
    well = replace(
        status,
        running=True,
        since_ms=MIDNIGHT_MS - DAY_MS,
        free_bytes=50_000_000_000,
        clock=replace(status.clock, state=TrustState.TRUSTED),
    )
    assert needs(well) == ()
    return StationSeen(well, (), days)


def check(monkeypatch: pytest.MonkeyPatch, file: Path, status: StationStatus, *options: str) -> tuple[int, str]:
    monkeypatch.setattr(status_view, "read_status", lambda _: status)
    done = CliRunner().invoke(app, ["status", "--check", "-c", str(file), *options])
    return done.exit_code, done.stdout


def test_a_station_that_is_well_says_so_in_one_line(
    monkeypatch: pytest.MonkeyPatch, station: Path, seen: StationSeen
) -> None:
    code, said = check(monkeypatch, station, seen.status)
    assert code == 0
    assert said == "NUO001 well: 1 parameters, 0 destinations, newest slot 12:00:00\n"
    assert check(monkeypatch, station, seen.status, "--json") == (
        0, json.dumps({"exit": 0, "station": "NUO001", "needs": []}, indent=2) + "\n"
    )  # fmt: skip


def test_each_reason_is_a_line_and_the_exit_code_1(
    monkeypatch: pytest.MonkeyPatch, station: Path, seen: StationSeen
) -> None:
    full = replace(seen.status, free_bytes=1_000_000, seals=("usb:1-2  two",))
    code, said = check(monkeypatch, station, full)
    assert code == 1
    assert said.splitlines() == ["The card has only 1 MB left", "Seals are not as declared: usb:1-2  two"]
    code, said = check(monkeypatch, station, full, "--json")
    assert code == 1
    assert [(one["kind"], one["text"]) for one in json.loads(said)["needs"]] == [
        ("disk", "The card has only 1 MB left"),
        ("seal", "Seals are not as declared: usb:1-2  two"),
    ]


def test_a_gateway_that_does_not_run_is_exit_code_2(journey: Journey, station: Path) -> None:
    done = CliRunner().invoke(app, ["status", "--check", "-c", str(station)])
    assert (done.exit_code, done.stdout.splitlines()[0]) == (2, "The gateway is not running")
    with lock.hold(journey.file.parent):
        done = CliRunner().invoke(app, ["status", "--check", "-c", str(station)])
    assert done.exit_code == 1  # no slot was ever closed, and nobody vouches for the clock
    assert "not running" not in done.stdout


def test_where_the_gateway_never_ran_is_exit_code_2(station: Path) -> None:
    done = CliRunner().invoke(app, ["status", "--check", "-c", str(station)])
    assert done.exit_code == 2
    assert "has never run here" in done.stdout
    done = CliRunner().invoke(app, ["status", "--check", "--json", "-c", str(station)])
    assert (done.exit_code, json.loads(done.stdout)["needs"][0]["kind"]) == (2, "not_running")


@pytest.mark.parametrize(
    "options", [["--check", "--watch"], ["--check", "so"], ["--watch", "so"], ["--watch", "--json"]]
)
def test_what_does_not_go_together_is_refused(station: Path, options: list[str]) -> None:
    done = CliRunner().invoke(app, ["status", "-c", str(station), *options])
    assert done.exit_code == 2
    assert "whole station" in done.stderr


def drawn(seen: StationSeen, width: int, height: int, encoding: str = "utf-8") -> list[str]:
    out = io.TextIOWrapper(io.BytesIO(), encoding=encoding, errors="backslashreplace")
    console = PlainConsole(file=out, width=width, height=height, force_terminal=True, color_system=None)
    console.print(picture(seen, console))
    out.flush()
    assert isinstance(out.buffer, io.BytesIO)
    return out.buffer.getvalue().decode(encoding).splitlines()


@pytest.mark.parametrize(("width", "height"), [(80, 24), (160, 50)])
def test_a_picture_fits_and_shows_the_day_that_was(seen: StationSeen, width: int, height: int) -> None:
    lines = drawn(seen, width, height)
    assert len(lines) <= height
    assert max(map(len, lines)) <= width
    assert lines[-1] == FOOT
    assert "no person is needed" in lines
    [row] = [line for line in lines if line.lstrip().startswith("pH")]
    assert re.search("▁+▂+▃.*█", row)


def test_a_picture_that_is_too_tall_says_how_much_is_left_out(seen: StationSeen) -> None:
    many = replace(seen, status=replace(seen.status, parameters=seen.status.parameters * 40))
    lines = drawn(many, 80, 24)
    assert len(lines) == 24
    assert re.fullmatch(r"and \d+ more lines: gateway status", lines[-1])


def test_where_there_are_no_blocks_plain_characters_stand_for_them(seen: StationSeen) -> None:
    [row] = [line for line in drawn(seen, 80, 24, "ascii") if "pH" in line]
    assert "@" in row
    assert "\\u258" not in row


def test_what_needs_a_person_stands_above_the_values(seen: StationSeen) -> None:
    full = replace(seen.status, free_bytes=0)
    lines = drawn(StationSeen(full, needs(full), seen.days), 80, 24)
    assert lines.index("The card has only 0 MB left") < next(n for n, line in enumerate(lines) if "pH" in line)


def test_in_a_pipe_the_station_is_told_and_a_signal_ends_it_well(journey: Journey, station: Path) -> None:
    watching = subprocess.Popen(
        [sys.executable, "-m", "gateway", "status", "--watch", "-c", str(station)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert watching.stdout is not None
    lines = []
    for line in watching.stdout:
        lines.append(line.rstrip())
        if line.lstrip().startswith("pH"):
            break
    watching.send_signal(signal.SIGINT)
    _, complaint = watching.communicate(timeout=30)
    assert (watching.returncode, complaint) == (0, "")
    assert lines[0].startswith("NUO001  Trạm Ví dụ  gateway not running")
    assert "\x1b" not in "".join(lines)


def test_on_a_terminal_the_screen_is_given_back(journey: Journey, station: Path) -> None:
    leader, follower = pty.openpty()
    watching = subprocess.Popen(
        [sys.executable, "-m", "gateway", "status", "--watch", "-c", str(station)],
        stdin=follower,
        stdout=follower,
        stderr=follower,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "100", "LINES": "30"},
    )
    os.close(follower)
    shown = b""
    while FOOT.encode() not in shown:
        shown += os.read(leader, 65_536)
    watching.send_signal(signal.SIGTERM)
    while b"\x1b[?1049l" not in shown:
        shown += os.read(leader, 65_536)
    assert watching.wait(timeout=30) == 0
    assert shown.index(b"\x1b[?1049h") < shown.index(b"NUO001") < shown.index(b"\x1b[?1049l")
    os.close(leader)
