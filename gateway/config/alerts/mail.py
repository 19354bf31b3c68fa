"""Mail: a server that takes it from us, and who gets it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_address
from typing import Annotated, Self

from pydantic import AfterValidator, Field, PlainSerializer, PlainValidator, model_validator

from gateway.config.alerts.kinds import ALL_KINDS, AlertKinds
from gateway.config.alerts.server_trust import ServerTrust
from gateway.config.file.form_error import FormError
from gateway.config.host import check_host
from gateway.config.secrets import SecretReference
from gateway.config.section import Name, Section, Words, not_empty
from gateway.config.url_parts import host_in_url
from gateway.core.phrase import Phrase

MOST_RECIPIENTS = 20
IMPLICIT_PORT, SUBMISSION_PORT, RELAY_PORT = 465, 587, 25
"""TLS from the first byte (RFC 8314, 3.3), STARTTLS (RFC 6409), and what servers speak among themselves."""
_FORM = Phrase("write it as smtp.example.vn:587")
_SERVER = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]+\]|[^:\[\]/@\s]+)(?::(?P<port>[0-9]{1,5}))?", re.ASCII)
_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@(?P<domain>[A-Za-z0-9.-]{1,253})", re.ASCII)
"""Of what RFC 5322 allows, what mail servers take: no comments, no quotes, no blanks."""


class MailTls(StrEnum):
    STARTTLS = "starttls"
    IMPLICIT = "implicit"
    """From the first byte."""
    NONE = "none"
    """For a server on this machine."""


@dataclass(frozen=True, slots=True)
class MailServer:
    """`port`: `None` where the file names none."""

    host: str
    port: int | None

    @property
    def is_local(self) -> bool:
        """Whether it is on this machine."""
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host.lower() == "localhost"

    def __str__(self) -> str:
        return host_in_url(self.host) + ("" if self.port is None else f":{self.port}")


def _parse_server(value: object) -> MailServer:
    if isinstance(value, MailServer):
        return value
    match = _SERVER.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise FormError(Phrase("is no server with a port"), _FORM)
    port = None if match["port"] is None else int(match["port"])
    if port is not None and not 1 <= port <= 65535:
        raise FormError(Phrase("has no port {port}", port=port), Phrase("ports are 1 to 65535; 587 and 465 are usual"))
    return MailServer(check_host(match["host"].strip("[]")), port)


def _check_address(text: str) -> str:
    match = _ADDRESS.fullmatch(text)
    local = text.partition("@")[0]
    if match is None or ".." in text or local.startswith(".") or local.endswith("."):
        raise FormError(
            Phrase("is no address of mail"), Phrase("write it as tram@example.vn, without a name or <…> around it")
        )
    check_host(match["domain"])
    return text


def _few_and_once(recipients: tuple[str, ...]) -> tuple[str, ...]:
    if len(recipients) > MOST_RECIPIENTS:
        raise FormError(
            Phrase("has {recipients} addresses", recipients=len(recipients)),
            Phrase("write at most {most_recipients}, or one of a list at your server", most_recipients=MOST_RECIPIENTS),
        )
    if len({one.casefold() for one in recipients}) < len(recipients):
        raise FormError(Phrase("has an address twice"), Phrase("write each once"))
    return recipients


MailAddress = Annotated[str, AfterValidator(_check_address)]


class MailSettings(ServerTrust):
    """`tls` follows from the port where it is not said: 465 is implicit, all others STARTTLS."""

    server: Annotated[MailServer, PlainValidator(_parse_server), PlainSerializer(str)] = Field(
        description=Phrase("the mail server, such as smtp.example.vn:587")
    )
    tls: MailTls | None = None
    user: Words | None = None
    password: SecretReference | None = None
    sender: MailAddress = Field(
        alias="from", description=Phrase("the address that mail comes from, such as tram@example.vn")
    )
    to: Annotated[tuple[MailAddress, ...], AfterValidator(not_empty), AfterValidator(_few_and_once)] = Field(
        description=Phrase("the list of addresses that get it")
    )

    @property
    def security(self) -> MailTls:
        """How it is encrypted."""
        if self.tls is not None:
            return self.tls
        return MailTls.IMPLICIT if self.server.port == IMPLICIT_PORT else MailTls.STARTTLS

    @property
    def port(self) -> int:
        usual = {
            MailTls.IMPLICIT: IMPLICIT_PORT,
            MailTls.STARTTLS: SUBMISSION_PORT,
            MailTls.NONE: RELAY_PORT,
        }
        return self.server.port or usual[self.security]

    @model_validator(mode="after")
    def _use_what_is_said(self) -> Self:
        if (self.user is None) != (self.password is None):
            missing = "password" if self.password is None else "user"
            raise FormError(
                Phrase("is missing"),
                Phrase("write both user and password, or neither where none is asked for"),
                missing,
            )
        if self.security is MailTls.NONE:
            if not self.server.is_local:
                raise FormError(
                    Phrase("is none: anybody on the way can read mail and password"),
                    Phrase("write starttls or implicit; none is for a server on this machine"),
                    "tls",
                )
            self.check_unused("mail without encryption")
        return self


class MailTargetSettings(Section):
    """Who gets mail."""

    mail: MailSettings
    name: Name | None = None
    on: AlertKinds = ALL_KINDS

    @property
    def place(self) -> str:
        """What it is called where it has no name."""
        return self.mail.server.host
