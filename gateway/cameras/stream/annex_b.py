"""Pictures of H.264 and H.265 in the form that players of a stream take (ISO/IEC 14496-10 and 23008-2, Annex B): each
unit behind a start code, and each key frame with the parameter sets that explain it in front.

Cameras' streams come in that form mostly; what is read from files has each unit behind its length (14496-15).
"""

from __future__ import annotations

from collections.abc import Iterator

_START = b"\x00\x00\x00\x01"
_SHORT_START = b"\x00\x00\x01"
_FIRST_PARAMETER_SET = {"h264": {7}, "hevc": {32, 33}}
_LOOKED_AT = 4096
"""Parameter sets stand within the first bytes of a picture if they stand in it at all."""


def as_annex_b(codec: str, extradata: bytes, content: bytes, *, is_key: bool) -> bytes:
    """One picture, `content` as it came. What is in no form that is known stays as it is."""
    sets, length_size = _read_extradata(codec, extradata)
    if length_size and not _has_start_code(content):
        units = list(_units(content, length_size))
        content = b"".join(_START + unit for unit in units) if units else content
    if is_key and sets and not _has_parameter_sets(codec, content):
        return sets + content
    return content


def _has_start_code(content: bytes) -> bool:
    return content.startswith((_START, _SHORT_START))


def _has_parameter_sets(codec: str, content: bytes) -> bool:
    place = content.find(_SHORT_START, 0, _LOOKED_AT)
    while 0 <= place < len(content) - 3:
        first = content[place + 3]
        kind = first & 0x1F if codec == "h264" else first >> 1 & 0x3F
        if kind in _FIRST_PARAMETER_SET[codec]:
            return True
        place = content.find(_SHORT_START, place + 3, _LOOKED_AT)
    return False


def _units(content: bytes, length_size: int) -> Iterator[bytes]:
    """None if the lengths do not come out even: then they are none."""
    found, place = [], 0
    while place + length_size <= len(content):
        length = int.from_bytes(content[place : place + length_size], "big")
        place += length_size
        if not 0 < length <= len(content) - place:
            return
        found.append(content[place : place + length])
        place += length
    if place == len(content):
        yield from found


def _read_extradata(codec: str, extradata: bytes) -> tuple[bytes, int]:
    """Parameter sets with start codes, and how many bytes the length before a unit has; 0: there are start codes."""
    if not extradata or _has_start_code(extradata):
        return extradata, 0
    try:
        return _read_avcc(extradata) if codec == "h264" else _read_hvcc(extradata)
    except IndexError:
        return b"", 4


def _read_avcc(record: bytes) -> tuple[bytes, int]:
    """AVCDecoderConfigurationRecord."""
    sets, place = b"", 5
    for mask in (0x1F, 0xFF):
        count, place = record[place] & mask, place + 1
        for _ in range(count):
            unit, place = _counted(record, place)
            sets += _START + unit
    return sets, (record[4] & 3) + 1


def _read_hvcc(record: bytes) -> tuple[bytes, int]:
    """HEVCDecoderConfigurationRecord."""
    sets, place = b"", 23
    for _ in range(record[22]):
        count = int.from_bytes(record[place + 1 : place + 3], "big")
        place += 3
        for _ in range(count):
            unit, place = _counted(record, place)
            sets += _START + unit
    return sets, (record[21] & 3) + 1


def _counted(record: bytes, place: int) -> tuple[bytes, int]:
    """A unit behind its length of two bytes, and where the next one begins."""
    end = place + 2 + (record[place] << 8 | record[place + 1])
    if end > len(record):
        raise IndexError
    return record[place + 2 : end], end
