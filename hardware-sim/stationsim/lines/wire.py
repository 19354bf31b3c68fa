"""Between an answer computed and bytes written: what really goes out, and when.

The one place where faults of the wire act, whatever the protocol; those that need to know the frame (another unit, a
wrong checksum) have acted before. Pure: a frame and the faults of the moment → a plan of what to send.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b

from stationsim.faults import Fault, FaultKind

_LATE_MS = 2_000
_SLOW_MS = 1_000
_PIECES = 8
_NOISE_BYTES = 7


@dataclass(frozen=True, slots=True)
class Sending:
    """`delay_s` counts from when the line was free to answer."""

    delay_s: float
    content: bytes


def sendings(frame: bytes, faults: Iterable[Fault], *, wire_time_s: float = 0.0) -> tuple[Sending, ...]:
    """In the order of sending; empty when nothing goes out."""
    held = {fault.kind: fault for fault in faults}
    if FaultKind.SILENT in held or FaultKind.UNPLUG in held or not frame:
        return ()
    content = frame
    if FaultKind.HALF_FRAME in held:
        content = frame[: (len(frame) + 1) // 2]
    if FaultKind.GARBAGE_ONLY in held:
        content = _noise(frame, len(frame))
    elif FaultKind.GARBAGE in held:
        content = _noise(frame, _NOISE_BYTES) + content
    begin_s = wire_time_s
    if FaultKind.LATE in held:
        begin_s += (held[FaultKind.LATE].delay_ms or _LATE_MS) / 1000
    if FaultKind.SLOW in held:
        return _dribble(content, begin_s, (held[FaultKind.SLOW].delay_ms or _SLOW_MS) / 1000)
    return (Sending(begin_s, content),)


def _dribble(content: bytes, begin_s: float, lasts_s: float) -> tuple[Sending, ...]:
    size = max(1, -(-len(content) // _PIECES))
    pieces = [content[at : at + size] for at in range(0, len(content), size)]
    return tuple(Sending(begin_s + lasts_s * n / max(1, len(pieces) - 1), piece) for n, piece in enumerate(pieces))


def _noise(frame: bytes, length: int) -> bytes:
    """Bytes that depend on the frame alone, so that a run can be repeated; never equal to it."""
    noise = b"".join(blake2b(frame + bytes([n])).digest() for n in range(length // 64 + 1))[:length]
    return noise if noise != frame else bytes(byte ^ 0xFF for byte in noise)
