"""A target of the configuration → how it is told. What a kind of target needs is imported when it is opened, and in a
daemon without one never."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.config.alerts.command import CommandSettings
from gateway.config.alerts.mail import MailSettings, MailTargetSettings
from gateway.config.alerts.server_trust import ServerTrust
from gateway.config.alerts.target import AlertSettings
from gateway.config.alerts.webhook import WebhookSettings
from gateway.core.alert import Teller
from gateway.core.interfaces import Clock

if TYPE_CHECKING:
    from gateway.alerts.mail import MailTeller
    from gateway.alerts.server_connection import TlsTrust
    from gateway.alerts.webhook import WebhookTeller


def open_teller(settings: AlertSettings, timezone: str, clock: Clock) -> Teller:
    """`timezone`: the station's. Nothing is connected to or read yet."""
    if isinstance(settings, CommandSettings):
        from gateway.alerts.command import Command, CommandTeller

        return CommandTeller(Command(settings.command), clock, settings.timeout.total_seconds())
    if isinstance(settings, MailTargetSettings):
        return open_mail(settings.mail, timezone, clock)
    return open_webhook(settings, clock)


def open_mail(settings: MailSettings, timezone: str, clock: Clock) -> MailTeller:
    from gateway.alerts.mail import MailAccount, MailTeller

    account = MailAccount(
        host=settings.server.host,
        port=settings.port,
        security=settings.security,
        user=settings.user,
        password=None if settings.password is None else settings.password.reveal,
        sender=settings.sender,
        recipients=settings.to,
        trust=_trust(settings),
    )
    return MailTeller(account, timezone, clock)


def open_webhook(settings: WebhookSettings, clock: Clock) -> WebhookTeller:
    from gateway.alerts.webhook import Webhook, WebhookTeller

    return WebhookTeller(Webhook(settings.address, settings.secret.reveal, _trust(settings)), clock)


def _trust(settings: ServerTrust) -> TlsTrust:
    from gateway.alerts.server_connection import TlsTrust
    from gateway.uplinks.tls_client import client_from

    return TlsTrust(settings.ca, settings.certificate or (), client_from(settings.client))
