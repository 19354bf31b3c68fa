"""From a configuration file to samples of devices that speak text: real links, pollers stepped as the daemon does."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from gateway.config import load
from gateway.core.reading import NO_ANSWER, Reading, Status
from gateway.instruments.registry import build_pollers
from tests.contract.instruments.links import RealClock
from tests.contract.instruments.test_registry import live
from tests.support.modbus_server.scripted import Say, ScriptedSerial, scripted_tcp
from tests.unit.instruments.station import Notes

CONFIGURATION = r"""
station: {{name: Example, province: BD, facility: ABCD, code: KHI001, kind: emission}}
links:
  dust: {{type: serial, device: {device}, baudrate: 115200, timeout: 200ms}}
  gas: {{type: tcp, host: 127.0.0.1, port: {port}, timeout: 200ms}}
instruments:
  - name: dustmeter
    link: dust
    poll: 100ms
    ascii: {{request: "R\r", response: 'PM=(?P<PM>[0-9.]+)'}}
    parameters: [{{symbol: PM, unit: mg/Nm3}}]
  - name: analyser
    link: gas
    poll: 100ms
    ak: {{}}
    parameters: [{{symbol: CO, unit: mg/Nm3, field: 1}}]
"""
PM, CO = Reading(12.5, Status.MEASURING), Reading(87.25, Status.MEASURING)


def dustmeter(piece: bytes, say: Say) -> bool:
    if piece == b"R\r":
        say(b"PM=12.5\r\n")
    return True


def analyser(piece: bytes, say: Say) -> bool:
    answers = {b"\x02 ASTZ K0\x03": b"\x02 ASTZ 0 SREM SMGA\x03", b"\x02 AKON K0\x03": b"\x02 AKON 0 87.25\x03"}
    say(answers[piece])
    return True


def test_each_comes_back_by_itself_and_none_waits_for_another(tmp_path: Path) -> None:
    notes, clock = Notes(), RealClock()
    name = tmp_path / "usb-port0"
    file = tmp_path / "gateway.yaml"
    with ExitStack() as stack:
        port = stack.enter_context(scripted_tcp(analyser))
        meter = stack.enter_context(ScriptedSerial(dustmeter))
        name.symlink_to(meter.path)
        file.write_text(CONFIGURATION.format(device=name, port=port), encoding="utf-8")
        dust, gas = build_pollers(load(file), clock, notes, notes)
        for poller in (dust, gas):
            stack.callback(poller.close)
            live(poller, clock, 0.3)
        assert [sample.readings for sample in notes.samples[-1:]] == [(CO,)]
        assert {sample.readings for sample in notes.samples if sample.instrument == "dustmeter"} == {(PM,)}
        meter.unplug()
        name.unlink()
        live(dust, clock, 0.3)
        assert notes.samples[-1].readings == (NO_ANSWER,)
        assert notes.states["link", "dust"] == "down"
        live(gas, clock, 0.3)
        assert notes.samples[-1].readings == (CO,)
        meter = stack.enter_context(ScriptedSerial(dustmeter))
        name.symlink_to(meter.path)
        live(dust, clock, 1.2)
        assert notes.samples[-1].readings == (PM,)
        assert notes.states["link", "dust"] == "up"


def test_patience_is_longer_than_the_worst_poll(tmp_path: Path) -> None:
    """Of the analyser's two questions each may wait for a late answer, for a line that is drained, and for its own; of
    a talker a whole wait for a line is asked."""
    talking = CONFIGURATION.replace(r'request: "R\r"', "streaming: true")
    for number, (text, dust_s) in enumerate([(CONFIGURATION, 3 * 0.2), (talking, 30)]):
        file = tmp_path / f"{number}.yaml"
        file.write_text(text.format(device="/dev/serial/by-id/usb-port0", port=1), encoding="utf-8")
        dust, gas = build_pollers(load(file), RealClock(), Notes(), Notes())
        assert gas.patience_s >= 10 + 0.2 + 2 * 3 * 0.2
        assert dust.patience_s >= 10 + 0.2 + dust_s
        dust.close()
        gas.close()
