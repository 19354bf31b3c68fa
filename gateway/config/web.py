"""`web`: the page, a process of its own. On loopback anybody who sits at the box may look; from anywhere else one logs
in, over TLS."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, ValidationInfo, field_validator

from gateway.config.file.form_error import FormError
from gateway.config.host import Host
from gateway.config.listen import Listen, ListenAddress
from gateway.config.secrets import Secret, SecretFile
from gateway.config.section import AbsolutePath, Section
from gateway.config.served_certificate import check_belong_together
from gateway.core.phrase import Phrase


class LogInFor(StrEnum):
    """Who has to log in before he sees anything: everybody, or only who wants to do something."""

    ALWAYS = "always"
    ACTS = "acts"


class WebSettings(Section):
    """`names`: host names under which browsers come, beside addresses and `localhost`; others are refused, so that no
    page from elsewhere can read this one by a name that it made up. `certificate` and `key`: PEM; without them, beyond
    loopback, one is made at the first start. `storage`: accounts, sessions, that certificate, and what people ask for;
    the one folder that the page writes."""

    listen: Listen = ListenAddress("127.0.0.1", 8080)
    names: tuple[Host, ...] = ()
    certificate: AbsolutePath | None = None
    key: SecretFile | None = Field(default=None, validate_default=True)
    login: Annotated[LogInFor | None, Field(default=None, validate_default=True)] = None
    storage: AbsolutePath = Path("/var/lib/station-gateway-web")

    @field_validator("key")
    @classmethod
    def _belong_together(cls, key: Secret | None, siblings: ValidationInfo[Any]) -> Secret | None:
        what_now = Phrase("add certificate: /… and key: {file: /…}, or neither: then, beyond loopback, one is made")
        return check_belong_together(key, siblings, what_now)

    @field_validator("login")
    @classmethod
    def _be_always_from_elsewhere(cls, login: LogInFor | None, siblings: ValidationInfo[Any]) -> LogInFor | None:
        listen = siblings.data.get("listen")
        if listen is None:
            return login
        if login is LogInFor.ACTS and not listen.is_local:
            raise FormError(
                Phrase("lets everybody in the network look"), Phrase("write always, or listen on 127.0.0.1")
            )
        return login or (LogInFor.ACTS if listen.is_local else LogInFor.ALWAYS)

    @property
    def is_encrypted(self) -> bool:
        """Whether browsers come over TLS: everywhere but on loopback, and there too where a certificate is given."""
        return self.certificate is not None or not self.listen.is_local
