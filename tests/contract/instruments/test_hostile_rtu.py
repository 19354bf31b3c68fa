"""What a broken line or unit on RS-485 can do: cost a time-out, never a wrong value, never a hang."""

from __future__ import annotations

import random
import struct
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from gateway.config import Table
from gateway.core.errors import InstrumentError, InstrumentGarbled, InstrumentRefused, InstrumentSilent
from gateway.instruments.modbus import ModbusLink
from tests.contract.instruments.links import SLACK_S, TIMEOUT_S, rtu
from tests.support.modbus_server.scripted import Say, Script, ScriptedSerial, later


def checksum(frame: bytes) -> bytes:
    """Modbus over serial line 1.02, 6.2.2, bit by bit as it stands there."""
    register = 0xFFFF
    for byte in frame:
        register ^= byte
        for _ in range(8):
            register = register >> 1 ^ 0xA001 if register & 1 else register >> 1
    return struct.pack("<H", register)


def frame(*values: int, unit: int = 1, function: int = 3) -> bytes:
    body = bytes([unit, function, 2 * len(values)]) + struct.pack(f">{len(values)}H", *values)
    return body + checksum(body)


def refusal(code: int, unit: int = 1) -> bytes:
    body = bytes([unit, 0x83, code])
    return body + checksum(body)


def once(*pieces: bytes) -> Script:
    def script(request: bytes, say: Say) -> bool:
        for piece in pieces:
            say(piece)
        return True

    return script


def ask(link: ModbusLink, unit: int = 1, count: int = 2) -> tuple[int, ...]:
    return link.read(unit, Table.HOLDING, 0, count)


GOOD = frame(713, 714)
DAMAGED = GOOD[:4] + bytes([GOOD[4] ^ 1]) + GOOD[5:]

GARBLED = {
    "checksum": [DAMAGED],
    "unit": [frame(713, 714, unit=9)],
    "function": [frame(713, 714, function=4)],
    "too few registers": [frame(713)],
    "too many registers": [frame(713, 714, 715)],
    "half a frame": [GOOD[:5]],
    "noise": [bytes.fromhex("ff00aa55") * 8],
    "flood": [b"\x01\x03" * 2000],
}


@pytest.mark.parametrize("kind", GARBLED)
def test_what_is_not_the_answer_is_no_value(kind: str) -> None:
    with ScriptedSerial(once(*GARBLED[kind])) as device:
        link = rtu(device.path)
        began_s = time.monotonic()
        with pytest.raises(InstrumentGarbled):
            ask(link)
        assert time.monotonic() - began_s < TIMEOUT_S + SLACK_S
        link.close()


ANSWERED = {
    "plainly": [GOOD],
    "after a line driver's byte": [b"\x00" + GOOD],
    "after noise that looks like a frame's beginning": [b"\x01\x03\xff" + GOOD],
    "after an echo of the question": [bytes.fromhex("010300000002c40b") + GOOD],
    "after another unit's late words": [frame(1, 2, unit=9) + GOOD],
    "in pieces": [GOOD[:1], GOOD[1:4], GOOD[4:]],
    "with noise behind it": [GOOD + b"\xff"],
}


@pytest.mark.parametrize("how", ANSWERED)
def test_a_good_answer_is_found(how: str) -> None:
    with ScriptedSerial(once(*ANSWERED[how])) as device:
        link = rtu(device.path)
        assert ask(link) == (713, 714)
        assert ask(link) == (713, 714)
        link.close()


def test_silence_ends_with_the_time_out() -> None:
    with ScriptedSerial(once()) as device:
        link = rtu(device.path)
        began_s = time.monotonic()
        with pytest.raises(InstrumentSilent, match="unit 1 did not answer"):
            ask(link)
        assert TIMEOUT_S <= time.monotonic() - began_s < TIMEOUT_S + SLACK_S
        link.close()


def test_a_refusal_keeps_its_code() -> None:
    with ScriptedSerial(once(refusal(2))) as device:
        link = rtu(device.path)
        with pytest.raises(InstrumentRefused) as refused:
            ask(link)
        assert refused.value.code == 2
        link.close()


@pytest.mark.parametrize("late", [1.2, 1.8])
def test_a_late_reply_is_not_taken_for_the_next_answer(late: float) -> None:
    """RTU answers bear no number: the same unit, function and count a moment later look alike. The second answer comes
    slowly, so that the first would be there before it, and well within the time-out also where a busy machine's timers
    are late."""
    timeout_s = 4 * TIMEOUT_S
    values = iter([1, 2, 3, 4, 5])

    def answer(request: bytes, say: Say) -> bool:
        value = next(values)
        after((late if value == 1 else 0.6) * timeout_s, say, frame(value, value))
        return True

    with ScriptedSerial(answer) as device, later() as after:
        link = rtu(device.path, f"{timeout_s * 1000:.0f}ms")
        with pytest.raises(InstrumentSilent):
            ask(link)
        assert ask(link) == (2, 2)
        assert ask(link) == (3, 3)
        link.close()


def test_a_late_reply_is_awaited_though_another_unit_failed_meanwhile() -> None:
    timeout_s = 4 * TIMEOUT_S
    asked: list[int] = []

    def script(request: bytes, say: Say) -> bool:
        asked.append(request[0])
        if request[0] == 2:
            say(frame(9, unit=2))
        else:
            after((1.6 if len(asked) == 1 else 0.8) * timeout_s, say, frame(len(asked), len(asked)))
        return True

    with ScriptedSerial(script) as device, later() as after:
        link = rtu(device.path, f"{timeout_s * 1000:.0f}ms")
        with pytest.raises(InstrumentSilent):
            ask(link)
        with pytest.raises(InstrumentGarbled):
            ask(link, unit=2)
        assert ask(link) == (3, 3)
        link.close()


def test_a_late_reply_does_not_hold_up_another_unit() -> None:
    def answering(request: bytes, say: Say) -> bool:
        if request[0] == 2:
            say(frame(5, 6, unit=2))
        return True

    with ScriptedSerial(answering) as device:
        link = rtu(device.path, "1s")
        with pytest.raises(InstrumentSilent):
            ask(link, unit=1)
        began_s = time.monotonic()
        assert ask(link, unit=2) == (5, 6)
        assert time.monotonic() - began_s < 0.9
        link.close()


def test_what_was_said_between_questions_is_thrown_away() -> None:
    with ScriptedSerial(once(GOOD)) as device:
        link = rtu(device.path)
        ask(link)
        device.say(frame(1, 2))
        time.sleep(0.02)
        assert ask(link) == (713, 714)
        link.close()


def test_a_line_that_never_falls_silent_is_given_up() -> None:
    is_over = threading.Event()

    def babble(say: Callable[[bytes], None]) -> None:
        while not is_over.wait(0.001):
            say(b"\x55\x55")

    with ScriptedSerial(once(GOOD)) as device:
        link = rtu(device.path, baudrate=1200)
        link.connect()
        babbler = threading.Thread(target=babble, args=(device.say,))
        babbler.start()
        began_s = time.monotonic()
        with pytest.raises(InstrumentGarbled, match="never falls silent"):
            ask(link)
        assert time.monotonic() - began_s < 3 * TIMEOUT_S
        is_over.set()
        babbler.join()
        link.close()


def test_frames_are_apart_by_three_and_a_half_characters() -> None:
    heard: list[float] = []

    def note(request: bytes, say: Say) -> bool:
        heard.append(time.monotonic())
        say(GOOD)
        return True

    with ScriptedSerial(note) as device:
        link = rtu(device.path, baudrate=1200)
        for _ in range(4):
            ask(link)
        link.close()
    silence_s = 3.5 * 10 / 1200
    assert all(after - before >= silence_s for before, after in zip(heard, heard[1:], strict=False))


def test_a_slow_line_is_not_a_silent_device() -> None:
    """At 300 baud 20 registers take 1.5 s of wire, far more than the time-out; here they come in 0.9 s."""
    registers = list(range(20))
    whole = frame(*registers)

    def slowly(request: bytes, say: Say) -> bool:
        for byte in whole:
            say(bytes([byte]))
            time.sleep(0.02)
        return True

    with ScriptedSerial(slowly) as device:
        link = rtu(device.path, baudrate=300)
        assert ask(link, count=20) == tuple(registers)
        link.close()


def test_a_port_that_is_pulled_out_and_plugged_in_again(tmp_path: Path) -> None:
    """A name below /dev/serial/by-id is a link to whatever the adapter is called this time."""
    name = tmp_path / "usb-1a86_USB_Serial-if00-port0"
    link = rtu(str(name))
    with ScriptedSerial(once(GOOD)) as device:
        name.symlink_to(device.path)
        link.connect()
        assert ask(link) == (713, 714)
        device.unplug()
        name.unlink()
        with pytest.raises(InstrumentSilent, match="cannot connect: .*No such file"):
            link.connect()
    with ScriptedSerial(once(frame(3, 4))) as device:
        name.symlink_to(device.path)
        link.connect()
        assert ask(link) == (3, 4)
        link.close()


def test_a_port_that_is_pulled_out_in_the_middle_of_a_question() -> None:
    with ScriptedSerial(once()) as device:
        link = rtu(device.path, timeout="5s")
        link.connect()
        timer = threading.Timer(0.1, device.unplug)
        timer.start()
        began_s = time.monotonic()
        with pytest.raises(InstrumentSilent):
            ask(link)
        assert time.monotonic() - began_s < 2.0
        timer.join()
        link.close()


def test_a_port_that_another_program_holds_is_left_to_it() -> None:
    with ScriptedSerial(once(GOOD)) as device:
        first, second = rtu(device.path), rtu(device.path)
        first.connect()
        with pytest.raises(InstrumentSilent, match="another program uses the port"):
            second.connect()
        first.close()
        second.close()


def test_what_is_no_serial_device_is_refused_in_words(tmp_path: Path) -> None:
    regular = tmp_path / "ttyUSB0"
    regular.write_bytes(b"")
    link = rtu(str(regular))
    with pytest.raises(InstrumentSilent, match=f"^{regular}: cannot connect: it is no serial port$"):
        link.connect()
    link.close()


def test_an_adapter_that_is_not_there_is_named_once_and_asked_for(tmp_path: Path) -> None:
    missing = tmp_path / "usb-port0"
    link = rtu(str(missing))
    with pytest.raises(InstrumentSilent, match=f"^{missing}: cannot connect: No such .*plugged in.*") as caught:
        link.connect()
    assert str(caught.value).count(str(missing)) == 1
    link.close()


def test_an_interrupt_ends_a_wait_at_once() -> None:
    with ScriptedSerial(once()) as device:
        link = rtu(device.path, timeout="30s")
        link.connect()
        timer = threading.Timer(0.1, link.interrupt)
        timer.start()
        began_s = time.monotonic()
        with pytest.raises(InstrumentSilent, match="stopping"):
            ask(link)
        assert time.monotonic() - began_s < 2.0
        timer.join()
        link.close()


def test_a_hundred_damaged_answers_give_no_value() -> None:
    """One to three bits of a good frame turned over, at random with a seed: the checksum must notice all of them."""
    chance = random.Random(20260101)

    def damaged(request: bytes, say: Say) -> bool:
        bits = int.from_bytes(GOOD, "big")
        for place in chance.sample(range(8 * len(GOOD)), chance.randint(1, 3)):
            bits ^= 1 << place
        say(bits.to_bytes(len(GOOD), "big"))
        return True

    with ScriptedSerial(damaged) as device:
        link = rtu(device.path, timeout="10ms")
        for _ in range(100):
            with pytest.raises(InstrumentError):
                ask(link)
        link.close()
