"""`onvif` of a camera: where its device service is. Never a password, nor a user: those of the stream are used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import PlainSerializer, PlainValidator

from gateway.config.file.form_error import FormError
from gateway.config.url_parts import host_and_port, host_in_url, split_url
from gateway.core.phrase import Phrase

ONVIF_PATH = "/onvif/device_service"
_FORM = Phrase("write it as http://192.168.1.31{onvif_path}", onvif_path=ONVIF_PATH)
_USUAL_PORT = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class OnvifUrl:
    """As it is asked. `port` is the usual one of its scheme where none stands there."""

    scheme: str
    host: str
    port: int
    path: str

    def __str__(self) -> str:
        port = "" if self.port == _USUAL_PORT[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host_in_url(self.host)}{port}{self.path}"


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
        raise FormError(Phrase("is not a URL"), _FORM)
    parts = split_url(value, _FORM)
    if parts.username is not None or parts.password is not None:
        raise FormError(
            Phrase("has a user or a password in it"), Phrase("take it out: the camera's user and password are used")
        )
    if parts.scheme not in _USUAL_PORT or parts.hostname is None or parts.fragment:
        raise FormError(Phrase("is not an http:// or https:// URL with a host"), _FORM)
    host, port = host_and_port(parts, _USUAL_PORT[parts.scheme], _FORM)
    query = f"?{parts.query}" if parts.query else ""
    return OnvifUrl(parts.scheme, host, port, f"{parts.path or ONVIF_PATH}{query}")


DeviceUrl = Annotated[OnvifUrl, PlainValidator(parse_onvif_url), PlainSerializer(str)]
