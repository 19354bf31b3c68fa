"""A webhook: a page of the web that takes a message by POST."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Annotated, Any, Self

from pydantic import Field, PlainSerializer, PlainValidator, ValidationInfo, model_validator

from gateway.config.alerts.kinds import ALL_KINDS, AlertKinds
from gateway.config.alerts.server_trust import ServerTrust
from gateway.config.file.form_error import FormError, MissingError
from gateway.config.secrets import Secret, SecretReference, parse_secret
from gateway.config.section import Name, outside
from gateway.config.url_parts import host_and_port, host_in_url, split_url
from gateway.core.errors import DestinationRejected
from gateway.core.phrase import Phrase

_FORM = Phrase("write it as https://alerts.example.vn/station")
_WITHOUT_QUERY = re.compile(r"[^?]*")


@dataclass(frozen=True, slots=True)
class WebhookUrl:
    """A parsed address. `target`: path and query, as they are sent, beginning with `/`; may hold a key, and is not
    shown."""

    is_encrypted: bool
    host: str
    port: int
    target: str

    @property
    def origin(self) -> str:
        """Scheme, host and port: what may be shown."""
        scheme, usual = ("https", 443) if self.is_encrypted else ("http", 80)
        return f"{scheme}://{host_in_url(self.host)}{'' if self.port == usual else f':{self.port}'}"

    @property
    def has_query(self) -> bool:
        return "?" in self.target

    def __str__(self) -> str:
        return self.origin + self.target

    def __repr__(self) -> str:
        return f"WebhookUrl({self.origin}{_WITHOUT_QUERY.match(self.target)[0]})"  # type: ignore[index]


def parse_webhook_url(value: object) -> WebhookUrl:
    """
    Raises:
        FormError: no such form, a password in it, or without encryption to another machine.
    """
    if not isinstance(value, str) or "://" not in value:
        raise FormError(Phrase("is not a URL"), _FORM)
    if not value.isascii() or not value.isprintable() or " " in value:
        raise FormError(
            Phrase("has blanks or characters that no URL has"), Phrase("write them as %-codes, a host in its xn-- form")
        )
    scheme = value.split("://", 1)[0]
    if scheme not in ("https", "http"):
        raise FormError(Phrase("is no page of the web"), _FORM)
    parts = split_url(value, _FORM)
    if parts.username is not None or parts.password is not None:
        raise FormError(
            Phrase("has a name or password in it"),
            Phrase("take it out of the url: messages are signed with the secret"),
        )
    if parts.fragment or "#" in value:
        raise FormError(
            Phrase("has a # in it, which is never sent"), Phrase("remove it and what follows, or write %23")
        )
    host, port = host_and_port(parts, 443 if scheme == "https" else 80, _FORM)
    if scheme == "http" and not _is_loopback(host):
        raise FormError(
            Phrase("is not encrypted: anybody on the way can read and change it"),
            Phrase("write https://; http:// is for 127.0.0.1"),
        )
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return WebhookUrl(scheme == "https", host, port, target)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _parse_address(value: object, context: ValidationInfo[Any]) -> WebhookUrl | Secret:
    """A URL, or a reference to one that is a secret itself, as those of chat rooms are."""
    if isinstance(value, WebhookUrl):
        return value
    if not isinstance(value, dict | Secret):
        return parse_webhook_url(value)
    secret = parse_secret(value, context)
    around = outside(context)
    if around is not None and around.judges:
        try:
            parse_webhook_url(secret.read())
        except MissingError:  # warned of by `checks.not_filled_in`
            return secret
    return secret


class WebhookSettings(ServerTrust):
    """Who gets messages by POST, each signed with `secret`."""

    webhook: Annotated[WebhookUrl | Secret, PlainValidator(_parse_address), PlainSerializer(str)] = Field(
        description=Phrase("the address, such as https://alerts.example.vn/station")
    )
    secret: SecretReference = Field(description=Phrase("a reference to the secret that messages are signed with"))
    name: Name | None = None
    on: AlertKinds = ALL_KINDS

    @model_validator(mode="after")
    def _use_what_is_said(self) -> Self:
        if isinstance(self.webhook, WebhookUrl) and not self.webhook.is_encrypted:
            self.check_unused("http")
        return self

    @property
    def place(self) -> str:
        """What it is called where it has no name."""
        return self.webhook.host if isinstance(self.webhook, WebhookUrl) else "webhook"

    def address(self) -> WebhookUrl:
        """Where to, now.

        Raises:
            DestinationRejected: the reference leads to nothing that can be used.
        """
        if isinstance(self.webhook, WebhookUrl):
            return self.webhook
        try:
            return parse_webhook_url(self.webhook.reveal())
        except FormError as fault:
            raise DestinationRejected(
                Phrase("the url in {webhook} {fault}", webhook=self.webhook, fault=fault)
            ) from fault
