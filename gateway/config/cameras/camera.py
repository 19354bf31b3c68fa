"""`cameras.list`: one camera, how its stream is reached, and what is recorded of it."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, field_validator

from gateway.config.cameras.camera_url import StreamUrl
from gateway.config.cameras.health import HealthSettings, as_health
from gateway.config.cameras.onvif_url import DeviceUrl, OnvifUrl, usual_onvif_url
from gateway.config.file.form_error import FormError
from gateway.config.secrets import Secret, SecretReference
from gateway.config.section import Section, Words
from gateway.core.phrase import Phrase

_LONGEST_NAME = 32


class Transport(StrEnum):
    """What carries the stream."""

    TCP = "tcp"
    UDP = "udp"


class Audio(StrEnum):
    """What becomes of a camera's sound. Kept: as it comes where Matroska takes it, G.711 as PCM."""

    KEEP = "keep"
    DROP = "drop"


def _check_camera_name(text: str) -> str:
    if not (
        text.isascii()
        and text[:1].isalnum()
        and len(text) <= _LONGEST_NAME
        and all(c.isalnum() or c in "-_" for c in text)
    ):
        raise FormError(
            Phrase("{text!r} is not usable as a camera's name", text=text),
            Phrase(
                "use 1 to {longest_name} of a-z, A-Z, 0-9, '-' and '_', beginning with a letter or a "
                "digit: it is the name of a folder and of the relay's stream",
                longest_name=_LONGEST_NAME,
            ),
        )
    return text


class CameraSettings(Section):
    """`url` is the stream that is recorded: a camera's main one, or a smaller one where three months must fit. `onvif`:
    where its clock is set (`gateway cameras set-time`), by default where nearly all cameras have it."""

    name: Annotated[str, AfterValidator(_check_camera_name)] = Field(
        description=Phrase("a short name for files, commands and the relay, such as outlet")
    )
    url: StreamUrl = Field(description=Phrase("the camera's stream, such as rtsp://192.168.1.31/stream1"))
    user: Words | None = None
    password: SecretReference | None = Field(default=None, validate_default=True)
    transport: Transport = Transport.TCP
    audio: Audio = Audio.KEEP
    health: Annotated[HealthSettings, BeforeValidator(as_health)] = HealthSettings()
    onvif: DeviceUrl | None = None

    @field_validator("password")
    @classmethod
    def _belong_together(cls, password: Secret | None, siblings: ValidationInfo[Any]) -> Secret | None:
        if "user" not in siblings.data:
            return password
        user = siblings.data["user"]
        if user is None and password is not None:
            raise FormError(Phrase("has no user beside it"), Phrase("add user: … , or remove the password"))
        if user is not None and password is None:
            raise FormError(Phrase("is missing"), Phrase("add password: {file: …} or {env: …}, or remove the user"))
        return password

    @property
    def device_url(self) -> OnvifUrl:
        """Where the camera speaks ONVIF."""
        return self.onvif or usual_onvif_url(self.url.host)
