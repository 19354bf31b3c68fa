"""Checksums by the values that their specifications and manuals give."""

from __future__ import annotations

import pytest

from gateway.config import Checksum, ChecksumType
from gateway.instruments.ascii.checksum import checksum, is_right
from gateway.instruments.bayern_hessen.telegram import block_check, question


def test_known_values() -> None:
    assert checksum(ChecksumType.CRC16, b"123456789") == 0x4B37  # CRC-16/MODBUS in the catalogue of CRCs
    assert checksum(ChecksumType.CRC16, bytes.fromhex("010300000002")) == 0x0BC4  # on the wire: C4 0B
    assert checksum(ChecksumType.SUM, b"\xff\x02") == 1
    assert checksum(ChecksumType.XOR, b"") == 0


def test_a_sentence_of_nmea_0183() -> None:
    line = "$GPGLL,5300.97914,N,00259.98174,E,125926,A*28"
    settings = Checksum.model_validate({"type": "xor", "over": {"after": "$", "before": "*"}})
    assert is_right(line, len(line) - 2, "28", settings)
    assert not is_right(line.replace("5300", "5301"), len(line) - 2, "28", settings)
    assert not is_right(line.replace("$", "!"), len(line) - 2, "28", settings)


@pytest.mark.parametrize(
    ("written", "digits", "right"),
    [
        ("hex", "0a", True),
        ("hex", "0A", True),
        ("hex", "A", False),
        ("hex", "00A", False),
        ("decimal", "10", True),
        ("decimal", "010", True),
        ("decimal", "0A", False),
        ("decimal", "¹0", False),
    ],
)
def test_how_it_is_written(written: str, digits: str, right: bool) -> None:
    settings = Checksum.model_validate({"type": "sum", "written": written})
    assert is_right("\x04\x06" + digits, 2, digits, settings) is right


def test_the_examples_of_the_bayern_hessen_manual() -> None:
    """Acoem Serinus 30, appendix C.1."""
    assert question(97, True) == b"\x02DA097\x033A"
    assert block_check(b"\x02ST843 K\x03") == b"52"
    assert question(14, False) == b"\x02DA014\r"


def test_digits_without_end_are_a_wrong_checksum_and_no_crash() -> None:
    settings = Checksum.model_validate({"type": "sum", "written": "decimal"})
    assert is_right("A65", 1, "65", settings)
    assert is_right("A0065", 1, "0065", settings)
    for digits in ("9" * 5000, "0" * 5000 + "65", "٦٥", "6_5", ""):
        assert not is_right(f"A{digits}", 1, digits, settings)
