"""Who is told, and by which of the three means: the key of the file says which."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Discriminator, Tag

from gateway.config.alerts.command import CommandSettings
from gateway.config.alerts.mail import MailTargetSettings
from gateway.config.alerts.webhook import WebhookSettings
from gateway.config.file.form_error import FormError
from gateway.core.alert import AlertTarget
from gateway.core.phrase import Phrase

_MEANS = ("webhook", "mail", "command")
_ADVICE = Phrase('write {webhook: "https://…", secret: {file: …}}, {mail: {…}} or {command: [/…]}')


def _check_means(value: object) -> object:
    """
    Raises:
        FormError: none of the three, or more than one.
    """
    if isinstance(value, WebhookSettings | MailTargetSettings | CommandSettings):
        return value
    if not isinstance(value, dict):
        raise FormError(Phrase("is not a section"), _ADVICE)
    named = [means for means in _MEANS if means in value]
    if not named:
        raise FormError(Phrase("does not say by what somebody is told"), _ADVICE)
    if len(named) > 1:
        raise FormError(
            Phrase("is both {named} and {named2}", named=named[0], named2=named[1]),
            Phrase("write two entries"),
            named[1],
        )
    return value


def _tag(content: object) -> str:
    """Stands in pydantic's locations, and is no key of the file: it has a blank."""
    if isinstance(content, dict):
        return f"{next((means for means in _MEANS if means in content), 'webhook')} alert"
    if isinstance(content, MailTargetSettings):
        return "mail alert"
    return "command alert" if isinstance(content, CommandSettings) else "webhook alert"


AlertSettings = WebhookSettings | MailTargetSettings | CommandSettings
TellerSettings = Annotated[
    Annotated[
        Annotated[WebhookSettings, Tag("webhook alert")]
        | Annotated[MailTargetSettings, Tag("mail alert")]
        | Annotated[CommandSettings, Tag("command alert")],
        Discriminator(_tag),
    ],
    BeforeValidator(_check_means),
]


def target_of(settings: AlertSettings) -> AlertTarget:
    """As what tells sees it."""
    return AlertTarget(settings.name or settings.place, frozenset(settings.on))
