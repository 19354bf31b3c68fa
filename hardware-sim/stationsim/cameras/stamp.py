"""What every frame carries: its number and the UTC millisecond at which it was taken, in an SEI before its first slice.

A reader finds them by demuxing alone, so that a record can be compared with the truth frame by frame. Pure.
"""

from collections.abc import Iterator

UUID = bytes.fromhex("5354a7104e2d43a391b2736174696d65")
_PAYLOAD_TYPE = 5  # user_data_unregistered
_START_CODE = b"\0\0\0\1"
_HEADERS = {"h264": b"\x06", "h265": b"\x4e\x01"}


def stamp(codec: str, number: int, utc_ms: int) -> bytes:
    """The SEI as a NAL unit with its start code. `codec` is `h264` or `h265`."""
    told = UUID + number.to_bytes(8, "big") + utc_ms.to_bytes(8, "big")
    message = bytes([_PAYLOAD_TYPE, len(told)]) + told + b"\x80"
    return _START_CODE + _HEADERS[codec] + _escaped(message)


def first_slice(codec: str, frame: bytes) -> int:
    """Where in a frame with start codes (Annex B) its first slice begins, start code included.

    Raises:
        ValueError: it has none.
    """
    for at, header in _units(frame):
        is_slice = 1 <= frame[header] & 0x1F <= 5 if codec == "h264" else (frame[header] >> 1) & 0x3F < 32
        if is_slice:
            return at
    raise ValueError("a frame without a slice")


def _units(frame: bytes) -> Iterator[tuple[int, int]]:
    """Start code and first byte of each unit."""
    at = frame.find(b"\0\0\1")
    while at >= 0:
        begin = at - 1 if at > 0 and frame[at - 1] == 0 else at
        yield begin, at + 3
        at = frame.find(b"\0\0\1", at + 3)


def _escaped(message: bytes) -> bytes:
    """With emulation prevention: after two zeros no byte below 4 stands bare."""
    escaped = bytearray()
    zeros = 0
    for byte in message:
        if zeros >= 2 and byte <= 3:
            escaped.append(3)
            zeros = 0
        escaped.append(byte)
        zeros = zeros + 1 if byte == 0 else 0
    return bytes(escaped)
