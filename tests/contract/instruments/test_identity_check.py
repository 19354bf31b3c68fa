"""What has to be right before a value is believed: vendors' codes, states of many sources, the device's own number."""

from __future__ import annotations

import logging
import time
from pathlib import Path
from typing import Any

import pytest

from gateway.config import Configuration, Identity, load
from gateway.core.errors import InstrumentRefused, InstrumentSilent, InstrumentSwapped
from gateway.core.interfaces import Instant
from gateway.core.reading import NO_ANSWER, Reading, Status
from gateway.instruments.identity_check import IdentifiedInstrument
from gateway.instruments.modbus import ModbusLink
from gateway.instruments.modbus.identity import RegisterIdentityCheck
from gateway.instruments.registry import build_pollers
from tests.contract.instruments.conftest import PATIENT, Plugged
from tests.contract.instruments.links import Listening, RealClock, parameter, tcp
from tests.contract.instruments.test_registry import live
from tests.support.clock import FakeClock
from tests.support.modbus_server.device import tcp_device
from tests.unit.instruments.station import Notes

M, C, F = Status.MEASURING, Status.CALIBRATING, Status.FAULT
SERIAL = {("holding", 200): 0x534E, ("holding", 201): 0x2D31, ("holding", 202): 0x3233, ("holding", 203): 0x3400}
"""SN-1234 and a zero byte."""


class TestNoValue:
    @pytest.mark.parametrize(
        ("kind", "words", "invalid"),
        [
            ("int16", [0xD8F1], -9999),
            ("uint16", [65535], 65535),
            ("uint16", [65535], 65535.0),
            ("float32", [0xC61C, 0x3C00], -9999),
            ("float32", [0xC2C7, 0xCCCD], -99.9),  # the nearest float of 32 bits, which is not −99.9
            ("float64", [0xC058, 0xF999, 0x9999, 0x999A], -99.9),
            ("bcd16", [0x9999], 9999),
        ],
    )
    def test_a_vendors_code_is_no_value(self, plug: Plugged, kind: str, words: list[int], invalid: float) -> None:
        device = {("input", place): word for place, word in enumerate(words)} | {("input", 10): 713}
        instrument = Listening(plug(device)).instrument(
            parameter("input:0", kind, invalid=[1, invalid], scale=0.1), parameter("input:10", invalid=[65535])
        )
        assert instrument.read() == (Reading(None, F), Reading(713.0, M))

    def test_it_is_compared_before_scaling(self, plug: Plugged) -> None:
        device = {("input", 0): 0x4432, ("input", 1): 0x4000}  # 713
        instrument = Listening(plug(device)).instrument(parameter("input:0", "float32", invalid=[71.3], scale=0.1))
        assert instrument.read() == (Reading(71.3, M),)

    def test_neither_is_it_on_a_current_loop(self, plug: Plugged) -> None:
        loop = {"raw": [0, 4095], "current": [4, 20], "value": [0, 200]}
        instrument = Listening(plug({("input", 0): 4095})).instrument(
            parameter("input:0", from_current=loop, invalid=[4095])
        )
        assert instrument.read() == (NO_ANSWER,)


CODES = {"register": "holding:100", "calibrating": [1], "fault": [2]}
FLAGS = {"register": "holding:101", "calibrating_bits": [3], "fault_bits": [0, 15]}
DOOR = {"register": "discrete:5", "calibrating": [1]}


class TestState:
    def state(self, plug: Plugged, sources: Any, code: int = 0, flags: int = 0, door: int = 0) -> Status:
        device = {("holding", 0): 5, ("holding", 100): code, ("holding", 101): flags, ("discrete", 5): door}
        (reading,) = Listening(plug(device)).instrument(parameter("holding:0"), status=sources).read()
        assert reading.value == 5.0
        return reading.status

    @pytest.mark.parametrize(
        ("flags", "state"), [(0, M), (0x0006, M), (0x0008, C), (0x0001, F), (0x8000, F), (0x0009, F), (0xFFFF, F)]
    )
    def test_by_flags(self, plug: Plugged, flags: int, state: Status) -> None:
        assert self.state(plug, FLAGS, flags=flags) is state

    @pytest.mark.parametrize(("door", "state"), [(0, M), (1, C)])
    def test_by_a_discrete_input(self, plug: Plugged, door: int, state: Status) -> None:
        assert self.state(plug, DOOR, door=door) is state

    @pytest.mark.parametrize(
        ("code", "flags", "door", "state"),
        [(0, 0, 0, M), (1, 0, 0, C), (0, 0, 1, C), (1, 0x8000, 1, F), (2, 0x0008, 1, F), (0, 0x0008, 0, C)],
    )
    def test_the_worst_of_all_wins(self, plug: Plugged, code: int, flags: int, door: int, state: Status) -> None:
        assert self.state(plug, [DOOR, CODES, FLAGS], code, flags, door) is state

    def test_a_source_that_is_refused_vouches_for_nothing(self, plug: Plugged) -> None:
        device = {("holding", 0): 5, ("holding", 100): 0}
        instrument = Listening(plug(device)).instrument(parameter("holding:0"), status=[CODES, FLAGS])
        assert instrument.read() == (Reading(5.0, F),)


def identity_check(link: ModbusLink, clock: Any, unit: int = 1, **settings: Any) -> RegisterIdentityCheck:
    content = {"register": "holding:200", "type": "string", "length": 8, "equals": "SN-1234"} | settings
    return RegisterIdentityCheck(Identity.model_validate(content), unit, link, clock)


class TestIdentity:
    def test_the_right_device_is_asked_once_for_a_connection(self, plug: Plugged) -> None:
        link, clock = plug(SERIAL | {("holding", 0): 5}), FakeClock()
        listening = Listening(link)
        instrument = IdentifiedInstrument(listening.instrument(parameter("holding:0")), identity_check(link, clock))
        listening.link = link
        for _ in range(3):
            assert instrument.read() == (Reading(5.0, M),)
        assert listening.asked == [("holding", 0, 1)] * 3

    def test_another_device_is_never_believed(self, plug: Plugged) -> None:
        link = plug(SERIAL | {("holding", 0): 5})
        listening = Listening(link)
        instrument = IdentifiedInstrument(
            listening.instrument(parameter("holding:0")), identity_check(link, FakeClock(), equals="SN-1235")
        )
        for _ in range(2):
            with pytest.raises(InstrumentSwapped, match=r"unit 1 is another device: .*'SN-1234', and 'SN-1235' is"):
                instrument.read()
        assert listening.asked == []

    @pytest.mark.parametrize(
        ("settings", "words"),
        [
            ({"type": "uint32", "length": None, "equals": 305419896}, [0x1234, 0x5678]),
            ({"type": "uint32", "length": None, "equals": 305419896, "byte_order": "CDAB"}, [0x5678, 0x1234]),
            ({"type": "bcd32", "length": None, "equals": 12345678}, [0x1234, 0x5678]),
            ({"length": 4, "equals": "A1"}, [0x4131, 0x2020]),
            ({"length": 4, "equals": "A1B", "byte_order": "BADC"}, [0x3141, 0x0042]),
            ({"length": 3, "equals": "A1B"}, [0x4131, 0x4200]),
        ],
    )
    def test_numbers_and_texts_of_all_kinds(self, plug: Plugged, settings: dict[str, Any], words: list[int]) -> None:
        link = plug({("holding", 200 + place): word for place, word in enumerate(words)})
        identity_check(link, FakeClock(), **settings).check()

    def test_what_is_unreadable_is_another_device(self, plug: Plugged) -> None:
        link = plug({("holding", 200 + place): 0xFF01 for place in range(4)})
        with pytest.raises(InstrumentSwapped, match="says nothing readable"):
            identity_check(link, FakeClock()).check()

    def test_who_does_not_say_is_not_believed(self, plug: Plugged) -> None:
        link = plug({("holding", 0): 5})
        with pytest.raises(InstrumentRefused):
            identity_check(link, FakeClock()).check()
        with pytest.raises(InstrumentSilent):
            identity_check(link, FakeClock(), unit=9).check()

    def test_it_is_asked_again_in_time_and_after_a_reconnect(self) -> None:
        clock = FakeClock()
        other = dict.fromkeys(SERIAL, 14649)
        with tcp_device(SERIAL) as port:
            link = tcp(port, PATIENT)
            checked = identity_check(link, clock, check_every="10min")
            checked.check()
        with tcp_device(other, port=port):
            checked.check()  # the connection is not known to be gone, and the time has not come
            clock.advance(600)
            with pytest.raises(InstrumentSwapped, match="'99999999'"):
                checked.check()
        with tcp_device(SERIAL, port=port):
            link.connect()
            checked.check()
        link.close()


CONFIGURATION = """
station: {{name: Example, province: HN, facility: ABCD, code: NUO001, kind: wastewater}}
links:
  plc: {{type: modbus-tcp, host: 127.0.0.1, port: {port}, timeout: 500ms}}
instruments:
  - name: multiprobe
    link: plc
    poll: 100ms
    identity: {{register: "holding:200", type: string, length: 8, equals: "SN-1234"}}
    parameters:
      - {{symbol: COD, unit: mg/L, register: "input:2", type: uint16, scale: 0.1}}
"""


def configuration(folder: Path, port: int) -> Configuration:
    file = folder / "gateway.yaml"
    file.write_text(CONFIGURATION.format(port=port), encoding="utf-8")
    return load(file)


def test_a_swapped_device_is_an_error_once_and_no_value(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    notes, clock = Notes(), RealClock()
    good = SERIAL | {("input", 2): 713}
    with caplog.at_level(logging.INFO):
        with tcp_device(good) as port:
            (poller,) = build_pollers(configuration(tmp_path, port), clock, notes, notes)
            live(poller, clock, 0.3)
            assert notes.samples[-1].readings == (Reading(71.3, M),)
        notes.samples.clear()
        with tcp_device(good | {("holding", 203): 0x3500}, port=port):
            live(poller, clock, 3.0)
            assert {sample.readings for sample in notes.samples} == {(NO_ANSWER,)}
            assert notes.states["instrument", "multiprobe"] == "wrong-device"
        with tcp_device(good, port=port):
            until_s = time.monotonic() + 20
            while notes.samples[-1].readings != (Reading(71.3, M),) and time.monotonic() < until_s:
                live(poller, clock, 0.2)
    assert notes.samples[-1].readings == (Reading(71.3, M),)
    errors = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    assert len(errors) == 1
    assert "'SN-1235'" in errors[0]
    assert "'SN-1234'" in errors[0]
    poller.close()


def test_the_calendar_has_a_say_too(tmp_path: Path) -> None:
    """02:10 in Vietnam is 19:10 the day before in Greenwich."""

    class Night:
        def now(self) -> Instant:
            return Instant(1_767_294_600_000, time.monotonic())

    text = CONFIGURATION.replace("    parameters", '    status: {{schedule: "02:00-02:20"}}\n    parameters')
    notes, clock = Notes(), Night()
    with tcp_device(SERIAL | {("input", 2): 713}) as port:
        file = tmp_path / "gateway.yaml"
        file.write_text(text.format(port=port), encoding="utf-8")
        (poller,) = build_pollers(load(file), clock, notes, notes)
        poller.step(clock.now())
        poller.close()
    assert notes.samples[0].readings == (Reading(71.3, C),)
