"""A camera's sound on its way into the record: passed on, made PCM of, or left out. Never the reason that pictures are
lost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import av

if TYPE_CHECKING:
    from av.audio.codeccontext import AudioCodecContext
    from av.audio.stream import AudioStream
    from av.packet import Packet as AvPacket

G711 = frozenset({"pcm_alaw", "pcm_mulaw"})
_AS_IT_COMES = frozenset({"aac", "opus", "mp2", "mp3", "ac3", "flac", "vorbis", "pcm_s16be", "pcm_s16le"})
"""What Matroska takes of that which cameras send."""
_NEEDS_EXTRADATA = frozenset({"aac", "flac", "vorbis"})


@dataclass(frozen=True, slots=True)
class SoundShape:
    """Sound as it is recorded. See `gateway.cameras.packet.StreamShape`."""

    codec: str
    rate: int
    channels: int
    extradata: bytes = b""


def sound_shape(stream: AudioStream) -> SoundShape | None:
    """How this sound is recorded; `None`: it cannot be."""
    context = stream.codec_context
    codec, rate, channels = context.name, context.sample_rate or 0, context.channels or 0
    if not rate or not channels:
        return None
    if codec in G711:
        return SoundShape("pcm_s16le", rate, channels)
    extradata = context.extradata or b""
    if codec not in _AS_IT_COMES or (codec in _NEEDS_EXTRADATA and not extradata):
        return None
    return SoundShape(codec, rate, channels, extradata)


class G711Decoder:
    """A-law and µ-law → PCM of 16 bits, packet by packet."""

    def __init__(self, stream: AudioStream) -> None:
        self._context: AudioCodecContext = av.CodecContext.create(stream.codec_context.name, "r")  # type: ignore[assignment]
        self._context.sample_rate = stream.codec_context.sample_rate
        self._context.layout = stream.codec_context.layout

    def decode(self, packet: AvPacket[Any]) -> Iterator[AvPacket[Any]]:
        """What cannot be decoded is left out."""
        try:
            frames = self._context.decode(packet)
        except av.error.FFmpegError:
            return
        for frame in frames:
            size = frame.samples * len(frame.layout.channels) * 2
            decoded: AvPacket[Any] = av.Packet(bytes(frame.planes[0])[:size])
            decoded.pts, decoded.dts, decoded.time_base = packet.pts, packet.dts, packet.time_base
            decoded.is_keyframe = True
            yield decoded
