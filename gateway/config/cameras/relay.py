"""`cameras.relay`: where the authority opens the cameras' streams, and how."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, ValidationInfo, field_validator

from gateway.config.listen import Listen, ListenAddress
from gateway.config.secrets import Secret, SecretFile, SecretReference
from gateway.config.section import AbsolutePath, Section, Token, Whole
from gateway.config.served_certificate import check_belong_together
from gateway.core.phrase import Phrase


class RelaySettings(Section):
    """An RTSP server with digest authentication; `rtsps` where it has a certificate and its key. `socket`: over which
    the recorder feeds it, by default in the recorder's run-time folder."""

    listen: Listen = ListenAddress("127.0.0.1", 8554)
    user: Token = Field(description=Phrase("the name that the authority logs in with"))
    password: SecretReference = Field(description=Phrase("a reference to the authority's password"))
    viewers: Annotated[Whole, Field(ge=1, le=50)] = 4
    certificate: AbsolutePath | None = None
    key: SecretFile | None = Field(default=None, validate_default=True)
    socket: AbsolutePath | None = None

    @field_validator("key")
    @classmethod
    def _belong_together(cls, key: Secret | None, siblings: ValidationInfo[Any]) -> Secret | None:
        what_now = Phrase("add certificate: /… and key: {file: /…}, or neither: then the stream is not encrypted")
        return check_belong_together(key, siblings, what_now)
