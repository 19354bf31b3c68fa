"""What `gateway check` shows of those who are told: who, how, and of what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gateway.core.phrase import Phrase

if TYPE_CHECKING:
    from gateway.config import Configuration
    from gateway.config.alerts.target import AlertSettings


def alert_lines(configuration: Configuration) -> list[Phrase]:
    """A line for each target."""
    from gateway.config.alerts.kinds import ALL_KINDS
    from gateway.config.alerts.target import target_of

    return [
        Phrase(
            "  alerts {name}: {way}, of {kinds}",
            name=target_of(one).name,
            way=_way(one),
            kinds=Phrase("everything") if len(one.on) == len(ALL_KINDS) else ", ".join(one.on),
        )
        for one in configuration.alerts
    ]


def alerts_configured(configuration: Configuration) -> list[dict[str, Any]]:
    """The same for programs. No address of a webhook beyond its host: it may hold a key."""
    from gateway.config.alerts.target import target_of

    return [
        {"name": target_of(one).name, "way": _way(one), "on": [kind.value for kind in one.on]}
        for one in configuration.alerts
    ]


def _way(settings: AlertSettings) -> Phrase:
    from gateway.config.alerts.command import CommandSettings
    from gateway.config.alerts.mail import MailTargetSettings
    from gateway.config.alerts.webhook import WebhookUrl

    if isinstance(settings, CommandSettings):
        return Phrase("command {command}", command=settings.command[0])
    if isinstance(settings, MailTargetSettings):
        mail = settings.mail
        return Phrase(
            "mail by {host}:{port} ({security}) to {to}",
            host=mail.server.host,
            port=mail.port,
            security=mail.security,
            to=", ".join(mail.to),
        )
    url = settings.webhook
    if isinstance(url, WebhookUrl):
        return Phrase("webhook {origin}", origin=url.origin)
    return Phrase("webhook at the address in {reference}", reference=url)
