"""SDI-12 sensors, whose answers are written out by hand; the checksums are those that makers print."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import TypeAdapter

from gateway.config.instruments.instrument import Instrument as Settings
from gateway.core.errors import (
    InstrumentError,
    InstrumentGarbled,
    InstrumentRefused,
    InstrumentSilent,
    InstrumentSwapped,
)
from gateway.core.interfaces import Instrument
from gateway.core.reading import Readings, Status
from gateway.core.reason import Cause
from gateway.instruments.lines.text_link import TextLink
from gateway.instruments.registry import protocol_of
from gateway.instruments.sdi12.telegram import crc
from tests.contract.instruments.links import TIMEOUT_S, RealClock
from tests.contract.instruments.text_devices import instrument, plugged

Say = Callable[[bytes], object]


def sensor(*parameters: dict[str, Any], poll: str = "10s", **protocol: Any) -> dict[str, Any]:
    listed = list(parameters) or [{"symbol": "pH", "unit": "-", "field": 1}]
    section = {"address": "1", **protocol}
    return {"name": "probe", "link": "line", "poll": poll, "sdi12": section, "parameters": listed}


class Bus:
    """Answers each command by what is written for it: pieces, or seconds to wait. Notes what it is asked."""

    def __init__(self, answers: dict[str, list[bytes | float]]) -> None:
        self.answers = answers
        self.asked: list[str] = []
        self._heard = b""

    def hear(self, piece: bytes, say: Say) -> bool:
        self._heard += piece
        while b"!" in self._heard:
            command, _, self._heard = self._heard.partition(b"!")
            self.asked.append(command.decode())
            for part in self.answers.get(self.asked[-1], []):
                if isinstance(part, float):
                    time.sleep(part)
                else:
                    say(part)
        return True


WEATHER = b"1+2.7+85.2-0.2-2.7+770.5CAH\r\n"
"""Vaisala's own example (WMT700, M211095EN)."""


def read(content: dict[str, Any], answers: dict[str, list[bytes | float]]) -> Readings:
    bus = Bus(answers)
    with plugged("tcp", bus.hear) as link:
        readings = instrument(content, link).read()
        assert isinstance(readings, Readings)
        return readings


FIVE = [{"symbol": symbol, "unit": "mg/L", "field": n} for n, symbol in enumerate(["COD", "TSS", "BOD5", "DO"], 1)]


def test_a_makers_own_example() -> None:
    readings = read(sensor(*FIVE), {"1MC": [b"10005\r\n"], "1D0": [WEATHER]})
    assert list(readings.values) == [2.7, 85.2, -0.2, -2.7]
    assert set(readings.statuses) == {Status.MEASURING}


def test_the_checksum_is_that_of_two_makers() -> None:
    assert crc(b"0+0.04+10+14.8+0.0+0+0.0") == b"INy"
    assert crc(b"1+2.7+85.2-0.2-2.7+770.5") == b"CAH"


def test_a_service_request_ends_the_wait() -> None:
    began_s = time.monotonic()
    answers: dict[str, list[bytes | float]] = {"1M": [b"10092\r\n", 0.1, b"1\r\n"], "1D0": [b"1+7.1+20\r\n"]}
    assert list(read(sensor(crc=False), answers).values) == [7.1]
    assert 0.1 <= time.monotonic() - began_s < 1.0


def test_without_a_service_request_the_time_is_waited_for() -> None:
    began_s = time.monotonic()
    assert list(read(sensor(crc=False), {"1M": [b"10011\r\n"], "1D0": [b"1+7.1\r\n"]}).values) == [7.1]
    assert 1.0 <= time.monotonic() - began_s < 1.6


def test_a_measurement_longer_than_the_period_is_not_waited_for() -> None:
    began_s = time.monotonic()
    with pytest.raises(InstrumentRefused, match="takes 120 s, and it is asked every 10 s: a longer poll"):
        read(sensor(crc=False), {"1M": [b"11201\r\n"]})
    assert time.monotonic() - began_s < TIMEOUT_S


def test_values_that_are_there_at_once() -> None:
    content = sensor({"symbol": "pH", "unit": "-", "field": 2, "command": "R3"}, crc=False)
    assert list(read(content, {"1R3": [b"1-0.5+7.25\r\n"]}).values) == [7.25]


def test_an_adapter_that_echoes_and_puts_blank_lines() -> None:
    answers: dict[str, list[bytes | float]] = {"1M": [b"1M!\r\n", b"\r\n10001\r\n"], "1D0": [b"1D0!1+7.1\r\n"]}
    assert list(read(sensor(crc=False), answers).values) == [7.1]


BROKEN: dict[str, tuple[dict[str, list[bytes | float]], type[InstrumentError]]] = {
    "nobody": ({}, InstrumentSilent),
    "another address announces": ({"1M": [b"20001\r\n"]}, InstrumentGarbled),
    "another address tells": ({"1M": [b"10001\r\n"], "1D0": [b"2+7.1\r\n"]}, InstrumentGarbled),
    "half an announcement": ({"1M": [b"100"]}, InstrumentGarbled),
    "a short announcement": ({"1M": [b"1001\r\n"]}, InstrumentGarbled),
    "half of the values": ({"1M": [b"10001\r\n"], "1D0": [b"1+7."]}, InstrumentGarbled),
    "fewer": ({"1M": [b"10003\r\n"], "1D0": [b"1+1+2\r\n"], "1D1": [b"1\r\n"]}, InstrumentGarbled),
    "more": ({"1M": [b"10001\r\n"], "1D0": [b"1+1+2\r\n"]}, InstrumentGarbled),
    "aborted": ({"1M": [b"10001\r\n"], "1D0": [b"1\r\n"]}, InstrumentGarbled),
    "no sign": ({"1M": [b"10001\r\n"], "1D0": [b"17.1\r\n"]}, InstrumentGarbled),
    "a word": ({"1M": [b"10001\r\n"], "1D0": [b"1+ERR\r\n"]}, InstrumentGarbled),
    "two answers": ({"1M": [b"10001\r\n"], "1D0": [b"1+7.1\r\n1+7.2\r\n"]}, InstrumentGarbled),
    "no values": ({"1M": [b"10000\r\n"]}, InstrumentRefused),
    "a flood": ({"1M": [b"1" * 5000]}, InstrumentGarbled),
    "a flood while it measures": ({"1M": [b"10010\r\n", b"x" * 2_000_000]}, InstrumentError),
    "noise": ({"1M": [b"\xff\x00\x01\r\n"]}, InstrumentGarbled),
}


@pytest.mark.parametrize(("answers", "error"), BROKEN.values(), ids=BROKEN.keys())
def test_what_is_no_answer(answers: dict[str, list[bytes | float]], error: type[InstrumentError]) -> None:
    began_s = time.monotonic()
    with pytest.raises(error):
        read(sensor(crc=False), answers)
    assert time.monotonic() - began_s < 2


def test_a_wrong_checksum() -> None:
    changed = WEATHER.replace(b"85.2", b"86.2")
    with pytest.raises(InstrumentGarbled, match="checksum is wrong"):
        read(sensor(), {"1MC": [b"10005\r\n"], "1D0": [changed]})


def test_a_sensor_that_knows_no_checksum_says_what_to_try() -> None:
    with pytest.raises(InstrumentSilent, match="crc: false"):
        read(sensor(), {"1M": [b"10001\r\n"]})


def test_one_of_two_measurements_fails() -> None:
    parameters = [
        {"symbol": "pH", "unit": "-", "field": 1},
        {"symbol": "Temp", "unit": "oC", "field": 3},
        {"symbol": "DO", "unit": "mg/L", "field": 1, "command": "M1"},
    ]
    answers: dict[str, list[bytes | float]] = {"1M": [b"10002\r\n"], "1D0": [b"1+7.1+20\r\n"]}
    readings = read(sensor(*parameters, crc=False), answers)
    assert list(readings.values) == [7.1, None, None]
    causes = [None if reason is None else reason.cause for reason in readings.reasons or ()]
    assert causes == [None, Cause.NO_NUMBER, Cause.SILENT]


def test_slow_sensors_measure_together() -> None:
    """Two that take a second each: the second one is started while the first is waited for."""
    answers: dict[str, list[bytes | float]] = {
        "1C": [b"100001\r\n"],
        "1D0": [b"1+7.1\r\n"],
        "2C": [b"200001\r\n"],
        "2D0": [b"2+7.2\r\n"],
    }
    together = {"symbol": "pH", "unit": "-", "field": 1, "command": "C"}
    bus = Bus(answers)
    with plugged("tcp", bus.hear) as link:
        first = instrument(sensor(together, poll="1s", crc=False), link)
        second = instrument(sensor(together, poll="1s", crc=False, address="2"), link)
        assert [values(first), values(second)] == [[7.1], [7.2]]
        bus.asked.clear()
        answers |= {"1C": [b"100101\r\n"], "2C": [b"200101\r\n"]}
        time.sleep(0.5)
        began_s = time.monotonic()
        assert [values(first), values(second)] == [[7.1], [7.2]]
        assert time.monotonic() - began_s < 1.6
    assert bus.asked[:3] == ["1C", "2C", "1D0"]
    assert bus.asked[-1] == "2D0"  # before it, on a busy machine, the first one's next turn has come


def test_a_dead_neighbour_is_not_asked_in_the_turn_of_others() -> None:
    together = {"symbol": "pH", "unit": "-", "field": 1, "command": "C"}
    bus = Bus({"1C": [b"100001\r\n"], "1D0": [b"1+7.1\r\n"]})
    with plugged("tcp", bus.hear) as link:
        first = instrument(sensor(together, poll="100ms", crc=False), link)
        dead = instrument(sensor(together, poll="100ms", crc=False, address="2"), link)
        with pytest.raises(InstrumentSilent):
            dead.read()
        bus.asked.clear()
        assert values(first) == [7.1]
    assert bus.asked == ["1C", "1D0"]


@pytest.mark.parametrize(
    ("said", "error"), [(b"113METER   TER12 400T12-00094\r\n", None), (b"113OTHER\r\n", InstrumentSwapped)]
)
def test_who_it_is(said: bytes, error: type[InstrumentError] | None) -> None:
    settings = TypeAdapter(Settings).validate_python(sensor(crc=False, identity="13METER   TER12"))
    bus = Bus({"1I": [said]})
    with plugged("tcp", bus.hear) as link:
        check = protocol_of(settings).identity_check(settings, link, RealClock())
        assert check is not None
        if error is None:
            check.check()
        else:
            with pytest.raises(error, match="another sensor"):
                check.check()


def test_an_interrupt_ends_a_measurement() -> None:
    def hear(_piece: bytes, say: Say) -> bool:
        say(b"10091\r\n")
        links[0].interrupt()
        return True

    links: list[TextLink] = []
    with plugged("tcp", hear) as link:
        links.append(link)
        began_s = time.monotonic()
        with pytest.raises(InstrumentSilent, match="stopping"):
            instrument(sensor(crc=False), link).read()
        assert time.monotonic() - began_s < 1


def values(driver: Instrument) -> list[float | None]:
    return [reading.value for reading in driver.read()]
