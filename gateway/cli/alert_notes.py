"""What `gateway check` shows of those who are told: who, how, and of what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gateway.config import Configuration
    from gateway.config.alerts.target import AlertSettings


def alert_lines(configuration: Configuration) -> list[str]:
    """A line for each target."""
    from gateway.config.alerts.kinds import ALL_KINDS
    from gateway.config.alerts.target import target_of

    return [
        f"  alerts {target_of(one).name}: {_way(one)}, of"
        f" {'everything' if len(one.on) == len(ALL_KINDS) else ', '.join(one.on)}"
        for one in configuration.alerts
    ]


def alerts_configured(configuration: Configuration) -> list[dict[str, Any]]:
    """The same for programs. No address of a webhook beyond its host: it may hold a key."""
    from gateway.config.alerts.target import target_of

    return [
        {"name": target_of(one).name, "way": _way(one), "on": [kind.value for kind in one.on]}
        for one in configuration.alerts
    ]


def _way(settings: AlertSettings) -> str:
    from gateway.config.alerts.command import CommandSettings
    from gateway.config.alerts.mail import MailTargetSettings
    from gateway.config.alerts.webhook import WebhookUrl

    if isinstance(settings, CommandSettings):
        return f"command {settings.command[0]}"
    if isinstance(settings, MailTargetSettings):
        mail = settings.mail
        return f"mail by {mail.server.host}:{mail.port} ({mail.security}) to {', '.join(mail.to)}"
    url = settings.webhook
    return f"webhook {url.origin if isinstance(url, WebhookUrl) else f'at the address in {url}'}"
