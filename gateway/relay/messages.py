"""What goes over the recorder's socket, as the relay reads and writes it.

A message is the length of what follows (four bytes, the greatest first), one byte that says what it is, and that: JSON,
or for a frame its own form. `gateway/cameras/feed/relay_messages.py` is the other end's, and describes each.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

LARGEST = 32 * 1024 * 1024
_HEAD = struct.Struct(">IB")
_FRAME = struct.Struct(">?qq")


class Said(IntEnum):
    """What a message is."""

    SETTINGS = 1
    SHAPE = 2
    FRAME = 3
    ENDED = 4
    KEPT = 5
    WATCH = 16
    VIEW = 17


class Garbled(Exception):
    """What came is no message of ours; the connection is of no use any more."""


@dataclass(frozen=True, slots=True)
class Frame:
    """`content`: one picture, in the form of Annex B; a key frame begins with its parameter sets."""

    camera: str
    is_key: bool
    pts_us: int
    dts_us: int
    content: bytes


class Incoming:
    """Bytes as they come, whole messages as they are complete."""

    def __init__(self) -> None:
        self._bytes = bytearray()

    def add(self, received: bytes) -> Iterator[tuple[Said, bytes]]:
        """
        Raises:
            Garbled: no message of ours.
        """
        self._bytes += received
        while len(self._bytes) >= _HEAD.size:
            length, kind = _HEAD.unpack_from(self._bytes)
            if not 1 <= length <= LARGEST:
                raise Garbled(f"a message of {length} bytes")
            if len(self._bytes) < length + 4:
                return
            body = bytes(memoryview(self._bytes)[5 : length + 4])
            del self._bytes[: length + 4]
            if kind in Said.__members__.values():
                yield Said(kind), body


def message(kind: Said, said: dict[str, Any]) -> bytes:
    body = json.dumps(said).encode()
    return _HEAD.pack(len(body) + 1, kind) + body


def read_object(body: bytes) -> dict[str, Any]:
    """
    Raises:
        Garbled: no JSON object.
    """
    try:
        said = json.loads(body)
    except ValueError:
        raise Garbled("no JSON") from None
    if not isinstance(said, dict):
        raise Garbled("no JSON object")
    return said


def read_frame(body: bytes) -> Frame:
    """
    Raises:
        Garbled: too short, or a camera's name that is no text.
    """
    try:
        begin = 1 + body[0]
        camera = body[1:begin].decode()
        is_key, pts_us, dts_us = _FRAME.unpack_from(body, begin)
    except (IndexError, UnicodeDecodeError, struct.error):
        raise Garbled("no frame") from None
    return Frame(camera, is_key, pts_us, dts_us, body[begin + _FRAME.size :])
