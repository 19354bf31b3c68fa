"""Frames and CRC against published vectors."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stationsim.modbus.framing import (
    Frame,
    FrameBroken,
    ascii_line,
    crc16,
    mbap,
    parse_rtu,
    rtu,
    take_ascii,
    take_mbap,
    take_rtu,
)


@pytest.mark.parametrize(
    ("content", "crc"),
    [
        ("02 07", 0x1241),  # Modbus over Serial Line V1.02, appendix B
        ("01 03 00 00 00 0A", 0xCDC5),
        ("31 32 33 34 35 36 37 38 39", 0x4B37),  # the check value of CRC-16/MODBUS
    ],
)
def test_crc_of_known_frames(content: str, crc: int) -> None:
    assert crc16(bytes.fromhex(content)) == crc


def test_rtu_frame_ends_with_the_low_byte_first() -> None:
    assert rtu(Frame(1, bytes.fromhex("03 00 00 00 0A"))).hex(" ") == "01 03 00 00 00 0a c5 cd"


def test_mbap_header_counts_unit_and_pdu() -> None:
    assert mbap(Frame(0x11, bytes.fromhex("03 00 6B 00 03"), 0x1501)).hex(" ") == "15 01 00 00 00 06 11 03 00 6b 00 03"


def test_tcp_requests_that_arrive_in_pieces_and_together_are_taken_apart() -> None:
    first, second = Frame(1, b"\x03\x00\x00\x00\x01", 7), Frame(2, b"\x04\x00\x00\x00\x02", 8)
    stream = mbap(first) + mbap(second)
    buffer, found = bytearray(), []
    for byte in stream:
        buffer.append(byte)
        if (frame := take_mbap(buffer)) is not None:
            found.append(frame)
    assert found == [first, second]
    assert take_mbap(bytearray(stream[:5])) is None


@pytest.mark.parametrize("content", ["00 01 00 05 00 06 01 03", "00 01 00 00 00 01 01 03", "00 01 00 00 01 00 01 03"])
def test_what_is_no_modbus_tcp_is_refused(content: str) -> None:
    with pytest.raises(FrameBroken):
        take_mbap(bytearray.fromhex(content))


def test_rtu_request_length_follows_from_its_function() -> None:
    read, write = Frame(1, b"\x03\x00\x00\x00\x0a"), Frame(1, b"\x10\x00\x01\x00\x02\x04\x00\x0a\x01\x02")
    buffer = bytearray(rtu(read) + rtu(write) + b"\x01")
    assert take_rtu(buffer) == read
    assert take_rtu(buffer) == write
    assert take_rtu(buffer) is None
    assert buffer == b"\x01"


def test_wrong_crc_is_refused() -> None:
    with pytest.raises(FrameBroken, match="8 bytes"):
        take_rtu(bytearray.fromhex("01 03 00 00 00 0A C5 CC"))
    with pytest.raises(FrameBroken):
        parse_rtu(b"\x01\x03")


def test_an_ascii_line_is_digits_with_an_lrc() -> None:
    """01 + 03 + 02 are 06, and FA makes the sum 0."""
    assert ascii_line(Frame(1, bytes.fromhex("03 00 00 00 02"))) == b":010300000002FA\r\n"
    assert take_ascii(bytearray(b":010300000002FA\r\n")) == Frame(1, bytes.fromhex("03 00 00 00 02"))


@given(st.integers(1, 247), st.binary(min_size=1, max_size=250), st.binary(max_size=9))
def test_ascii_lines_are_taken_one_by_one(unit: int, pdu: bytes, noise: bytes) -> None:
    line = ascii_line(Frame(unit, pdu))
    buffer = bytearray(noise.replace(b"\n", b"") + line + line + line[:5])
    assert take_ascii(buffer) == take_ascii(buffer) == Frame(unit, pdu)
    assert take_ascii(buffer) is None
    assert buffer == line[:5]


@pytest.mark.parametrize("line", [b":0103FA\r\n", b"010300000002FA\r\n", b":01030Z\r\n", b":01\r\n", b"\r\n"])
def test_a_broken_ascii_line_is_removed_and_told(line: bytes) -> None:
    buffer = bytearray(line)
    with pytest.raises(FrameBroken):
        take_ascii(buffer)
    assert not buffer
