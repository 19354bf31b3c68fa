"""What the lines below Modbus promise: a pause that is kept, no answer from the past, no echo for an answer."""

from __future__ import annotations

import time

import pytest

from gateway.config import ModbusRtuLink, Table
from gateway.core.errors import InstrumentGarbled, InstrumentSilent
from gateway.instruments.modbus import link_of
from tests.contract.instruments.links import SLACK_S, TIMEOUT_S, RealClock, modbus_ascii, rtu, rtu_over_tcp
from tests.support.modbus_server.bridges import crc, to_ascii
from tests.support.modbus_server.scripted import Say, Script, ScriptedSerial, later, scripted_tcp


def frame(*values: int, unit: int = 1) -> bytes:
    body = bytes([unit, 3, 2 * len(values)]) + b"".join(value.to_bytes(2, "big") for value in values)
    return body + crc(body)


def saying(*pieces: bytes) -> Script:
    def script(request: bytes, say: Say) -> bool:
        for piece in pieces:
            say(piece)
        return True

    return script


def test_the_pause_is_kept_after_an_answer() -> None:
    heard: list[float] = []

    def note(request: bytes, say: Say) -> bool:
        heard.append(time.monotonic())
        say(frame(713))
        return True

    settings = {"type": "modbus-rtu", "baudrate": 115_200, "timeout": "500ms", "pause": "60ms"}
    with ScriptedSerial(note) as device:
        link = link_of("bus", ModbusRtuLink.model_validate(settings | {"device": device.path}), RealClock())
        for _ in range(4):
            link.read(1, Table.HOLDING, 0, 1)
        link.close()
    assert min(later - earlier for earlier, later in zip(heard, heard[1:], strict=False)) >= 0.06


def test_a_port_whose_driver_knows_no_rs485_says_so() -> None:
    with ScriptedSerial(saying(frame(713))) as device:
        settings = {"type": "modbus-rtu", "device": device.path, "rs485": True}
        link = link_of("bus", ModbusRtuLink.model_validate(settings), RealClock())
        with pytest.raises(InstrumentSilent, match="no RS-485 mode: leave rs485 out"):
            link.connect()
        link.close()


@pytest.mark.parametrize("late", [1.2, 1.6])
def test_a_device_servers_late_answer_comes_on_the_next_connection_and_is_dropped(late: float) -> None:
    timeout_s = 3 * TIMEOUT_S
    says: list[Say] = []

    def answer(request: bytes, say: Say) -> bool:
        says.append(say)
        if len(says) == 1:
            after(late * timeout_s, lambda piece: says[-1](piece), frame(1))
        else:
            after(0.5 * timeout_s, say, frame(len(says)))
        return True

    with scripted_tcp(answer) as port, later() as after:
        link = rtu_over_tcp(port, f"{timeout_s * 1000:.0f}ms")
        with pytest.raises(InstrumentSilent):
            link.read(1, Table.HOLDING, 0, 1)
        link.connect()
        says.append(lambda piece: None)
        assert link.read(1, Table.HOLDING, 0, 1) == (3,)
        link.close()


@pytest.mark.parametrize("answer", [b"", bytes([1, 2, 3, 0x5A, 0x00, 0xA5]) + crc(bytes([1, 2, 3, 0x5A, 0x00, 0xA5]))])
def test_an_echo_that_is_a_sound_answer_is_none(answer: bytes) -> None:
    """Read 24 inputs from 768 on: unit, function, and then 03 in place of a count of bytes, up to the checksum."""

    def echoing(request: bytes, say: Say) -> bool:
        say(request)
        say(answer)
        return True

    with ScriptedSerial(echoing) as device:
        link = rtu(device.path)
        if answer:
            bits = link.read(1, Table.DISCRETE, 768, 24)
            assert sum(bit << place for place, bit in enumerate(bits)) == 0xA5005A
        else:
            with pytest.raises(InstrumentGarbled):
                link.read(1, Table.DISCRETE, 768, 24)
        link.close()


def test_noise_on_a_device_server_between_questions_is_thrown_away() -> None:
    heard: list[Say] = []

    def noisy(request: bytes, say: Say) -> bool:
        heard.append(say)
        say(frame(713) + b"\xff")
        return True

    with scripted_tcp(noisy) as port:
        link = rtu_over_tcp(port, pause="20ms")
        for _ in range(3):
            assert link.read(1, Table.HOLDING, 0, 1) == (713,)
            heard[-1](frame(1))
        link.close()


GOOD = to_ascii(frame(713))
ANSWERED = {
    "plainly": [GOOD],
    "in small letters": [GOOD.lower()],
    "after noise": [b"\x00\xff:01" + GOOD],
    "after another unit's words": [to_ascii(frame(5, unit=9)) + GOOD],
    "after an echo of the question": [b":010300000001FB\r\n" + GOOD],
    "in pieces": [GOOD[:3], GOOD[3:9], GOOD[9:]],
}
GARBLED = {
    "check byte": [GOOD[:-3] + b"0\r\n"],
    "no hex digits": [b":01G30202C90D\r\n"],
    "sign in place of a digit": [b":+1030202C90D\r\n"],
    "odd digits": [b":0103202C90D\r\n"],
    "unit": [to_ascii(frame(713, unit=9))],
    "count": [to_ascii(frame(713, 714))],
    "half": [GOOD[:8]],
    "flood": [b":0103" * 400],
}


@pytest.mark.parametrize("how", ANSWERED)
def test_a_good_ascii_answer_is_found(how: str) -> None:
    with ScriptedSerial(saying(*ANSWERED[how])) as device:
        link = modbus_ascii(device.path)
        assert link.read(1, Table.HOLDING, 0, 1) == (713,)
        link.close()


@pytest.mark.parametrize("kind", GARBLED)
def test_what_is_no_ascii_answer_is_no_value(kind: str) -> None:
    with ScriptedSerial(saying(*GARBLED[kind])) as device:
        link = modbus_ascii(device.path)
        began_s = time.monotonic()
        with pytest.raises(InstrumentGarbled):
            link.read(1, Table.HOLDING, 0, 1)
        assert time.monotonic() - began_s < TIMEOUT_S + SLACK_S
        link.close()
