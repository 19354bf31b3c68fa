"""One open connection to one camera: FFmpeg's packets → ours, and the watchdog that FFmpeg has not."""

from __future__ import annotations

import contextlib
import dataclasses
import errno
import threading
from typing import TYPE_CHECKING, Any

import av

from gateway.cameras.packet import StreamPacket, StreamShape
from gateway.cameras.stream.own_socket import OwnSocket
from gateway.cameras.stream.sound import G711, G711Decoder, SoundShape
from gateway.core.errors import CameraCut, CameraError, CameraGarbled, CameraSilent
from gateway.core.interfaces import Clock, Instant
from gateway.core.parameter_sets import ParameterSets
from gateway.core.phrase import Phrase
from gateway.core.stream_time import StreamTime

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.container import InputContainer
    from av.packet import Packet as AvPacket
    from av.video.stream import VideoStream

SILENT_S = 10.0
"""Without a picture for so long, a stream counts as silent."""
READ_S = 1.0
GATHER_S = 0.2
"""For how long pictures gather. What the program had not read yet is lost with it."""
_MOST_TOGETHER = 64
_AT_ONCE_S = 0.005
_BEFORE_SLICES = 4096
"""Bytes at a key frame's begin that are searched for parameter sets."""
_WRAP = 2**32
"""Stamps in RTP have 32 bits."""


class RtspStream:
    """See `gateway.cameras.packet.CameraStream`. Begins with the first key frame whose parameter sets are known; until
    then `shape` may lack width and height."""

    def __init__(
        self,
        container: InputContainer,
        video: VideoStream,
        sound: tuple[AudioStream, SoundShape] | None,
        own: OwnSocket | None,
        clock: Clock,
        *,
        over_tcp: bool,
    ) -> None:
        """`own`: the connection's socket. Without it a read over TCP may last as long as a silence."""
        self._container = container
        self._own = own
        self._over_tcp = over_tcp
        self._called_off = threading.Event()
        self._held: tuple[list[StreamPacket], StreamShape] | None = None
        """What came together with the pictures before it, and is of another shape."""
        self._failure: CameraError | None = None
        """What ended the stream, told once all that came before it was handed out."""
        self._clock = clock
        now_s = clock.now().mono_s
        self._last_picture_s = now_s
        self._video_index = video.index
        self._tick_s = float(video.time_base or 0)
        self._time = StreamTime(now_s, _WRAP * self._tick_s)
        self._sets = ParameterSets(video.codec_context.name, video.codec_context.extradata or b"")
        self._read_s = self._dts_s = now_s
        self._step_s = float("inf")
        """Between the last two pictures."""
        self._is_first_read = True
        """What opening the connection brought with it waits in FFmpeg, and not in the socket."""
        self._has_come = self._has_begun = False
        width, height = self._sets.size or (video.codec_context.width, video.codec_context.height)
        self.shape = StreamShape(video.codec_context.name, width, height, self._sets.extradata)
        self._sound_index: int | None = None
        self._decoder: G711Decoder | None = None
        if sound is not None:
            self._listen(*sound, now_s)
        self._packets = container.demux()

    def _listen(self, stream: AudioStream, heard: SoundShape, now_s: float) -> None:
        self._sound_index = stream.index
        self._sound_tick_s = float(stream.time_base or 0)
        self._sound_time = StreamTime(now_s, _WRAP * self._sound_tick_s, beside=self._time)
        self._decoder = G711Decoder(stream) if stream.codec_context.name in G711 else None
        self.shape = dataclasses.replace(
            self.shape,
            audio=heard.codec,
            audio_rate=heard.rate,
            audio_channels=heard.channels,
            audio_extradata=heard.extradata,
        )

    def read(self) -> list[StreamPacket]:
        """All packets of one call are of the one `shape`. Pictures that follow each other fast are left to gather for a
        moment: several together cost half of as many by themselves, with everything asleep in between."""
        if self._held is not None:
            (held, self.shape), self._held = self._held, None
            return held
        if self._failure is not None:
            raise self._failure
        is_first, self._is_first_read = self._is_first_read, False
        if self._own is None or is_first:
            return self._next()
        if not self._own.wait(READ_S):
            self._watch(self._clock.now())
            return []
        if self._step_s > GATHER_S / 2:
            return self._next()
        self._called_off.wait(GATHER_S)
        return self._gathered(self._own)

    def _gathered(self, own: OwnSocket) -> list[StreamPacket]:
        """What has come, up to the first packet that had to be waited for: FFmpeg hands a picture out when the next one
        begins."""
        taken: list[StreamPacket] = []
        before_s = self._clock.now().mono_s
        while True:
            shape = self.shape
            try:
                more = self._next()
            except CameraError as error:
                if not taken:
                    raise
                self._failure = error
                return taken
            if self.shape is not shape and taken:
                self._held, self.shape = (more, self.shape), shape
                return taken
            taken += more
            waited_s, before_s = self._read_s - before_s, self._read_s
            if waited_s > _AT_ONCE_S or len(taken) >= _MOST_TOGETHER or not own.wait(0):
                return taken

    def _next(self) -> list[StreamPacket]:
        """FFmpeg's next packet as ours; none if it is not recorded, or if a datagram takes its time."""
        try:
            packet = next(self._packets, None)
        except (av.error.ExitError, av.error.TimeoutError):
            return self._go_on()
        except av.error.FFmpegError as error:
            raise _named(error) from None
        now = self._clock.now()
        self._read_s = now.mono_s
        if packet is None or not packet.size:
            raise CameraCut(
                Phrase("called off") if self._called_off.is_set() else Phrase("the camera ended the connection")
            )
        self._watch(now)  # pictures too: after a time-out FFmpeg hands out what it has of one, and says nothing
        if packet.stream_index == self._video_index:
            self._last_picture_s, self._has_come = now.mono_s, True
            return self._picture(packet, now)
        return self._heard(packet, now) if self._has_begun and packet.stream_index == self._sound_index else []

    def interrupt(self) -> None:
        self._called_off.set()
        if self._own is not None:
            self._own.shut_down()

    def close(self) -> None:
        close(self._container, self._own)

    def _go_on(self) -> list[StreamPacket]:
        """After a time-out of FFmpeg's: between datagrams it does no harm, a connection it struck within a packet."""
        if self._over_tcp:
            raise CameraSilent(Phrase("no picture came for {silent_s:.0f} s", silent_s=SILENT_S))
        self._watch(self._clock.now())
        self._packets = self._container.demux()
        return []

    def _watch(self, now: Instant) -> None:
        if self._called_off.is_set():
            raise CameraCut(Phrase("called off"))
        silent_s = now.mono_s - self._last_picture_s
        if silent_s >= SILENT_S:
            by_udp = "" if self._over_tcp or self._has_come else Phrase(": a firewall may drop UDP, try transport: tcp")
            raise CameraSilent(Phrase("no picture came for {silent_s:.0f} s{by_udp}", silent_s=silent_s, by_udp=by_udp))

    def _picture(self, packet: AvPacket[Any], now: Instant) -> list[StreamPacket]:
        is_key = packet.is_keyframe
        is_another = is_key and self._sets.take(bytes(memoryview(packet)[:_BEFORE_SLICES]))
        if not self._has_begun:
            if not is_key or not self._sets.extradata:
                return []
            self._has_begun = True
        if is_another:
            width, height = self._sets.size or (self.shape.width, self.shape.height)
            self.shape = dataclasses.replace(self.shape, width=width, height=height, extradata=self._sets.extradata)
        pts_s, dts_s = _placed(self._time, packet, self._tick_s, now)
        self._step_s, self._dts_s = dts_s - self._dts_s, dts_s
        return [StreamPacket(packet, True, is_key, now, pts_s, dts_s)]

    def _heard(self, packet: AvPacket[Any], now: Instant) -> list[StreamPacket]:
        pts_s, dts_s = _placed(self._sound_time, packet, self._sound_tick_s, now)
        pieces = [packet] if self._decoder is None else self._decoder.decode(packet)
        return [StreamPacket(piece, False, piece.is_keyframe, now, pts_s, dts_s) for piece in pieces]


def close(container: InputContainer, own: OwnSocket | None) -> None:
    with contextlib.suppress(av.error.FFmpegError):
        container.close()
    if own is not None:
        own.close()


def _placed(time: StreamTime, packet: AvPacket[Any], tick_s: float, now: Instant) -> tuple[float, float]:
    pts, dts = packet.pts, packet.dts
    return time.place(None if pts is None else pts * tick_s, None if dts is None else dts * tick_s, now.mono_s)


def _named(error: av.error.FFmpegError) -> CameraError:
    """In our words. Never the error's own text, which has the URL with the password."""
    if isinstance(error, av.error.InvalidDataError):
        return CameraGarbled(Phrase("the camera sends what is no RTSP"))
    if isinstance(error, OSError) and error.errno == errno.EIO:
        return CameraCut(Phrase("the stream stopped in the middle of a picture"))
    return CameraCut(Phrase("the connection failed: {strerror}", strerror=error.strerror))
