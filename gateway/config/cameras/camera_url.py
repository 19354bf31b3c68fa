"""`url` of a camera: where its stream is. Never a password, nor a user: both stand beside it.

No message repeats the text, for whoever puts a password into a URL does it in many misspelt ways.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import PlainSerializer, PlainValidator

from gateway.config.file.form_error import FormError
from gateway.config.host import check_host

RTSP_PORT = 554
_FORM = "write it as rtsp://192.168.1.31/stream1"


@dataclass(frozen=True, slots=True)
class CameraUrl:
    """`path` is what the camera calls the stream: with its leading `/`, `?` and all, as it is sent."""

    host: str
    port: int
    path: str

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == RTSP_PORT else f":{self.port}"
        return f"rtsp://{host}{port}{self.path}"


def parse_camera_url(value: object) -> CameraUrl:
    """
    Raises:
        FormError: no such form, another scheme, or somebody's name and password inside.
    """
    if isinstance(value, CameraUrl):
        return value
    if not isinstance(value, str) or "://" not in value or not value.isprintable() or " " in value:
        raise FormError("is not a URL", _FORM)
    if value.split("://", 1)[0] != "rtsp":
        raise FormError("is not an rtsp:// URL", _FORM)
    try:
        parts = urlsplit(value)
        port, host = parts.port, parts.hostname
    except ValueError:
        raise FormError("is not a URL with a host and a port", _FORM) from None
    if parts.username is not None or parts.password is not None:
        raise FormError(
            "has a user or a password in it",
            "take it out of the url; write user: … and password: {file: …} or {env: …} beside it",
        )
    if host is None:
        raise FormError("names no host", _FORM)
    try:
        check_host(host)
    except FormError:
        raise FormError("has a host that is neither a name nor an address", _FORM) from None
    if port == 0:
        raise FormError("has the port 0", "leave the port out for the usual one")
    path = value.split("://", 1)[1]
    path = path[path.find("/") :] if "/" in path else ""
    return CameraUrl(host, port or RTSP_PORT, path)


StreamUrl = Annotated[CameraUrl, PlainValidator(parse_camera_url), PlainSerializer(str)]
