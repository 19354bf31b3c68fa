"""100,000 mutated frames for each framing: nothing escapes but the gateway's errors, and no value is invented.

Checksums and what makes an answer are computed here a second time, by the letter of the specification.
"""

from __future__ import annotations

import random
import re
import struct
from collections.abc import Callable, Iterator

import pytest
from pymodbus.pdu.register_message import ReadHoldingRegistersRequest

from gateway.core.errors import InstrumentError
from gateway.instruments.modbus.framing import AsciiFraming, Framing, RtuFraming, TcpFraming

MUTANTS = 100_000
UNIT, FUNCTION, COUNT = 17, 3, 4
CONTENT = bytes([FUNCTION, 2 * COUNT]) + struct.pack(f">{COUNT}H", 713, 0, 65535, 0x40E6)

_CRC = []
for _byte in range(256):
    _register = _byte
    for _ in range(8):
        _register = _register >> 1 ^ 0xA001 if _register & 1 else _register >> 1
    _CRC.append(_register)


def crc(frame: bytes) -> bytes:
    register = 0xFFFF
    for byte in frame:
        register = register >> 8 ^ _CRC[(register ^ byte) & 0xFF]
    return struct.pack("<H", register)


def rtu_frame(content: bytes = CONTENT, unit: int = UNIT) -> bytes:
    return bytes([unit]) + content + crc(bytes([unit]) + content)


def ascii_frame(content: bytes = CONTENT, unit: int = UNIT) -> bytes:
    body = bytes([unit]) + content
    return b":" + (body + bytes([-sum(body) % 256])).hex().upper().encode() + b"\r\n"


def tcp_frame(exchange: int, content: bytes = CONTENT, unit: int = UNIT) -> bytes:
    return struct.pack(">HHHB", exchange, 0, 1 + len(content), unit) + content


def mutants(frame: bytes, alphabet: bytes) -> Iterator[bytes]:
    """The frame with one to four things done to it: a bit, a byte, a piece lost, doubled, or noise put in."""
    chance = random.Random(2026)
    for _ in range(MUTANTS):
        mutant = bytearray(frame)
        for _ in range(chance.choice([1, 1, 1, 2, 4])):
            at = chance.randrange(len(mutant)) if mutant else 0
            match chance.randrange(6):
                case 0 if mutant:
                    mutant[at] ^= 1 << chance.randrange(8)
                case 1 if mutant:
                    mutant[at] = chance.choice(alphabet)
                case 2:
                    del mutant[at : at + chance.randrange(1, 6)]
                case 3:
                    mutant[at:at] = mutant[at : at + chance.randrange(1, 6)]
                case 4:
                    mutant[at:at] = bytes(chance.choices(alphabet, k=chance.randrange(1, 6)))
                case _:
                    mutant = mutant[:at] if chance.random() < 0.5 else mutant + frame[: chance.randrange(len(frame))]
        yield bytes(mutant)


def rtu_answers(received: bytes) -> set[bytes]:
    """All that a sound frame of the unit and function may be in these bytes: a full answer, or an exception."""
    found = set()
    for start in range(len(received)):
        for length in (5 + received[start + 2] if len(received) > start + 2 else 0, 5):
            frame = received[start : start + length]
            sound = len(frame) == length and length >= 5 and crc(frame[:-2]) == frame[-2:]
            if sound and frame[0] == UNIT and frame[1] & 0x7F == FUNCTION:
                found.add(frame[1:-2])
    return found


def ascii_answers(received: bytes) -> set[bytes]:
    found = set()
    for digits in re.findall(rb"(?=:((?:[0-9A-Fa-f]{2})+)\r\n)", received):
        body = bytes.fromhex(digits.decode())
        if sum(body) % 256 == 0 and body[0] == UNIT and len(body) > 2 and body[1] & 0x7F == FUNCTION:
            found.add(body[1:-1])
    return found


def tcp_answers(received: bytes) -> set[bytes]:
    """Modbus TCP has no checksum of its own: what is not damaged is the header, and TCP answers for the rest."""
    found = set()
    for start in range(len(received)):
        header = received[start : start + 7]
        if len(header) == 7:
            exchange, protocol, length, unit = struct.unpack(">HHHB", header)
            content = received[start + 7 : start + 6 + length]
            if (exchange, protocol, unit) == (1, 0, UNIT) and len(content) == length - 1 > 0:
                found.add(content)
    return found


FRAMINGS: dict[str, tuple[type[Framing], bytes, bytes, Callable[[bytes], set[bytes]]]] = {
    "rtu": (RtuFraming, rtu_frame(), bytes(range(256)), rtu_answers),
    "ascii": (AsciiFraming, ascii_frame(), b"0123456789ABCDEFabcdef:\r\n +-_\x00\xff", ascii_answers),
    "tcp": (TcpFraming, tcp_frame(1), bytes(range(256)), tcp_answers),
}


def asked(kind: type[Framing]) -> Framing:
    framing = kind()
    framing.request(ReadHoldingRegistersRequest(dev_id=UNIT, address=0, count=COUNT))
    return framing


@pytest.mark.parametrize("name", FRAMINGS)
def test_the_untouched_frame_is_the_answer(name: str) -> None:
    kind, frame, _, answers = FRAMINGS[name]
    assert asked(kind).answer(frame, UNIT, FUNCTION) == CONTENT
    assert answers(frame) == {CONTENT}


@pytest.mark.parametrize("name", FRAMINGS)
def test_a_mutated_frame_is_either_sound_or_no_answer(name: str) -> None:
    kind, frame, alphabet, answers = FRAMINGS[name]
    framing = asked(kind)
    accepted = 0
    for mutant in mutants(frame, alphabet):
        try:
            content = framing.answer(mutant, UNIT, FUNCTION)
        except InstrumentError:
            continue
        if content is not None:
            accepted += 1
            assert content in answers(mutant), mutant.hex(" ")
    assert 0 < accepted < MUTANTS / 2


@pytest.mark.parametrize("name", ["rtu", "ascii"])
def test_damage_that_the_checksum_must_find_is_found(name: str) -> None:
    """One byte at any place, to any value: both checksums are certain to notice."""
    kind, frame, _, _ = FRAMINGS[name]
    framing = asked(kind)
    for at in range(len(frame)):
        for value in range(256):
            content = framing.answer(frame[:at] + bytes([value]) + frame[at + 1 :], UNIT, FUNCTION)
            assert content in (None, CONTENT)


def test_two_bytes_in_a_row_cannot_deceive_rtu() -> None:
    """A CRC of 16 bits finds every burst of up to 16."""
    frame = rtu_frame()
    framing = asked(RtuFraming)
    chance = random.Random(16)
    for _ in range(MUTANTS // 10):
        at = chance.randrange(len(frame) - 1)
        mutant = frame[:at] + chance.randbytes(2) + frame[at + 2 :]
        assert framing.answer(mutant, UNIT, FUNCTION) in (None, CONTENT)
