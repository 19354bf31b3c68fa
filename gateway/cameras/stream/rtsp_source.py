"""How to get a connection to a camera that speaks RTSP: by FFmpeg, over TCP or UDP, and every refusal in our words.

Promises: one connection at a time. A name is looked up afresh at each `open`. The password is in the URL that FFmpeg
is given and nowhere else: FFmpeg's log is off (PyAV's default) and its errors' texts, which have that URL, end here.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING
from urllib.parse import quote

import av

from gateway.cameras.stream.own_socket import Newcomer, OwnSocket
from gateway.cameras.stream.rtsp_question import RtspQuestion
from gateway.cameras.stream.rtsp_refusal import why_not
from gateway.cameras.stream.rtsp_stream import READ_S, SILENT_S, RtspStream, close
from gateway.cameras.stream.sound import SoundShape, sound_shape
from gateway.config.cameras import Audio, CameraSettings, Transport
from gateway.config.url_parts import host_in_url
from gateway.core.errors import CameraError, CameraGarbled, CameraRefused, CameraSilent, DestinationRejected
from gateway.core.interfaces import Clock
from gateway.core.phrase import Phrase
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
_UNESCAPED = "!$&'()*+,;="
"""What may stand in a URL's user and password as it is."""
_LONGEST_LOGIN = 127
"""What FFmpeg keeps of both; the rest would be cut off without a word."""
_QUICK = {"probesize": "32", "analyzeduration": "0", "fpsprobesize": "0"}
"""What has to be known stands in the stream's description or in its first key frame: 0.1 s to open instead of 2."""


class RtspSource:
    """See `gateway.cameras.packet.CameraSource`."""

    def __init__(self, settings: CameraSettings, clock: Clock) -> None:
        self.name = settings.name
        self._settings = settings
        self._clock = clock
        self._sound_told: str | None = None
        self._newcomer: Newcomer | None = None
        """While a connection is being made."""
        self._is_called_off = False

    def interrupt(self) -> None:
        self._is_called_off = True
        newcomer = self._newcomer
        own = None if newcomer is None else newcomer.found()
        if own is not None:
            own.shut_down()
            own.close()

    def open(self) -> RtspStream:
        where = self._settings.url
        credentials = self._credentials()
        failure: CameraError = CameraSilent(Phrase("{host} has no address", host=where.host))
        for address in self._addresses():
            if self._is_called_off:
                break
            newcomer = self._newcomer = Newcomer(address, where.port)
            try:
                container = self._connect(address, credentials)
            except CameraSilent as error:
                failure = error
            else:
                return self._stream(container, newcomer.found() if self._is_tcp else None)
        raise failure

    @property
    def _is_tcp(self) -> bool:
        return self._settings.transport is Transport.TCP

    def _credentials(self) -> tuple[str, str] | None:
        settings = self._settings
        if settings.user is None or settings.password is None:
            return None
        try:
            return settings.user, settings.password.reveal()
        except DestinationRejected as fault:
            raise CameraRefused(str(fault), "password") from None

    def _addresses(self) -> list[str]:
        host = self._settings.url.host
        try:
            found = Lookup(host, self._settings.url.port).addresses(LOOK_UP_S)
        except TimeoutError as error:
            raise CameraSilent(str(error)) from None
        except OSError as error:
            raise CameraSilent(
                Phrase("the name {host} is not known: {strerror}", host=host, strerror=error.strerror or error)
            ) from None
        return list(dict.fromkeys(str(address[4][0]) for address in found))[:_ADDRESSES]

    def _connect(self, address: str, credentials: tuple[str, str] | None) -> InputContainer:
        settings, where = self._settings, self._settings.url
        options = _QUICK | {
            "rtsp_transport": settings.transport.value,
            "allowed_media_types": "video" if settings.audio is Audio.DROP else "video+audio",
            "timeout": str(round(SILENT_S * 1e6)),
        }
        host = host_in_url(address)
        login = "" if credentials is None else _login(*credentials)
        try:
            return av.open(
                f"rtsp://{login}{host}:{where.port}{where.path}",
                format="rtsp",
                options=options,
                timeout=(OPEN_S, SILENT_S if self._is_tcp else READ_S),
            )
        except av.error.FFmpegError as error:
            if self._is_called_off:
                raise CameraSilent(Phrase("called off")) from None
            url = f"rtsp://{host}:{where.port}{where.path}"
            question = RtspQuestion(
                address,
                where.port,
                url,
                credentials,
                self._is_tcp,
                self._clock,
                with_sound=settings.audio is not Audio.DROP,
            )
            raise why_not(error, settings, question) from None

    def _stream(self, container: InputContainer, own: OwnSocket | None) -> RtspStream:
        try:
            video, sound = self._video(container), self._sound(container)
            return RtspStream(container, video, sound, own, self._clock, over_tcp=self._is_tcp)
        except CameraError:
            close(container, own)
            raise

    def _video(self, container: InputContainer) -> VideoStream:
        for stream in container.streams.video:
            if stream.codec_context is not None and stream.codec_context.name in _CODECS:
                return stream
        sent = ", ".join(stream.codec_context.name for stream in container.streams.video if stream.codec_context)
        raise CameraGarbled(
            Phrase(
                "the camera sends {sent}; H.264 or H.265 has to be chosen in its own settings",
                sent=sent or Phrase("no video"),
            )
        )

    def _sound(self, container: InputContainer) -> tuple[AudioStream, SoundShape] | None:
        for stream in container.streams.audio:
            codec = "unknown" if stream.codec_context is None else stream.codec_context.name
            shape = None if stream.codec_context is None else sound_shape(stream)
            if self._sound_told != codec:
                self._sound_told = codec
                kept = (
                    Phrase("dropped, Matroska does not take it")
                    if shape is None
                    else Phrase("kept as {codec}", codec=shape.codec)
                )
                _log.info("camera=%s sound=%s %s", self.name, codec, kept)
            if shape is not None:
                return stream, shape
        return None


def _login(user: str, password: str) -> str:
    login = ":".join(quote(part, safe=_UNESCAPED) for part in (user, password))
    if len(login) > _LONGEST_LOGIN:
        raise CameraRefused(
            Phrase(
                "user and password are too long together: FFmpeg takes {longest_login} characters",
                longest_login=_LONGEST_LOGIN,
            ),
            "password",
        )
    return f"{login}@"
