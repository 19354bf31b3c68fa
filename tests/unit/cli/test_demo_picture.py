"""The demo's picture on the terminals that people have: nothing of it is cut off."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console
from rich.text import Text

from gateway.cli.demo.picture import FOOT, ShownCamera, picture
from gateway.cli.notes import notes
from gateway.config import load
from gateway.core.clock_trust import TrustState
from gateway.core.component import ComponentKind, ComponentState
from gateway.core.interfaces import Instant
from gateway.db import open_database
from gateway.db.board import Component
from gateway.reports.ports import PortViolation
from gateway.reports.status import StationStatus, collect
from tests.support.journey import MIDNIGHT_MS, Journey
from tests.support.vietnamese import english_in
from tests.unit.config.wording import ENVIRON, edited

NEWEST = "HN_ABCD_NUO001_20261121230530.txt"
COUNTS = ("received", "expected", "missing", "late", "malformed", "duplicates_altered")
SCORES = {name: {**dict.fromkeys(COUNTS, 8640), "newest": NEWEST} for name in ("ministry", "so-tnmt")}
WATER = ("Temp: oC", "Color: Pt-Co", "TSS: mg/L", "NH4: mg/L", "TP: mg/L", "TN: mg/L", "TOC: mg/L", "Cl: mg/L")
CAMERA = ShownCamera(
    Text("camera outlet recording  picture outlet.jpg"),
    Text("stream rtsp://authority@127.0.0.1:48283/outlet  password in relay.secret"),
)


@pytest.fixture
def seen(tmp_path: Path) -> StationStatus:
    """A station with the eleven parameters of the demo's."""
    more = "".join(
        f'\n      - {{symbol: {symbol}, unit: {unit}, register: "input:{10 + 2 * position}", type: float32}}'
        for position, (symbol, unit) in enumerate(line.split(": ") for line in WATER)
    )
    flow = '      - {symbol: Flow, unit: m3/h, register: "input:0", type: float32}'
    file = tmp_path / "gateway.yaml"
    file.write_text(edited((flow, flow + more), ("reporting:", f"storage: {{path: {tmp_path}}}\nreporting:")), "utf-8")
    journey = Journey(tmp_path)
    journey.database.close()
    reader = open_database(journey.file, read_only=True)
    status = collect(load(file, ENVIRON), reader, Instant(MIDNIGHT_MS, 0.0))
    reader.close()
    return replace(status, clock=replace(status.clock, state=TrustState.TRUSTED))


def drawn(seen: StationStatus | None, width: int, height: int, camera: ShownCamera | None = CAMERA) -> list[str]:
    console = Console(file=io.StringIO(), width=width, height=height, force_terminal=True, color_system=None)
    console.print(picture(seen, SCORES, camera, console))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue().splitlines()


@pytest.mark.parametrize(("width", "height"), [(80, 24), (120, 40)])
def test_everything_fits_into_the_terminal(seen: StationStatus, width: int, height: int) -> None:
    lines = drawn(seen, width, height)
    assert len(lines) <= height
    assert max(map(len, lines)) <= width
    assert "…" not in "".join(lines)
    whole = "\n".join(lines)
    for wanted in (
        "Flow",
        "Cl ",
        "received",
        "altered",
        "ministry",
        "so-tnmt",
        NEWEST,
        "outlet.jpg",
        "relay.secret",
        FOOT,
    ):
        assert wanted in whole
    assert len([line for line in lines if line.startswith(("ministry", "so-tnmt")) and line.split()[-1] == "8640"]) == 2


def test_in_vietnamese_it_fits_as_well_and_nothing_of_it_is_english(
    seen: StationStatus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GATEWAY_LANGUAGE", "vi")
    for known in (seen, None):
        lines = drawn(known, 80, 24, None)
        assert len(lines) <= 24
        assert "…" not in "".join(lines)
        assert english_in("\n".join(lines).replace(NEWEST, ""), {"ministry", "probe"}) == []


def test_errors_too_many_for_the_terminal_are_counted(seen: StationStatus) -> None:
    silent = tuple(
        (f"plc{number}", Component(ComponentKind.LINK, f"plc{number}", ComponentState.DOWN, MIDNIGHT_MS, "no answer"))
        for number in range(4)
    )
    lines = drawn(replace(seen, links=silent), 80, 24)
    assert len(lines) == 24
    assert lines[-2:] == ["and 4 more: see gateway status", FOOT]
    assert "more: see" not in "\n".join(drawn(replace(seen, links=silent), 80, 40))


def test_a_port_that_is_not_as_declared_comes_before_lesser_matters(seen: StationStatus) -> None:
    down = ("plc", Component(ComponentKind.LINK, "plc", ComponentState.DOWN, MIDNIGHT_MS, "no answer"))
    words = "declared unused, and holds something: SanDisk Cruzer Blade, serial number 4C53000123, a storage device"
    violation = PortViolation("usb:1-1.3", "device-in-unused", MIDNIGHT_MS, words)
    lines = drawn(replace(seen, links=(down,), violations=(violation,)), 80, 24)
    assert len(lines) <= 24
    assert [line for line in lines if line.startswith("port usb:1-1.3: device-in-unused since")]
    assert lines[-1] == FOOT


def test_before_the_gateway_has_a_database_the_authorities_stand_there() -> None:
    lines = drawn(None, 80, 24)
    assert lines[0] == "the gateway is starting"
    assert lines[-1] == FOOT


def test_very_many_ports_that_are_not_as_declared_do_not_hide_the_rest(seen: StationStatus) -> None:
    many = tuple(
        PortViolation(f"listen:tcp:{number}", "undeclared-listener", MIDNIGHT_MS, "somebody listens")
        for number in range(3000, 3300)
    )
    lines = [note.plain for note in notes(replace(seen, violations=many))]
    ports = [line for line in lines if "listen:tcp" in line]
    assert len(ports) == 20
    assert "280 more ports are not as declared: gateway ports audit" in lines
