"""`cameras.relay`: where the authority opens the cameras' streams, and how."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Annotated, Any

from pydantic import Field, PlainSerializer, PlainValidator, ValidationInfo, field_validator

from gateway.config.file.form_error import FormError
from gateway.config.host import check_host
from gateway.config.secrets import Secret, SecretFile, SecretReference
from gateway.config.section import AbsolutePath, Section, Token, Whole
from gateway.config.url_parts import host_in_url

_FORM = 'write it as "127.0.0.1:8554", or "0.0.0.0:8554" for every interface'
_HOST_AND_PORT = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]+\]|[^:\[\]]+):(?P<port>[0-9]{1,5})", re.ASCII)


@dataclass(frozen=True, slots=True)
class ListenAddress:
    host: str
    port: int

    def __str__(self) -> str:
        return f"{host_in_url(self.host)}:{self.port}"

    @property
    def is_local(self) -> bool:
        """Whether nobody outside of this machine can come to it."""
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"


def parse_listen(value: object) -> ListenAddress:
    """
    Raises:
        FormError: no host and port.
    """
    if isinstance(value, ListenAddress):
        return value
    match = _HOST_AND_PORT.fullmatch(value) if isinstance(value, str) else None
    if match is None or not 1 <= int(match["port"]) <= 65535:
        raise FormError("is not an address with a port", _FORM)
    return ListenAddress(check_host(match["host"].strip("[]")), int(match["port"]))


Listen = Annotated[ListenAddress, PlainValidator(parse_listen), PlainSerializer(str)]


class RelaySettings(Section):
    """An RTSP server with digest authentication; `rtsps` where it has a certificate and its key. `socket`: over which
    the recorder feeds it, by default in the recorder's run-time folder."""

    listen: Listen = ListenAddress("127.0.0.1", 8554)
    user: Token = Field(description="the name that the authority logs in with")
    password: SecretReference = Field(description="a reference to the authority's password")
    viewers: Annotated[Whole, Field(ge=1, le=50)] = 4
    certificate: AbsolutePath | None = None
    key: SecretFile | None = Field(default=None, validate_default=True)
    socket: AbsolutePath | None = None

    @field_validator("key")
    @classmethod
    def _belong_together(cls, key: Secret | None, siblings: ValidationInfo[Any]) -> Secret | None:
        if "certificate" not in siblings.data:
            return key
        certificate = siblings.data["certificate"]
        if (certificate is None) != (key is None):
            raise FormError(
                "is missing" if key is None else "has no certificate beside it",
                "add certificate: /… and key: {file: /…}, or neither: then the stream is not encrypted",
            )
        return key
