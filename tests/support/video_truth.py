"""What a recorded file really holds: number and UTC millisecond of each frame, as the simulated camera stamped them.

Read by demuxing alone; nothing is decoded. H.264 and H.265, with start codes or with lengths. The simulator's own code
is not used: what it writes must be found by the standards alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tests.support.cameras import SentFrame

UUID = bytes.fromhex("5354a7104e2d43a391b2736174696d65")


def recorded(file: Path, *, lossy: bool = False, cut: bool = False) -> list[SentFrame]:
    """Every stamped frame in the file's order, to its last whole one; of a file that is still written too.

    The simulator stamps them all, so a frame without a stamp is an error; but on a `lossy` way a stamp gets lost, and
    of the last frame before a `cut` only the begin may have come.
    """
    import av

    frames, begun = [], ""
    with av.open(str(file)) as opened:
        stream = opened.streams.video[0]
        codec = stream.codec_context.name
        for packet in opened.demux(stream):
            if packet.size:
                assert not begun, begun
                found = stamped(codec, bytes(packet))
                if found is not None:
                    frames.append(SentFrame(*found, packet.is_keyframe))
                elif not lossy:
                    begun = f"{file}: a frame of {packet.size} bytes without a stamp, at {packet.pts}"
    assert not begun or cut, begun
    return frames


def stamped(codec: str, frame: bytes) -> tuple[int, int] | None:
    """Number and UTC ms of one frame; `None`: it bears none. `codec`: `h264`, `hevc`."""
    for unit in _units(frame):
        found = _stamp(codec, unit)
        if found is not None:
            return found
    return None


def _units(frame: bytes) -> Iterator[bytes]:
    if frame.startswith((b"\0\0\0\1", b"\0\0\1")):
        yield from frame.split(b"\0\0\1")[1:]
        return
    at = 0
    while at + 4 <= len(frame):
        length = int.from_bytes(frame[at : at + 4], "big")
        yield frame[at + 4 : at + 4 + length]
        at += 4 + length


def _stamp(codec: str, unit: bytes) -> tuple[int, int] | None:
    is_sei = unit[:1] and (unit[0] & 0x1F == 6 if codec == "h264" else (unit[0] >> 1) & 0x3F == 39)
    if not is_sei:
        return None
    message = _bare(unit[1 if codec == "h264" else 2 :])
    at = message.find(UUID)
    if at < 0 or len(message) < at + 32:
        return None
    return int.from_bytes(message[at + 16 : at + 24], "big"), int.from_bytes(message[at + 24 : at + 32], "big")


def _bare(payload: bytes) -> bytes:
    """Without emulation prevention."""
    return payload.replace(b"\0\0\3", b"\0\0")
