"""What instruments put at a line's end so that a broken one is noticed. Hexadecimal digits in capitals. Pure."""

from functools import reduce
from operator import xor

from stationsim.modbus.framing import crc16


def checksum(kind: str, content: bytes) -> bytes:
    """`xor`, `sum` (modulo 256): two digits; `crc16` (that of Modbus): four, the high byte first; `none`: nothing."""
    if kind == "xor":
        return b"%02X" % reduce(xor, content, 0)
    if kind == "sum":
        return b"%02X" % (sum(content) & 0xFF)
    return b"%04X" % crc16(content) if kind == "crc16" else b""


def spoiled(digits: bytes) -> bytes:
    """Other digits of the same length."""
    return b"%0*X" % (len(digits), int(digits, 16) ^ 16 ** len(digits) - 1)
