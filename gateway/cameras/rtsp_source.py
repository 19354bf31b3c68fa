"""How to get a connection to a camera that speaks RTSP: by FFmpeg, over TCP or UDP, and every refusal in our words.

Promises: one connection at a time. A name is looked up afresh at each `open`. The password is in the URL that FFmpeg
is given and nowhere else: FFmpeg's log is off (PyAV's default) and its errors' texts, which have that URL, end here.
"""

from __future__ import annotations

import contextlib
import logging
from typing import TYPE_CHECKING
from urllib.parse import quote

import av

from gateway.cameras.rtsp_stream import READ_S, RtspStream
from gateway.cameras.sound import SoundShape, sound_shape
from gateway.config.cameras import Audio, CameraSettings, Transport
from gateway.core.errors import CameraError, CameraGarbled, CameraRefused, CameraSilent, DestinationRejected
from gateway.core.interfaces import Clock
from gateway.runtime.lookup import Lookup

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.container import InputContainer
    from av.video.stream import VideoStream

_log = logging.getLogger(__name__)

LOOK_UP_S = 3.0
OPEN_S = 5.0
_ADDRESSES = 2
"""How many of a name's addresses are tried."""
_CODECS = frozenset({"h264", "hevc"})
_UNRESERVED = "!$&'()*+,;="
_QUICK = {"probesize": "32", "analyzeduration": "0", "fpsprobesize": "0"}
"""What has to be known stands in the stream's description or in its first key frame: 0.1 s to open instead of 2."""


class RtspSource:
    """See `gateway.cameras.packet.CameraSource`."""

    def __init__(self, settings: CameraSettings, clock: Clock) -> None:
        self.name = settings.name
        self._settings = settings
        self._clock = clock
        self._sound_told: str | None = None

    def open(self) -> RtspStream:
        where = self._settings.url
        credentials = self._credentials()
        failure: CameraError = CameraSilent(f"{where.host} has no address")
        for address in self._addresses():
            host = f"[{address}]" if ":" in address else address
            try:
                container = self._connect(f"rtsp://{credentials}{host}:{where.port}{where.path}")
            except CameraSilent as error:
                failure = error
            else:
                return self._stream(container)
        raise failure

    def _credentials(self) -> str:
        settings = self._settings
        if settings.user is None or settings.password is None:
            return ""
        try:
            password = settings.password.reveal()
        except DestinationRejected as fault:
            raise CameraRefused(str(fault), "password") from None
        return f"{quote(settings.user, safe=_UNRESERVED)}:{quote(password, safe=_UNRESERVED)}@"

    def _addresses(self) -> list[str]:
        host = self._settings.url.host
        try:
            found = Lookup(host, self._settings.url.port).addresses(LOOK_UP_S)
        except TimeoutError as error:
            raise CameraSilent(str(error)) from None
        except OSError as error:
            raise CameraSilent(f"the name {host} is not known: {error.strerror or error}") from None
        return list(dict.fromkeys(str(address[4][0]) for address in found))[:_ADDRESSES]

    def _connect(self, url: str) -> InputContainer:
        settings = self._settings
        options = _QUICK | {
            "rtsp_transport": settings.transport.value,
            "allowed_media_types": "video" if settings.audio is Audio.DROP else "video+audio",
            "timeout": str(round(OPEN_S * 1e6)),
        }
        if settings.transport is Transport.UDP:
            options["reorder_queue_size"] = "64"
        began_s = self._clock.now().mono_s
        try:
            return av.open(url, format="rtsp", options=options, timeout=(OPEN_S, READ_S))
        except av.error.FFmpegError as error:
            took_s = self._clock.now().mono_s - began_s
            raise self._named(error, took_s) from None

    def _named(self, error: av.error.FFmpegError, took_s: float) -> CameraError:
        where = f"{self._settings.url.host}:{self._settings.url.port}"
        if isinstance(error, av.error.ConnectionRefusedError):
            return CameraSilent(f"nobody listens at {where}")
        if isinstance(error, av.error.HTTPUnauthorizedError | av.error.HTTPForbiddenError):
            return CameraRefused(f"{where} does not take the user and password", "password")
        if isinstance(error, av.error.HTTPNotFoundError):
            return CameraRefused(f"{where} has no stream {self._settings.url.path or '/'}", "path")
        if isinstance(error, av.error.HTTPError):
            return CameraRefused(f"{where} declines: {error.strerror}", "busy")
        if isinstance(error, av.error.ExitError | av.error.TimeoutError) or took_s >= OPEN_S:
            return CameraSilent(f"{where} does not answer within {OPEN_S:g} s")
        if isinstance(error, av.error.InvalidDataError):
            return CameraGarbled(f"{where} does not speak RTSP")
        return CameraSilent(f"{where} cannot be reached: {error.strerror}")

    def _stream(self, container: InputContainer) -> RtspStream:
        try:
            return RtspStream(container, self._video(container), self._sound(container), self._clock)
        except CameraError:
            with contextlib.suppress(av.error.FFmpegError):
                container.close()
            raise

    def _video(self, container: InputContainer) -> VideoStream:
        for stream in container.streams.video:
            if stream.codec_context is not None and stream.codec_context.name in _CODECS:
                return stream
        sent = ", ".join(stream.codec_context.name for stream in container.streams.video if stream.codec_context)
        raise CameraGarbled(
            f"the camera sends {sent or 'no video'}; H.264 or H.265 has to be chosen in its own settings"
        )

    def _sound(self, container: InputContainer) -> tuple[AudioStream, SoundShape] | None:
        for stream in container.streams.audio:
            codec = "unknown" if stream.codec_context is None else stream.codec_context.name
            shape = None if stream.codec_context is None else sound_shape(stream)
            if self._sound_told != codec:
                self._sound_told = codec
                kept = "dropped, Matroska does not take it" if shape is None else f"kept as {shape.codec}"
                _log.info("camera=%s sound=%s %s", self.name, codec, kept)
            if shape is not None:
                return stream, shape
        return None
