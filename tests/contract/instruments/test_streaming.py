"""Devices that talk unasked, over a socket and a terminal: only a fresh line, heard from its beginning, counts."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from gateway.core.errors import InstrumentError, InstrumentGarbled, InstrumentSilent
from gateway.core.reading import Reading, Status
from gateway.instruments.lines.text_link import TextLink
from tests.contract.instruments.links import TIMEOUT_S
from tests.contract.instruments.text_devices import DUSTMETER, instrument, serial, tcp
from tests.support.clock import FakeClock
from tests.support.modbus_server.scripted import ScriptedSerial

PERIOD_S = 0.4
TALKER: dict[str, Any] = DUSTMETER | {
    "poll": "400ms",
    "ascii": {"streaming": True, "response": r"PM=(?P<PM>[-+0-9.]+);ST=(?P<status>\d)"},
}
Say = Callable[[bytes], object]


def line(value: float) -> bytes:
    return b"PM=%.1f;ST=0\r\n" % value


def pm(value: float) -> tuple[Reading, ...]:
    return (Reading(value, Status.MEASURING),)


@contextmanager
def talking(wire: str) -> Iterator[tuple[TextLink, Say]]:
    """A connected link, and a way to make the device speak."""
    if wire == "serial":
        with ScriptedSerial(lambda *_: True) as device:
            link = serial(device.path)
            link.connect()
            yield link, device.say
            link.close()
        return
    with socket.create_server(("127.0.0.1", 0)) as listener:
        link = tcp(listener.getsockname()[1])
        link.connect()
        peer, _ = listener.accept()
        with peer:
            yield link, peer.sendall
        link.close()


def settled() -> None:
    """What was said has arrived."""
    time.sleep(0.02)


@pytest.mark.parametrize("wire", ["tcp", "serial"])
class TestATalker:
    def test_the_newest_line_counts_and_counts_once(self, wire: str) -> None:
        with talking(wire) as (link, say):
            meter = instrument(TALKER, link)
            say(b"\r\n" + line(11.5) + line(12.5) + b"PM=1")
            settled()
            assert meter.read() == pm(12.5)
            began_s = time.monotonic()
            with pytest.raises(InstrumentSilent, match="no new line"):
                meter.read()
            assert TIMEOUT_S <= time.monotonic() - began_s < TIMEOUT_S + 0.15
            say(b"3.5;ST=0\r\n")
            settled()
            assert meter.read() == pm(13.5)

    def test_who_comes_in_the_middle_waits_for_a_whole_line(self, wire: str) -> None:
        """The pattern would match the half: `2.5` of `112.5`."""
        bare = TALKER | {"ascii": {"streaming": True, "response": "(?P<PM>[0-9.]+)"}, "status": []}
        with talking(wire) as (link, say):
            meter = instrument(bare, link)
            say(b"2.5\r\n112")
            settled()
            with pytest.raises(InstrumentSilent):
                meter.read()
            say(b".5\r\n")
            settled()
            assert meter.read() == pm(112.5)

    def test_a_line_that_may_be_older_than_a_period_does_not_count(self, wire: str) -> None:
        with talking(wire) as (link, say):
            meter = instrument(TALKER, link)
            say(b"\r\n" + line(11.5))
            settled()
            assert meter.read() == pm(11.5)
            say(line(12.5))
            time.sleep(1.5 * PERIOD_S)
            with pytest.raises(InstrumentSilent):
                meter.read()
            say(line(13.5))
            settled()
            assert meter.read() == pm(13.5)

    def test_a_line_that_is_not_as_described_is_passed_over(self, wire: str) -> None:
        with talking(wire) as (link, say):
            meter = instrument(TALKER, link)
            say(b"\r\n" + line(11.5) + b"WARMING UP\r\n")
            settled()
            assert meter.read() == pm(11.5)
            say(b"WARMING UP\r\nSTILL\r\n")
            settled()
            with pytest.raises(InstrumentGarbled, match=r"'STILL'; .*'WARMING UP'"):
                meter.read()
            say(line(12.5))
            settled()
            assert meter.read() == pm(12.5)

    def test_endless_talk_without_a_line_is_given_up(self, wire: str) -> None:
        with talking(wire) as (link, say):
            meter = instrument(TALKER, link)
            for _ in range(3):
                say(b"PM=12.5;" * 400)
                settled()
                with pytest.raises(InstrumentError):
                    meter.read()
            say(b"\r\n" + line(12.5))
            settled()
            assert meter.read() == pm(12.5)


def test_lines_that_overran_the_port_are_not_pieced_together() -> None:
    """A terminal keeps 4,095 bytes and may drop the rest: one line's end then stands behind another's beginning."""
    with talking("serial") as (link, say):
        meter = instrument(TALKER, link)
        say(b"\r\n" + line(11.5))
        settled()
        assert meter.read() == pm(11.5)
        for value in range(400):
            say(line(100 + value / 10))
        with pytest.raises(InstrumentSilent):
            meter.read()
        say(b"\r\n" + line(12.5))
        settled()
        assert meter.read() == pm(12.5)


def test_a_connection_that_went_dead_unnoticed_is_replaced() -> None:
    """As when the device lost its power: no end of the connection is ever announced."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        link = tcp(listener.getsockname()[1])
        meter = instrument(TALKER, link)
        link.connect()
        dead, _ = listener.accept()
        end_s = time.monotonic() + 10
        listener.settimeout(0.01)
        fresh = None
        while fresh is None and time.monotonic() < end_s:
            link.connect()
            try:
                fresh, _ = listener.accept()
            except TimeoutError:
                with pytest.raises(InstrumentSilent):
                    meter.read()
        assert fresh is not None
        fresh.sendall(b"\r\n" + line(12.5))
        settled()
        assert meter.read() == pm(12.5)
        link.close()
        fresh.close()
        dead.close()


class SlowTalker:
    """What a device says, each so many seconds after the one before. Implements `TextLine`."""

    address, timeout_s, holds_bytes, silent_since_s = "line", 0.3, 4096.0, 0.0
    is_open = False

    def __init__(self, times: FakeClock, says: list[tuple[float, bytes]]) -> None:
        self._times, self._says = times, says

    def open(self) -> None:
        self.is_open = True

    def receive(self, longest_s: float) -> bytes:
        if not self._says or self._says[0][0] > longest_s:
            self._times.advance(longest_s)
            return b""
        after_s, said = self._says.pop(0)
        self._times.advance(after_s)
        return said

    def verify(self) -> None: ...
    def drain(self, listen_s: float) -> None: ...
    def wire_time_s(self, byte_count: int) -> float:
        return 0.0

    def send(self, frame: bytes) -> None: ...
    def interrupt(self) -> None: ...
    def close(self) -> None: ...
    def release(self) -> None: ...


def test_a_single_read_of_who_speaks_as_often_as_he_is_polled_waits_for_his_next_line() -> None:
    """It begins in the middle of a line; the first whole one ends two periods later, and a little late."""
    times = FakeClock()
    link = TextLink("line", SlowTalker(times, [(2.0, b"5;ST=0\r\n"), (2.1, line(12.5))]), times)
    assert instrument(TALKER | {"poll": "2s"}, link).read() == pm(12.5)
