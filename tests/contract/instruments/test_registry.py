"""From a configuration file to samples: real devices, real links, a poller stepped by hand."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from gateway.config import Configuration, load
from gateway.core.interfaces import Clock
from gateway.core.reading import NO_ANSWER, Parameter, Reading, Status
from gateway.instruments.manual_read import read_manually
from gateway.instruments.poller import LinkPoller
from gateway.instruments.registry import build_pollers
from tests.contract.instruments.links import RealClock
from tests.support.modbus_server.device import rtu_device, tcp_device
from tests.unit.instruments.station import Notes

CONFIGURATION = """
station: {{name: Example, province: HN, facility: ABCD, code: NUO001, kind: wastewater}}
links:
  bus: {{type: modbus-rtu, device: {device}, baudrate: 115200, timeout: 500ms}}
  plc: {{type: modbus-tcp, host: 127.0.0.1, port: {port}, timeout: 500ms}}
  spare: {{type: modbus-tcp, host: 127.0.0.1, port: 1}}
instruments:
  - name: multiprobe
    link: plc
    poll: 100ms
    status: {{register: "holding:100", calibrating: [1], fault: [2]}}
    parameters:
      - {{symbol: pH, unit: "-", register: "holding:0", type: float32, byte_order: CDAB}}
      - {{symbol: COD, unit: mg/L, register: "input:2", type: uint16, scale: 0.1}}
  - name: flowmeter
    link: bus
    unit: 3
    poll: 100ms
    parameters:
      - {{symbol: Flow, unit: m3/h, register: "holding:10", type: bcd32}}
"""
MULTIPROBE = {("holding", 0): 0xB852, ("holding", 1): 0x40E6, ("holding", 100): 0, ("input", 2): 713}
FLOWMETER = {("holding", 10): 0x0012, ("holding", 11): 0x3456}


def configuration(folder: Path, port: int, device: str = "/dev/ttyS0") -> Configuration:
    file = folder / "gateway.yaml"
    file.write_text(CONFIGURATION.format(port=port, device=device), encoding="utf-8")
    return load(file)


def live(poller: LinkPoller, clock: Clock, seconds: float) -> None:
    """What the supervisor does: wait until the worker wants to be called."""
    end_s = clock.now().mono_s + seconds
    while (now := clock.now()).mono_s < end_s:
        time.sleep(max(0.0, min(poller.step(now), end_s) - clock.now().mono_s))


def test_every_link_with_instruments_has_its_poller(tmp_path: Path) -> None:
    notes, clock = Notes(), RealClock()
    with tcp_device(MULTIPROBE) as port, rtu_device(FLOWMETER, unit=3) as device:
        pollers = build_pollers(configuration(tmp_path, port, device), clock, notes, notes)
        assert [poller.name for poller in pollers] == ["link-bus", "link-plc"]
        for poller in pollers:
            live(poller, clock, 0.5)
            poller.close()
    readings = {(sample.instrument, sample.parameters): sample.readings for sample in notes.samples}
    assert readings == {
        ("flowmeter", (Parameter("Flow", "m3/h"),)): (Reading(123456.0, Status.MEASURING),),
        ("multiprobe", (Parameter("pH", "-"),)): (Reading(7.210000038146973, Status.MEASURING),),
        ("multiprobe", (Parameter("COD", "mg/L"),)): (Reading(71.3, Status.MEASURING),),
    }
    assert 6 <= len(notes.samples) <= 21
    assert set(notes.states.values()) == {"up", "answering"}
    assert abs(notes.samples[-1].at_ms - clock.now().wall_ms) < 5000


def test_a_device_that_goes_and_comes_back(tmp_path: Path) -> None:
    notes, clock = Notes(), RealClock()
    with tcp_device(MULTIPROBE) as port:
        _, poller = build_pollers(configuration(tmp_path, port), clock, notes, notes)
        live(poller, clock, 0.3)
        assert notes.samples[-1].readings == (Reading(71.3, Status.MEASURING),)
    live(poller, clock, 0.3)
    assert [sample.readings for sample in notes.samples[-2:]] == [(NO_ANSWER,), (NO_ANSWER,)]
    assert notes.states["link", "plc"] == "down"
    with tcp_device(MULTIPROBE, port=port):
        live(poller, clock, 1.2)
        assert notes.samples[-1].readings == (Reading(71.3, Status.MEASURING),)
        assert notes.states["link", "plc"] == "up"
    poller.close()


def test_patience_is_longer_than_the_worst_poll(tmp_path: Path) -> None:
    bus, plc = build_pollers(configuration(tmp_path, 1), RealClock(), Notes(), Notes())
    assert plc.patience_s == pytest.approx(10 + 0.5 + (2 * 8 + 3) * 0.5)
    assert bus.patience_s > 10 + 0.5 + (2 * 4 + 3) * 0.5
    bus.close()
    plc.close()


def test_one_instrument_is_asked_by_hand(tmp_path: Path) -> None:
    with tcp_device(MULTIPROBE) as port:
        wanted = configuration(tmp_path, port)
        assert read_manually(wanted, "multiprobe", RealClock()).shown[1].reading == Reading(71.3, Status.MEASURING)
        with pytest.raises(KeyError, match="unknown"):
            read_manually(wanted, "unknown", RealClock())
