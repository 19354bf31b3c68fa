"""What is said between the recorder and the relay: its settings, a camera's stream, and who looks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gateway.cameras.feed.relay_messages import RelayMessage, frame_message, object_message
from gateway.cameras.feed.views import StreamView
from gateway.cameras.packet import StreamPacket, StreamShape
from gateway.cameras.stream.annex_b import as_annex_b
from gateway.config.cameras import RelaySettings


def settings_message(settings: RelaySettings, cameras: Sequence[str]) -> bytes:
    """With the secrets themselves: the relay reads no file.

    Raises:
        OSError, UnicodeDecodeError: the certificate cannot be read.
        DestinationRejected: a secret cannot.
    """
    certificate = None if settings.certificate is None else settings.certificate.read_text("ascii")
    said = {
        "host": settings.listen.host,
        "port": settings.listen.port,
        "user": settings.user,
        "password": settings.password.reveal(),
        "viewers": settings.viewers,
        "certificate": certificate,
        "key": None if settings.key is None else settings.key.reveal(),
        "cameras": list(cameras),
    }
    return object_message(RelayMessage.SETTINGS, said)


def shape_message(camera: str, shape: StreamShape) -> bytes:
    """What will come of a camera."""
    said = {"camera": camera, "codec": shape.codec, "width": shape.width, "height": shape.height}
    return object_message(RelayMessage.SHAPE, said)


def packet_message(camera: str, shape: StreamShape, packet: StreamPacket) -> bytes:
    """A frame, such as any decoder can begin with if it is a key frame."""
    content = as_annex_b(shape.codec, shape.extradata, bytes(packet.packet), is_key=packet.is_key)
    return frame_message(camera, content, is_key=packet.is_key, pts_s=packet.pts_s, dts_s=packet.dts_s)


def read_view(said: dict[str, Any]) -> StreamView | None:
    """Who looked at what; `None`: it is none."""
    source, camera, viewer, address = (said.get(name) for name in ("source", "camera", "viewer", "address"))
    began_ms, ended_ms = said.get("began_ms"), said.get("ended_ms")
    if not (isinstance(source, str) and isinstance(camera, str) and isinstance(viewer, str)):
        return None
    if not (isinstance(address, str) and isinstance(began_ms, int) and isinstance(ended_ms, int | None)):
        return None
    return StreamView(source, camera, viewer, address, began_ms, ended_ms)
