"""What the rooms of a camera's stream hand on: a packet as it came, never decoded, and what kind of stream it is of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from gateway.core.interfaces import Instant

if TYPE_CHECKING:
    from av.packet import Packet as AvPacket


@dataclass(frozen=True, slots=True)
class StreamShape:
    """What a file or a viewer must know before the first packet. Another shape begins another segment."""

    codec: str
    """`h264` or `hevc`."""
    width: int
    height: int
    extradata: bytes
    """Parameter sets as told when the stream was set up; may be empty: then they come with key frames."""
    audio: str | None = None
    """Codec of the sound as it is recorded (`aac`, `pcm_s16le` …); `None`: none is."""
    audio_rate: int = 0
    audio_channels: int = 0
    audio_extradata: bytes = b""
    """What a decoder of the sound must know, such as AAC's configuration; PCM has none."""

    def __str__(self) -> str:
        return f"codec={self.codec} size={self.width}x{self.height} sound={self.audio or 'none'}"


@dataclass(frozen=True, slots=True)
class StreamPacket:
    """One frame's bytes, or a piece of sound, on the way."""

    packet: AvPacket[Any]
    is_video: bool
    is_key: bool
    arrived: Instant
    pts_s: float
    """When it is shown: seconds in the stream's own time, made to never leap without cause."""
    dts_s: float
    """When it is decoded; equal to `pts_s` unless there are B-frames. Never falls within one connection."""


class PacketListener(Protocol):
    """Looks on while a stream is recorded. Called in the camera's thread: quick, never waits, never fails."""

    def packet(self, camera: str, shape: StreamShape, packet: StreamPacket) -> None: ...

    def ended(self, camera: str) -> None:
        """The connection is gone; the next packet is of another one."""


class CameraStream(Protocol):
    """One connection to one camera, open."""

    shape: StreamShape

    def read(self) -> list[StreamPacket]:
        """The next packets; none if nothing came within a second or so. Blocks no longer than that, but where a stream
        stops in the middle of a picture: then up to the end of patience with silence, or until `interrupt`.

        Raises:
            CameraError: the connection is of no use any more, close it.
        """

    def interrupt(self) -> None:
        """Called from another thread when the program ends: a `read` that waits returns, or fails, at once."""

    def close(self) -> None:
        """Never raises, never blocks for long."""


class CameraSource(Protocol):
    """How to get a connection. One for each camera, made once."""

    name: str

    def open(self) -> CameraStream:
        """Connect. Blocks a few seconds at the most.

        Raises:
            CameraSilent: nothing answered.
            CameraRefused: wrong password, wrong path, busy …: `cause` says which.
            CameraGarbled: it answered nonsense, or sends a codec that cannot be recorded.
        """

    def interrupt(self) -> None:
        """Called from another thread when the program ends: an `open` under way fails soon, as does every later one."""
