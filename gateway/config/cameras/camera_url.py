"""`url` of a camera: where its stream is. Never a password, nor a user: both stand beside it.

No message repeats the text, for whoever puts a password into a URL does it in many misspelt ways.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import PlainSerializer, PlainValidator

from gateway.config.file.form_error import FormError
from gateway.config.url_parts import host_and_port, host_in_url, split_url
from gateway.core.phrase import Phrase

RTSP_PORT = 554
_FORM = Phrase("write it as rtsp://192.168.1.31/stream1")


@dataclass(frozen=True, slots=True)
class CameraUrl:
    """`path` is what the camera calls the stream: with its leading `/`, `?` and all, as it is sent."""

    host: str
    port: int
    path: str

    def __str__(self) -> str:
        port = "" if self.port == RTSP_PORT else f":{self.port}"
        return f"rtsp://{host_in_url(self.host)}{port}{self.path}"


def parse_camera_url(value: object) -> CameraUrl:
    """
    Raises:
        FormError: no such form, another scheme, or somebody's name and password inside.
    """
    if isinstance(value, CameraUrl):
        return value
    if not isinstance(value, str) or "://" not in value or not value.isprintable() or " " in value:
        raise FormError(Phrase("is not a URL"), _FORM)
    if value.split("://", 1)[0] != "rtsp":
        raise FormError(Phrase("is not an rtsp:// URL"), _FORM)
    parts = split_url(value, _FORM)
    if parts.username is not None or parts.password is not None:
        raise FormError(
            Phrase("has a user or a password in it"),
            Phrase("take it out of the url; write user: … and password: {file: …} or {env: …} beside it"),
        )
    host, port = host_and_port(parts, RTSP_PORT, _FORM)
    path = value.split("://", 1)[1]
    path = path[path.find("/") :] if "/" in path else ""
    return CameraUrl(host, port, path)


StreamUrl = Annotated[CameraUrl, PlainValidator(parse_camera_url), PlainSerializer(str)]
