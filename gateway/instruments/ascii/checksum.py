"""The checksums that devices put behind their lines. Pure."""

from __future__ import annotations

from functools import reduce
from operator import xor

from gateway.config import Checksum, ChecksumType

_CRC16 = tuple(
    reduce(lambda register, _: register >> 1 ^ 0xA001 if register & 1 else register >> 1, range(8), byte)
    for byte in range(256)
)
_MOST_DECIMALS = 10
"""With leading zeros. Python refuses to read numbers of thousands of digits."""
_DIGITS = {ChecksumType.XOR: 2, ChecksumType.SUM: 2, ChecksumType.CRC16: 4}


def checksum(kind: ChecksumType, content: bytes) -> int:
    """`sum` is modulo 256; `crc16` is Modbus's: polynomial 0x8005 reflected, beginning with 0xFFFF (serial line 1.02,
    6.2.2)."""
    match kind:
        case ChecksumType.XOR:
            return reduce(xor, content, 0)
        case ChecksumType.SUM:
            return sum(content) & 0xFF
        case ChecksumType.CRC16:
            return reduce(lambda register, byte: register >> 8 ^ _CRC16[(register ^ byte) & 0xFF], content, 0xFFFF)


def is_right(line: str, at: int, digits: str, settings: Checksum) -> bool:
    """Whether these digits, which stand at that place of the line, are the checksum of the line's stretch."""
    stretch = _stretch(line[:at], settings)
    if stretch is None:
        return False
    expected = checksum(settings.type, stretch.encode("latin-1"))
    if settings.written == "decimal":
        is_number = len(digits) <= _MOST_DECIMALS and digits.isdecimal() and digits.isascii()
        return is_number and int(digits) == expected
    return digits.upper() == f"{expected:0{_DIGITS[settings.type]}X}"


def _stretch(ahead: str, settings: Checksum) -> str | None:
    """The part of the line that the checksum is over; `None` if the marks around it are not there."""
    start, end = 0, len(ahead)
    if settings.over.after is not None:
        found = ahead.find(settings.over.after)
        start = found + len(settings.over.after)
        if found < 0:
            return None
    if settings.over.before is not None:
        end = ahead.rfind(settings.over.before)
    return ahead[start:end] if start <= end else None
