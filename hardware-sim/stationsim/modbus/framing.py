"""Frames around a PDU: the MBAP header of Modbus TCP, the unit number and CRC of Modbus RTU, the line of Modbus ASCII.

Pure.
"""

import struct
from dataclasses import dataclass


class FrameBroken(Exception):
    """These bytes are no frame, and where the next one begins cannot be told from them."""


@dataclass(frozen=True, slots=True)
class Frame:
    """`transaction` is Modbus TCP's; 0 on a serial line."""

    unit: int
    pdu: bytes
    transaction: int = 0


def mbap(frame: Frame) -> bytes:
    return struct.pack(">HHHB", frame.transaction, 0, len(frame.pdu) + 1, frame.unit) + frame.pdu


def take_mbap(buffer: bytearray) -> Frame | None:
    """Removes the first frame from the buffer; None while it is incomplete. Raises FrameBroken."""
    if len(buffer) < 7:
        return None
    transaction, protocol, length, unit = struct.unpack(">HHHB", buffer[:7])
    if protocol != 0 or not 2 <= length <= 254:
        raise FrameBroken(f"protocol {protocol}, length {length}")
    if len(buffer) < 6 + length:
        return None
    pdu = bytes(buffer[7 : 6 + length])
    del buffer[: 6 + length]
    return Frame(unit, pdu, transaction)


def rtu(frame: Frame) -> bytes:
    content = bytes([frame.unit]) + frame.pdu
    return content + crc16(content).to_bytes(2, "little")


def take_rtu(buffer: bytearray) -> Frame | None:
    """Removes the first request from the buffer; None while it is incomplete or its length is not known.

    A serial line has no length field: that of a request follows from its function. Raises FrameBroken for a wrong CRC.
    """
    length = _request_length(buffer)
    if length is None or len(buffer) < length:
        return None
    content = bytes(buffer[:length])
    del buffer[:length]
    return parse_rtu(content)


def parse_rtu(content: bytes) -> Frame:
    """All of `content` is one frame. Raises FrameBroken."""
    if len(content) < 4 or crc16(content[:-2]).to_bytes(2, "little") != content[-2:]:
        raise FrameBroken(f"{len(content)} bytes with a wrong CRC")
    return Frame(content[0], content[1:-2])


def ascii_line(frame: Frame) -> bytes:
    """A colon, unit, PDU and LRC in hexadecimal digits, CR LF (Modbus over Serial Line V1.02, 2.5.2)."""
    content = bytes([frame.unit]) + frame.pdu
    return b":" + (content + bytes([lrc(content)])).hex().upper().encode() + b"\r\n"


def take_ascii(buffer: bytearray) -> Frame | None:
    """Removes the first line from the buffer; None while it is incomplete. Raises FrameBroken, the line removed.

    What stands before the last colon of a line is a request that was broken off.
    """
    end = buffer.find(b"\r\n")
    if end < 0:
        return None
    line = bytes(buffer[:end])
    del buffer[: end + 2]
    _, colon, digits = line.rpartition(b":")
    try:
        content = bytes.fromhex(digits.decode("ascii"))
    except ValueError:
        raise FrameBroken(f"{line!r} is not in hexadecimal digits") from None
    if not colon or len(content) < 3 or lrc(content[:-1]) != content[-1]:
        raise FrameBroken(f"{line!r} has no colon or a wrong LRC")
    return Frame(content[0], content[1:-1])


def lrc(content: bytes) -> int:
    """What makes the sum of all bytes 0, modulo 256."""
    return -sum(content) & 0xFF


def crc16(content: bytes) -> int:
    """CRC-16/MODBUS: polynomial 0xA001 reflected, start 0xFFFF (Modbus over Serial Line V1.02, appendix B)."""
    crc = 0xFFFF
    for byte in content:
        crc = crc >> 8 ^ _CRC_TABLE[(crc ^ byte) & 0xFF]
    return crc


def _request_length(buffer: bytearray) -> int | None:
    if len(buffer) < 2:
        return None
    if buffer[1] in (1, 2, 3, 4, 5, 6):
        return 8
    if buffer[1] in (15, 16) and len(buffer) > 6:
        return 9 + buffer[6]
    return None


def _crc_of_byte(value: int) -> int:
    for _ in range(8):
        value = value >> 1 ^ 0xA001 if value & 1 else value >> 1
    return value


_CRC_TABLE = tuple(_crc_of_byte(value) for value in range(256))
