"""A camera in the test's hand: frames that PyAV encoded once, sent by a clock that moves only while somebody reads."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from typing import cast

import av
from av.video.codeccontext import VideoCodecContext

from gateway.cameras.packet import StreamPacket, StreamShape
from gateway.core.errors import CameraCut, CameraError, CameraSilent
from tests.support.clock import FakeClock

FPS = 10
GOP = 10
"""Frames: a key frame each second."""
_ENCODERS = {
    "h264": ("libx264", {"preset": "ultrafast", "x264-params": "scenecut=0:open-gop=0"}),
    "hevc": (
        "libx265",
        {"preset": "ultrafast", "x265-params": "log-level=none:pools=1:frame-threads=1:repeat-headers=1"},
    ),
}


@dataclass(frozen=True, slots=True)
class EncodedFrame:
    """`pts` and `dts` count frames from the begin of its group of pictures."""

    content: bytes
    is_key: bool
    pts: int
    dts: int


@cache
def encoded_gop(codec: str, size: tuple[int, int], b_frames: int) -> tuple[EncodedFrame, ...]:
    """One group of pictures in the order of decoding, with its parameter sets before the key frame."""
    name, options = _ENCODERS[codec]
    encoder = cast("VideoCodecContext", av.CodecContext.create(name, "w"))
    encoder.width, encoder.height, encoder.pix_fmt = *size, "yuv420p"
    encoder.time_base, encoder.framerate = Fraction(1, FPS), Fraction(FPS)
    encoder.thread_count, encoder.gop_size, encoder.max_b_frames = 1, GOP, b_frames
    encoder.options = options
    packets = []
    for number in range(GOP):
        frame = av.VideoFrame(*size, "yuv420p")
        for plane in frame.planes:
            plane.update(bytes([(number * 20 + 40) % 256]) * plane.buffer_size)
        frame.pts = number
        packets += encoder.encode(frame)
    packets += encoder.encode(None)
    return tuple(
        EncodedFrame(bytes(packet), packet.is_keyframe, packet.pts or 0, packet.dts or 0) for packet in packets
    )


@dataclass
class FakeCamera:
    """Sends a frame every 100 ms of the clock's time. Implements `gateway.cameras.packet.CameraSource`."""

    clock: FakeClock
    name: str = "outlet"
    codec: str = "h264"
    size: tuple[int, int] = (64, 48)
    b_frames: int = 0
    extradata: bytes = b""
    sound: bool = False
    sound_shape: tuple[str, int, int] = ("pcm_s16le", 8000, 1)
    sound_late_s: float = 0.0
    """By how much its stamps are behind those of the pictures."""
    refuses: CameraError | None = None
    """Raised at the next connect, until it is taken away."""
    fails: CameraError | None = None
    """Raised at the next read, once."""
    is_silent: bool = False
    without_keys: bool = False
    speed: float = 1.0
    """How fast its own time runs."""
    opens: list[float] = field(default_factory=list)
    """When it was tried to connect."""
    sent: int = 0
    """Frames, over all connections."""

    def open(self) -> FakeStream:
        self.opens.append(self.clock.mono_s)
        if self.refuses is not None:
            raise self.refuses
        return FakeStream(self)

    def interrupt(self) -> None:
        """Nothing here waits."""

    def shape(self) -> StreamShape:
        sound = self.sound_shape if self.sound else (None, 0, 0)
        return StreamShape(self.codec, *self.size, self.extradata, *sound)


class FakeStream:
    """See `gateway.cameras.packet.CameraStream`."""

    def __init__(self, camera: FakeCamera) -> None:
        self.camera = camera
        self.shape = camera.shape()
        self.is_open = True
        self.skipped_s = 0.0
        """By how much the stream's own time has leapt."""
        self._count = 0
        self._began_s = camera.clock.mono_s

    def read(self) -> list[StreamPacket]:
        camera = self.camera
        assert self.is_open
        failure, camera.fails = camera.fails, None
        if failure is not None:
            raise failure
        if camera.is_silent:
            camera.clock.advance(1)
            return []
        arrived = camera.clock.advance(1 / FPS)
        gop = encoded_gop(camera.codec, camera.size, camera.b_frames)
        round_, index = divmod(self._count, len(gop))
        self._count += 1
        frame = gop[index]
        if index == 0:
            self.shape = camera.shape()  # a camera that was told otherwise begins so with a key frame
        content, is_key = frame.content, frame.is_key and not camera.without_keys
        base_s = round_ * len(gop) / FPS * camera.speed + self.skipped_s
        pts_s, dts_s = (base_s + at / FPS * camera.speed for at in (frame.pts, frame.dts))
        camera.sent += 1
        packets = [StreamPacket(av.Packet(content), True, is_key, arrived, pts_s, dts_s)]
        if camera.sound:
            sound_s = dts_s - camera.sound_late_s
            packets.append(StreamPacket(av.Packet(b"\0" * 1600), False, True, arrived, sound_s, sound_s))
        return packets

    def interrupt(self) -> None:
        self.camera.fails = CameraCut("called off")

    def close(self) -> None:
        self.is_open = False


SILENT = CameraSilent("nothing answers")
