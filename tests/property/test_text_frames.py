"""Mutated lines and telegrams by the ten thousands for each protocol of text: nothing escapes but the gateway's errors,
and no value is invented.

What makes an answer is decided here a second time, in the plainest way.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import TypeVar

import pytest

from gateway.config import AsciiDevice
from gateway.core.errors import InstrumentError
from gateway.core.reading import Reading
from gateway.instruments.ak import telegram as ak
from gateway.instruments.ascii.answer import answer_in
from gateway.instruments.ascii.line import LineReader
from gateway.instruments.bayern_hessen import telegram as bayern_hessen
from gateway.instruments.nmea import sentence as nmea
from gateway.instruments.sdi12 import telegram as sdi12

Answer = TypeVar("Answer")

MUTANTS = 100_000
FEW = 25_000
NOISE = b"\x00\x02\x03\r\n\xff #*+-.0123456789AFKNORS"


def mutants(frame: bytes, seed: int, count: int = MUTANTS) -> Iterator[bytes]:
    """The frame with one to four things done to it: a bit, a byte, a piece lost, doubled, or moved, noise
    put in."""
    chance = random.Random(seed)
    for _ in range(count):
        mutant = bytearray(frame)
        for _ in range(chance.choice([1, 1, 1, 2, 4])):
            at = chance.randrange(len(mutant) + 1)
            piece = mutant[at : at + chance.randrange(1, 6)]
            match chance.randrange(6):
                case 0 if at < len(mutant):
                    mutant[at] ^= 1 << chance.randrange(8)
                case 1 if at < len(mutant):
                    mutant[at] = chance.choice(NOISE)
                case 2:
                    del mutant[at : at + len(piece)]
                case 3:
                    mutant[at:at] = piece
                case 4:
                    del mutant[at : at + len(piece)]
                    to = chance.randrange(len(mutant) + 1)
                    mutant[to:to] = piece
                case _:
                    mutant.insert(at, chance.choice(NOISE))
        yield bytes(mutant)


def survivors(
    frame: bytes, parse: Callable[[bytes], Answer | None], seed: int, count: int = MUTANTS
) -> Iterator[tuple[bytes, Answer]]:
    """The mutants in which an answer was found."""
    for mutant in mutants(frame, seed, count):
        try:
            answer = parse(mutant)
        except InstrumentError:
            continue
        if answer is not None:
            yield mutant, answer


WITH_CHECKSUM = AsciiDevice.model_validate(
    {
        "name": "dustmeter",
        "link": "dust",
        "poll": "10s",
        "ascii": {
            "request": "R",
            "response": r"PM=(?P<PM>\S+);T=(?P<Temp>\S+);ST=(?P<status>\d)\*(?P<checksum>[0-9A-F]{4})",
            "checksum": {"type": "crc16"},
        },
        "status": {"calibrating": ["1"], "fault": ["2"]},
        "parameters": [{"symbol": "PM", "unit": "mg/Nm3"}, {"symbol": "Temp", "unit": "oC"}],
    }
)


def crc16(content: bytes) -> int:
    """Modbus's, bit by bit as its guide has it."""
    register = 0xFFFF
    for byte in content:
        register ^= byte
        for _ in range(8):
            register = register >> 1 ^ 0xA001 if register & 1 else register >> 1
    return register


def test_lines_with_a_checksum() -> None:
    reader = LineReader(WITH_CHECKSUM)
    body = b"PM=112.5;T=71.03;ST=0*"
    frame = body + b"%04X\r\n" % crc16(body)

    def parse(received: bytes) -> tuple[Reading, ...] | None:
        line = answer_in(received, b"\r\n")
        return None if line is None else reader.read(line)

    original = parse(frame)
    found = 0
    for mutant, readings in survivors(frame, parse, 1):
        assert readings == original, mutant
        found += 1
    assert 0 < found < MUTANTS / 5  # what was done behind the line's end does it no harm


AK_FRAME = b"\x02 AKON 0 100.5 #87.25 -13.5\r\n 1.2E3\x03"


def test_ak_telegrams() -> None:
    found = 0
    for mutant, answer in survivors(AK_FRAME, lambda mutant: ak.answer_in(mutant, "AKON", "K0"), 2):
        text = mutant[: mutant.index(b"\x03", mutant.index(b"\x02"))].rpartition(b"\x02")[2].decode("latin-1")
        assert text[1:7] == "AKON " + text[6]
        assert text[6] == str(answer.error)
        assert answer.values == tuple(re.split(r"[ \r\n]+", text[7:].strip(" \r\n"))) or answer.values == ()
        found += 1
    assert found > 0


def bh_frame() -> bytes:
    text = b"\x02MD02 001 +2578+01 04 00 000 000000 002 -5681-12 00 80 000 000000 \x03"
    return text + b"%02X" % block_check(text)


def block_check(text: bytes) -> int:
    check = 0
    for byte in text:
        check ^= byte
    return check


def test_bayern_hessen_telegrams() -> None:
    """An exclusive or of bytes sees any one change, and not always several: of those it must at least be right."""
    frame = bh_frame()
    original = bayern_hessen.answer_in(frame, True)
    changed = 0
    for mutant, measurements in survivors(frame, lambda mutant: bayern_hessen.answer_in(mutant, True), 3):
        end = mutant.index(b"\x03", mutant.index(b"\x02"))
        telegram = mutant[mutant[:end].rindex(b"\x02") : end + 1]
        assert int(mutant[end + 1 : end + 3], 16) == block_check(telegram)
        if measurements == original:
            continue
        changed += 1
        tokens = telegram[1:-1].decode("ascii").split()
        assert tokens[0] == f"MD{len(measurements):02d}"
        places = [at for at, token in enumerate(tokens) if token[0] in "+-"]
        for at, (number, one) in zip(places, measurements.items(), strict=True):
            mantissa, exponent = tokens[at][:5], tokens[at][5:]
            assert tokens[at - 1] == f"{number:03d}"
            assert float(one.value) == float(f"{mantissa}e{int(exponent) - 3}")
            assert tokens[at + 1 : at + 3] == [f"{one.operating:02X}", f"{one.error:02X}"]
    assert changed < MUTANTS / 100


def test_one_changed_byte_never_passes_the_block_check() -> None:
    frame = bh_frame()
    original = bayern_hessen.answer_in(frame, True)
    for at in range(len(frame)):
        for byte in range(256):
            mutant = frame[:at] + bytes([byte]) + frame[at + 1 :]
            try:
                measurements = bayern_hessen.answer_in(mutant, True)
            except InstrumentError:
                continue
            assert measurements in (None, original), mutant


NMEA = b"$WIMWV,039,R,11.3,M,A*07\r\n"


def test_nmea_sentences() -> None:
    """The checksum sees any one change, but nothing that only moved: what is found was said, and its sum is right."""
    original = nmea.sentence_in(NMEA.rstrip(b"\n"))
    assert isinstance(original, nmea.Sentence)
    changed = 0
    for mutant in mutants(NMEA, 4, FEW):
        for line in mutant.split(b"\n"):
            found = nmea.sentence_in(line)
            if isinstance(found, str):
                continue
            body, _, digits = line.strip(b"$\r").partition(b"*")
            assert block_check(body) == int(digits, 16)
            assert ",".join((found.talker + found.name, *found.fields)).encode() == body
            changed += found != original
    assert changed < FEW / 10


def test_one_changed_byte_is_no_sentence() -> None:
    line = NMEA.strip()
    original = nmea.sentence_in(line)
    for at in range(len(line)):
        for byte in range(256):
            found = nmea.sentence_in(line[:at] + bytes([byte]) + line[at + 1 :])
            assert isinstance(found, str) or found == original


SDI12 = b"1+2.7+85.2-0.2-2.7+770.5CAH\r\n"


def test_sdi12_values() -> None:
    original = sdi12.values_in(SDI12, b"1D0!", has_crc=True)
    assert original is not None
    for mutant, values in survivors(SDI12, lambda mutant: sdi12.values_in(mutant, b"1D0!", has_crc=True), 5, FEW):
        assert values == original, mutant


def test_sdi12_values_without_a_checksum_are_those_that_were_said() -> None:
    for mutant, values in survivors(
        SDI12[:-5] + b"\r\n", lambda it: sdi12.values_in(it, b"1D0!", has_crc=False), 6, FEW
    ):
        (line,) = (line for line in mutant.replace(b"\r\n", b"\n").split(b"\n")[:-1] if line.strip(b"\r"))
        assert line.startswith(b"1")
        assert [Decimal(one) for one in re.findall(r"[-+][0-9.]+", line.decode())] == list(values)


@pytest.mark.parametrize("seed", range(3))
def test_noise_alone_is_no_answer(seed: int) -> None:
    chance = random.Random(seed)
    reader = LineReader(WITH_CHECKSUM)
    for _ in range(2_000):
        noise = chance.randbytes(chance.randrange(200))
        for parse in (
            lambda noise: reader.read(noise),
            lambda noise: ak.answer_in(noise, "AKON", "K0"),
            lambda noise: bayern_hessen.answer_in(noise, True),
            lambda noise: bayern_hessen.answer_in(noise, False),
            lambda noise: sdi12.values_in(noise, b"1D0!", has_crc=True),
            lambda noise: sdi12.announced_in(noise, b"1M!", 1),
        ):
            try:
                assert parse(noise) is None
            except InstrumentError:
                continue
