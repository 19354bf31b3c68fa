"""What goes over the unix socket between the recorder and the relay: the recorder's end, and the description of both.

A message is: the length of what follows (four bytes, greatest first), one byte that says what it is (`RelayMessage`),
and its body. Bodies are JSON objects, but for a frame's: length of the camera's name (one byte), the name, whether it
is a key frame (one byte), its presentation and its decoding time (two signed numbers of eight bytes, microseconds in
the connection's own time), and one picture in the form of Annex B, a key frame with its parameter sets in front.

    recorder → relay   SETTINGS  first of all: host, port, user, password, viewers, certificate, key (PEM), cameras
                       SHAPE     camera, codec, width, height: it is recorded, and of this kind is what follows
                       FRAME     of a camera that is watched; begins with a key frame, and after any loss with another
                       ENDED     camera, reason: the connection to the camera is gone
                       KEPT      source, ended: a view that was told is in the database
    relay → recorder   WATCH     camera, watched: somebody looks at it, or nobody does any more
                       VIEW      source, camera, viewer, address, began_ms, ended_ms: told until it is kept

A kind that is not known is passed over. `gateway/relay/messages.py` is the other end's, written for itself: the relay
runs where nothing of the gateway can be imported.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator, Mapping
from enum import IntEnum
from typing import Any

from gateway.core.errors import CameraGarbled
from gateway.core.phrase import Phrase

LARGEST = 64 * 1024
"""Bytes of a message that a relay may send."""
_HEAD = struct.Struct(">IB")
_TIMES = struct.Struct(">?qq")


class RelayMessage(IntEnum):
    SETTINGS = 1
    SHAPE = 2
    FRAME = 3
    ENDED = 4
    KEPT = 5
    WATCH = 16
    VIEW = 17


def object_message(kind: RelayMessage, said: Mapping[str, Any]) -> bytes:
    body = json.dumps(said).encode()
    return _HEAD.pack(len(body) + 1, kind) + body


def frame_message(camera: str, content: bytes, *, is_key: bool, pts_s: float, dts_s: float) -> bytes:
    name = camera.encode()
    times = _TIMES.pack(is_key, round(pts_s * 1_000_000), round(dts_s * 1_000_000))
    length = 2 + len(name) + len(times) + len(content)
    return b"".join((_HEAD.pack(length, RelayMessage.FRAME), bytes((len(name),)), name, times, content))


class RelayMessages:
    """Bytes of a relay as they come, whole messages as they are complete."""

    def __init__(self) -> None:
        self._bytes = bytearray()

    def add(self, received: bytes) -> Iterator[tuple[int, dict[str, Any]]]:
        """
        Raises:
            CameraGarbled: no message of a relay's; the connection is of no use any more.
        """
        self._bytes += received
        while len(self._bytes) >= _HEAD.size:
            length, kind = _HEAD.unpack_from(self._bytes)
            if not 1 <= length <= LARGEST:
                raise CameraGarbled(Phrase("the relay sent a message of {length} bytes", length=length))
            if len(self._bytes) < length + 4:
                return
            body = bytes(self._bytes[5 : length + 4])
            del self._bytes[: length + 4]
            if kind in RelayMessage.__members__.values():
                yield kind, _object(body)


def _object(body: bytes) -> dict[str, Any]:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise CameraGarbled(Phrase("the relay sent something else than a JSON object"))
    return said
