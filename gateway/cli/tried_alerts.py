"""`gateway check --online` at those who tell people: log in at the mail server, shake hands with the webhook, look
whether the command is there. Nobody is told anything: that is `gateway alerts test`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gateway.cli.output import say
from gateway.core.phrase import Phrase

if TYPE_CHECKING:
    from gateway.config import Configuration
    from gateway.config.alerts.target import AlertSettings
    from gateway.core.interfaces import Clock


def try_alerts(configuration: Configuration, clock: Clock, quietly: bool) -> list[dict[str, Any]]:
    """Of each target its `name` and `error`; `None`: it would be told."""
    from gateway.config.alerts.target import target_of

    found = []
    for settings in configuration.alerts:
        name, error = target_of(settings).name, _error(settings, configuration.station.timezone, clock)
        if not quietly:
            say(Phrase("alerts {name}: {error}", name=name, error=error or _well(settings)), err=error is not None)
        found.append({"name": name, "error": error})
    return found


def _error(settings: AlertSettings, timezone: str, clock: Clock) -> str | None:
    from gateway.alerts.opening import open_mail, open_webhook
    from gateway.config.alerts.command import CommandSettings
    from gateway.config.alerts.mail import MailTargetSettings
    from gateway.core.errors import DeliveryError

    try:
        if isinstance(settings, CommandSettings):
            return None if settings.missing is None else "; ".join(settings.missing)
        if isinstance(settings, MailTargetSettings):
            open_mail(settings.mail, timezone, clock).log_in()
        else:
            open_webhook(settings, clock).shake_hands()
    except DeliveryError as error:
        return str(error)
    return None


def _well(settings: AlertSettings) -> str:
    from gateway.config.alerts.command import CommandSettings
    from gateway.config.alerts.mail import MailTargetSettings

    if isinstance(settings, CommandSettings):
        return Phrase("can be run; it was not")
    if isinstance(settings, MailTargetSettings):
        in_words = Phrase("takes us as we are") if settings.mail.user is None else Phrase("lets us in")
        return Phrase("{in_words}; no mail was sent", in_words=in_words)
    return Phrase("is there and proves itself; nothing was sent")
