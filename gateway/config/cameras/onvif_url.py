"""`onvif` of a camera: where its device service is. Never a password, nor a user: those of the stream are used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import PlainSerializer, PlainValidator

from gateway.config.file.form_error import FormError
from gateway.config.host import check_host

ONVIF_PATH = "/onvif/device_service"
_FORM = f"write it as http://192.168.1.31{ONVIF_PATH}"
_USUAL_PORT = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class OnvifUrl:
    """As it is asked. `port` is the usual one of its scheme where none stands there."""

    scheme: str
    host: str
    port: int
    path: str

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == _USUAL_PORT[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host}{port}{self.path}"


def usual_onvif_url(host: str) -> OnvifUrl:
    """Where nearly all cameras have it."""
    return OnvifUrl("http", host, _USUAL_PORT["http"], ONVIF_PATH)


def parse_onvif_url(value: object) -> OnvifUrl:
    """
    Raises:
        FormError: no such form, another scheme, or somebody's name and password inside.
    """
    if isinstance(value, OnvifUrl):
        return value
    if not isinstance(value, str) or not value.isascii() or not value.isprintable() or " " in value:
        raise FormError("is not a URL", _FORM)
    try:
        parts = urlsplit(value)
        port, host = parts.port, parts.hostname
    except ValueError:
        raise FormError("is not a URL with a host and a port", _FORM) from None
    if parts.username is not None or parts.password is not None:
        raise FormError("has a user or a password in it", "take it out: the camera's user and password are used")
    if parts.scheme not in _USUAL_PORT or host is None or parts.fragment:
        raise FormError("is not an http:// or https:// URL with a host", _FORM)
    try:
        check_host(host)
    except FormError:
        raise FormError("has a host that is neither a name nor an address", _FORM) from None
    if port == 0:
        raise FormError("has the port 0", "leave the port out for the usual one")
    query = f"?{parts.query}" if parts.query else ""
    return OnvifUrl(parts.scheme, host, port or _USUAL_PORT[parts.scheme], f"{parts.path or ONVIF_PATH}{query}")


DeviceUrl = Annotated[OnvifUrl, PlainValidator(parse_onvif_url), PlainSerializer(str)]
