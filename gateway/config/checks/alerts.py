"""Who is told of what: of nothing that can never happen here, and nobody under another's name."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from gateway.config.alerts.command import CommandSettings
from gateway.config.alerts.mail import MailTargetSettings
from gateway.config.alerts.server_trust import ServerTrust
from gateway.config.alerts.target import target_of
from gateway.config.alerts.webhook import WebhookSettings, WebhookUrl
from gateway.config.configuration import Sections
from gateway.config.file.location import LocatedProblem, Location
from gateway.config.secrets import Secret
from gateway.core.alert import AlertKind
from gateway.core.phrase import Phrase


def alerts_never_told(sections: Sections) -> Iterator[LocatedProblem]:
    """Faults, of a configuration whose sections are each sound."""
    absent = dict(_without_cause(sections))
    seen: set[str] = set()
    for index, settings in enumerate(sections.alerts):
        name = target_of(settings).name
        if name in seen:
            at = ("alerts", index, "name") if settings.name is not None else ("alerts", index)
            yield at, Phrase("is called {name}, as another one is", name=name), Phrase("give each its own name: …")
        seen.add(name)
        for kind in settings.on if "on" in settings.model_fields_set else ():
            if kind in absent:
                wrong, right = absent[kind]
                yield (
                    ("alerts", index, "on"),
                    Phrase("{kind}: {wrong}", kind=kind, wrong=wrong),
                    Phrase("{right}, or remove {kind}", right=right, kind=kind),
                )


def _without_cause(sections: Sections) -> Iterator[tuple[AlertKind, tuple[Phrase, Phrase]]]:
    if not sections.destinations:
        nothing_sent = (
            Phrase("there is no destination that anything could be late at"),
            Phrase("add the authority's server"),
        )
        yield AlertKind.OUTAGE, nothing_sent
        yield AlertKind.REJECTED, nothing_sent
    if not any(line.limits for line in sections.sent):
        yield AlertKind.EXCEEDED, (Phrase("no parameter has a limit"), Phrase("add a limit"))
    if sections.ports is None:
        yield AlertKind.PORT, (Phrase("no port is declared, and none is watched"), Phrase("add the section ports"))
    if sections.cameras is None:
        yield AlertKind.CAMERA, (Phrase("there is no camera"), Phrase("add the section cameras"))
    if sections.sampler is None and sections.orders is None:
        yield (
            AlertKind.ORDER,
            (
                Phrase(
                    "there is no sampler that anybody could order to take a sample, and no transport order is taken"
                ),
                Phrase("add the section sampler, or orders"),
            ),
        )


def alert_warnings(sections: Sections) -> Iterator[LocatedProblem]:
    """What is allowed and odd."""
    for index, settings in enumerate(sections.alerts):
        url = settings.webhook if isinstance(settings, WebhookSettings) else None
        if isinstance(url, WebhookUrl) and url.has_query:
            yield (
                ("alerts", index, "webhook"),
                Phrase("has a ? in it: a key behind it could be read in this file and in the journal"),
                Phrase("write webhook: {file: …}, a file with the whole url, if there is one"),
            )


def alert_secrets(sections: Sections) -> Iterator[tuple[Location, Secret]]:
    """Each secret of the section, with its place."""
    for index, settings in enumerate(sections.alerts):
        if isinstance(settings, WebhookSettings):
            if isinstance(settings.webhook, Secret):
                yield ("alerts", index, "webhook"), settings.webhook
            yield ("alerts", index, "secret"), settings.secret
        elif isinstance(settings, MailTargetSettings) and settings.mail.password is not None:
            yield ("alerts", index, "mail", "password"), settings.mail.password
    for at, trust in _trusts(sections):
        if trust.client is not None:
            yield (*at, "client", "certificate"), trust.client.certificate
            yield (*at, "client", "key"), trust.client.key


def alert_authorities(sections: Sections) -> Iterator[tuple[Location, Path]]:
    """Each file of certificates that servers' may be signed by, with its place."""
    for at, trust in _trusts(sections):
        if trust.ca is not None:
            yield (*at, "ca"), trust.ca


def _trusts(sections: Sections) -> Iterator[tuple[Location, ServerTrust]]:
    for index, settings in enumerate(sections.alerts):
        if isinstance(settings, MailTargetSettings):
            yield ("alerts", index, "mail"), settings.mail
        elif not isinstance(settings, CommandSettings):
            yield ("alerts", index), settings


def commands_not_there(sections: Sections) -> Iterator[LocatedProblem]:
    """Warnings: what this user cannot run on this machine now."""
    for index, settings in enumerate(sections.alerts):
        if isinstance(settings, CommandSettings) and settings.missing is not None:
            yield ("alerts", index, "command"), *settings.missing
