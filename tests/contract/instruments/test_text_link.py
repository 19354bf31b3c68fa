"""Text over a real socket and a real terminal: a broken device costs a time-out, never a wrong value, never a hang."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from gateway.core.errors import InstrumentGarbled, InstrumentSilent
from gateway.core.reading import Reading, Status
from gateway.instruments.lines.text_link import TextLink
from tests.contract.instruments.links import TIMEOUT, TIMEOUT_S
from tests.contract.instruments.text_devices import DUSTMETER, Device, instrument, plugged, serial, tcp
from tests.support.device_server import device_server
from tests.support.modbus_server.scripted import Say, ScriptedSerial, later, scripted_tcp

GOOD = b"PM=12.5;ST=0\r\n"
PM = (Reading(12.5, Status.MEASURING),)
LATER = (Reading(13.5, Status.MEASURING),)
WIRES = ["tcp", "serial"]

pytestmark = pytest.mark.parametrize("wire", WIRES)


def test_an_answer_in_pieces(wire: str) -> None:
    device = Device([[b"PM=1", b"2.5;ST=0\r", b"\n"]])
    with plugged(wire, device.hear) as link:
        assert instrument(DUSTMETER, link).read() == PM
    assert device.asked == b"R\r"


def test_silence_ends_with_the_time_out(wire: str) -> None:
    with plugged(wire, Device().hear) as link:
        silent = instrument(DUSTMETER, link)
        began_s = time.monotonic()
        with pytest.raises(InstrumentSilent, match="ascii did not answer within"):
            silent.read()
        assert TIMEOUT_S <= time.monotonic() - began_s < TIMEOUT_S + 0.15


@pytest.mark.parametrize("late", [1.2, 1.6])
def test_a_late_answer_is_not_taken_for_the_next(wire: str, late: float) -> None:
    """The second answer comes slowly, so that the first would be there before it; and the first well before it is too
    late to be awaited, also where a busy machine's timers are late."""
    timeout_s = 3 * TIMEOUT_S
    values = iter([11.5, 12.5, 13.5])

    def answer(piece: bytes, say: Say) -> bool:
        value = next(values)
        after((late if value == 11.5 else 0.6) * timeout_s, say, b"PM=%.1f;ST=0\r\n" % value)
        return True

    timeout = f"{timeout_s * 1000:.0f}ms"
    with ScriptedSerial(answer) as device, _reached(wire, device, timeout) as link, later() as after:
        meter = instrument(DUSTMETER, link)
        with pytest.raises(InstrumentSilent):
            meter.read()
        assert meter.read() == PM
        assert meter.read() == LATER


def test_what_was_said_between_questions_is_thrown_away(wire: str) -> None:
    device = Device([[GOOD], [b"PM=13.5;ST=0\r\n"]])
    with plugged(wire, device.hear) as link:
        meter = instrument(DUSTMETER, link)
        assert meter.read() == PM
        device.say(b"PM=99.9;ST=0\r\n")
        time.sleep(0.02)
        assert meter.read() == LATER


@pytest.mark.parametrize("noise", [b"PM=", b"\x00\xff" * 3000, b"PM=12.5;ST=0\n\r"])
def test_noise_is_no_answer(wire: str, noise: bytes) -> None:
    device = Device([[noise], [GOOD]])
    with plugged(wire, device.hear) as link:
        meter = instrument(DUSTMETER, link)
        began_s = time.monotonic()
        with pytest.raises(InstrumentGarbled):
            meter.read()
        assert time.monotonic() - began_s < TIMEOUT_S + 0.2
        assert meter.read() == PM


def test_a_pause_is_kept_before_each_question(wire: str) -> None:
    device = Device([[GOOD]] * 3)
    with plugged(wire, device.hear, pause="50ms") as link:
        meter = instrument(DUSTMETER, link)
        for _ in range(3):
            assert meter.read() == PM
    assert all(after - before >= 0.05 for before, after in zip(device.heard_at_s, device.heard_at_s[1:], strict=False))


def test_an_interrupt_ends_a_wait_at_once(wire: str) -> None:
    with plugged(wire, Device().hear, timeout="30s") as link:
        link.connect()
        timer = threading.Timer(0.1, link.interrupt)
        timer.start()
        began_s = time.monotonic()
        with pytest.raises(InstrumentSilent, match="stopping"):
            instrument(DUSTMETER, link).read()
        assert time.monotonic() - began_s < 2.0
        timer.join()


def test_unplugged_and_plugged_in_again(wire: str, tmp_path: Path) -> None:
    device = Device([[GOOD], [GOOD]])
    if wire == "serial":
        name = tmp_path / "usb-1a86_USB_Serial-if00-port0"
        link = serial(str(name))
        meter = instrument(DUSTMETER, link)
        with ScriptedSerial(device.hear) as first:
            name.symlink_to(first.path)
            assert meter.read() == PM
            first.unplug()
            name.unlink()
            with pytest.raises(InstrumentSilent, match=r"cannot connect: .*No such file"):
                link.connect()
        with ScriptedSerial(device.hear) as second:
            name.symlink_to(second.path)
            link.connect()
            assert meter.read() == PM
            link.close()
        return
    with scripted_tcp(device.hear) as port:
        link = tcp(port)
        meter = instrument(DUSTMETER, link)
        assert meter.read() == PM
    with pytest.raises(InstrumentSilent, match="cannot connect"):
        link.connect()
    with scripted_tcp(device.hear, port):
        link.connect()
        assert meter.read() == PM
        link.close()


@contextmanager
def _reached(wire: str, device: ScriptedSerial, timeout: str = TIMEOUT) -> Iterator[TextLink]:
    """A serial device, directly or behind a device server, which hands late answers to the next connection."""
    with ExitStack() as stack:
        port = stack.enter_context(device_server(device.path)) if wire == "tcp" else 0
        link = tcp(port, timeout=timeout) if port else serial(device.path, timeout=timeout)
        stack.callback(link.close)
        yield link
