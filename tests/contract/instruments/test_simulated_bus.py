"""A bus of ten makers' probes, encoded by somebody else: every type and order, serial numbers, a door, a sampler."""

from __future__ import annotations

import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

import stationsim
from gateway.config import Configuration, Table, load
from gateway.core.reading import Status
from gateway.instruments.manual_read import read_manually
from gateway.instruments.modbus import ModbusLink
from gateway.instruments.modbus.scan import probe_unit, texts_in, words_of
from gateway.instruments.register_command import (
    CommandOutcome,
    CommandResult,
    RegisterCommands,
    RegisterCommandTask,
)
from gateway.instruments.registry import open_link
from gateway.instruments.sampler_command import sampler_command
from tests.contract.instruments.links import RealClock
from tests.support.live.simulator import SimulatedStation

EXAMPLE = Path(__file__).parents[3] / "config" / "surface-water.yaml"
WIRES = {
    "modbus-rtu": "type: modbus-rtu\n    baudrate: 19200",
    "modbus-ascii": "type: modbus-ascii\n    baudrate: 19200",
    "modbus-rtu-over-tcp": "type: modbus-rtu-over-tcp\n    listen: 127.0.0.1:0",
}


@pytest.fixture(scope="module", params=WIRES)
def bus(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimulatedStation]:
    text = stationsim.scenario("surface-water").read_text("utf-8")
    before, *_ = text.split("\nauthorities:")
    assert WIRES["modbus-rtu"] in before
    faults = "\nfaults:\n  - {at: 0s, for: 1h, instrument: bus, unit: 8, kind: door}\n"
    scenario = before.replace(WIRES["modbus-rtu"], WIRES[request.param]) + faults
    station = SimulatedStation(scenario, tmp_path_factory.mktemp("bus"))
    station.instruments["bus"]["wire"] = request.param
    yield station
    station.stop()


@pytest.fixture
def configuration(bus: SimulatedStation, tmp_path: Path) -> Configuration:
    """The example, with the link to the simulated bus. Linux gives a pseudo-terminal 8 bits without parity."""
    found = bus.instruments["bus"]
    place = ", ".join(f"{key}: {found[key]}" for key in ("host", "port", "device") if key in found)
    place += ", baudrate: 19200, bytesize: 8, parity: N" if "device" in found else ""
    example = EXAMPLE.read_text("utf-8")
    begin, end = example.index("links:"), example.index("instruments:")
    link = f"links:\n  bus: {{type: {found['wire']}, {place}, timeout: 1s}}\n"
    file = tmp_path / "gateway.yaml"
    file.write_text(example[:begin] + link + example[end:], encoding="utf-8")
    return load(file, check_secrets=False)


def test_every_value_is_the_one_that_was_shown(bus: SimulatedStation, configuration: Configuration) -> None:
    looks = {one.name: read_manually(configuration, one.name, RealClock()) for one in configuration.instruments}
    assert {name: look.error for name, look in looks.items() if look.error} == {}
    assert [looks[name].identity for name in ("thermometer", "ph-probe")] == ["TEMP-00117", "PH-90210"]
    truth: dict[str, set[float]] = {}
    for line in bus.truth():
        for symbol, value in line["values"].items():
            truth.setdefault(symbol, set()).add(float(Decimal(value)))
    for look in looks.values():
        for shown in look.shown:
            assert shown.reading.value in truth[shown.parameter.symbol], shown
    states = {shown.parameter.symbol: shown.reading.status for look in looks.values() for shown in look.shown}
    assert {symbol for symbol, status in states.items() if status is Status.CALIBRATING} == {"NH4", "NO3", "PO4"}
    assert Status.FAULT not in states.values()


def test_a_scan_finds_who_is_there_and_what_it_is_called(bus: SimulatedStation, configuration: Configuration) -> None:
    link = open_link("bus", configuration.links["bus"], RealClock())
    assert isinstance(link, ModbusLink)
    try:
        link.connect()
        answers = [probe_unit(link, unit, Table.HOLDING, 0) for unit in (1, 10, 11)]
        words = {
            register: word
            for _, some in words_of(link, 1, Table.HOLDING, range(90, 120))
            for register, word in some.items()
        }
    finally:
        link.close()
    assert [answer and answer.unit for answer in answers] == [1, 10, None]
    (text,) = texts_in(Table.HOLDING, words)
    assert (text.first, text.straight) == (100, "TEMP-00117")


def test_a_sample_is_taken(bus: SimulatedStation, configuration: Configuration) -> None:
    assert configuration.sampler is not None
    clock, commands = RealClock(), RegisterCommands()
    link = open_link("bus", configuration.links["bus"], clock)
    assert isinstance(link, ModbusLink)
    task = RegisterCommandTask(commands, link)
    commands.send(sampler_command(configuration.sampler))
    result: CommandResult | None = None
    until_s = time.monotonic() + 10
    while (result := commands.result()) is None and time.monotonic() < until_s:
        task.step(clock.now(), lambda: True)
        time.sleep(0.05)
    link.close()
    assert result == CommandResult(CommandOutcome.CONFIRMED, "holding:1 shows 1")
