"""`metrics`: where a monitoring system fetches the station's figures. Served by `gateway web` at an address of their
own; beyond loopback over the page's TLS, and only to who has the token."""

from __future__ import annotations

from typing import Any

from pydantic import Field, ValidationInfo, field_validator

from gateway.config.file.form_error import FormError
from gateway.config.listen import Listen, ListenAddress
from gateway.config.secrets import Secret, SecretReference
from gateway.config.section import Section
from gateway.core.phrase import Phrase


class MetricsSettings(Section):
    """`token`: what has to come as `Authorization: Bearer …`."""

    listen: Listen = ListenAddress("127.0.0.1", 9108)
    token: SecretReference | None = Field(default=None, validate_default=True)

    @field_validator("token")
    @classmethod
    def _not_open_to_the_network(cls, token: Secret | None, siblings: ValidationInfo[Any]) -> Secret | None:
        listen = siblings.data.get("listen")
        if listen is not None and not listen.is_local and token is None:
            raise FormError(
                Phrase("is missing, and everybody in the network could read the station's figures"),
                Phrase("add token: {file: /etc/station-gateway/web/metrics-token}, or listen on 127.0.0.1"),
            )
        return token

    @property
    def is_encrypted(self) -> bool:
        """Whether they are fetched over TLS, with the page's certificate: everywhere but on loopback."""
        return not self.listen.is_local
