"""A camera tried once by hand: what it sends, and how much of it."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.cameras.packet import CameraSource, StreamPacket, StreamShape
from gateway.core.errors import CameraGarbled
from gateway.core.interfaces import Clock
from gateway.core.phrase import Phrase

LONG_ENOUGH_S = 3.0
PATIENCE_S = 8.0
"""For a second key frame."""
LONGEST_S = 30.0
"""For the first one: what a camera sends before it is not shown to anybody."""


@dataclass(frozen=True, slots=True)
class CameraTrial:
    """`None`: it could not be told from so little."""

    shape: StreamShape
    pictures_per_s: float | None
    bit_rate: int | None
    """Bits a second, of pictures and sound."""
    key_every_s: float | None


def try_camera(source: CameraSource, clock: Clock) -> CameraTrial:
    """Connect, look for some seconds, and leave.

    Raises:
        CameraError: why it cannot be recorded.
    """
    stream = source.open()
    try:
        taken: list[StreamPacket] = []
        began_s: float | None = None
        opened_s = clock.now().mono_s
        while began_s is None or not _is_enough(taken, clock.now().mono_s - began_s):
            if began_s is None and clock.now().mono_s - opened_s >= LONGEST_S:
                raise CameraGarbled(
                    Phrase(
                        "no key frame with its parameters came within {longest_s:.0f} s: set the camera's "
                        "I-frame interval to 1 or 2 s",
                        longest_s=LONGEST_S,
                    )
                )
            taken += stream.read()
            if began_s is None and taken:
                began_s = clock.now().mono_s
        return _measured(stream.shape, taken)
    finally:
        stream.close()


def _is_enough(taken: list[StreamPacket], looked_s: float) -> bool:
    keys = sum(one.is_video and one.is_key for one in taken)
    return looked_s >= PATIENCE_S or (looked_s >= LONG_ENOUGH_S and keys > 1)


def _measured(shape: StreamShape, taken: list[StreamPacket]) -> CameraTrial:
    """By the stream's own time, for what a camera had in store comes all at once; from key frame to key frame where
    there are two, for these are the large ones."""
    pictures = [one for one in taken if one.is_video]
    keys = [one for one in pictures if one.is_key]
    first, last = (keys[0], keys[-1]) if len(keys) > 1 else (pictures[0], pictures[-1]) if pictures else (None, None)
    if first is None or last is None or last.dts_s <= first.dts_s:
        return CameraTrial(shape, None, None, None)
    span_s = last.dts_s - first.dts_s
    there = [one for one in taken if first.dts_s <= one.dts_s < last.dts_s]
    return CameraTrial(
        shape,
        round(sum(one.is_video for one in there) / span_s, 2),
        round(sum(one.packet.size for one in there) * 8 / span_s),
        round(span_s / (len(keys) - 1), 2) if len(keys) > 1 else None,
    )
