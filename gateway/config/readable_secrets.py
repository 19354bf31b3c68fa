"""Which of its secrets the daemon cannot read: asked by the daemon itself, as its unit's user, before it takes a
configuration over. What the recorder, the page and the hand-over read is theirs to judge."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.config.configuration import Configuration, Sections
from gateway.config.file.form_error import FormError
from gateway.config.secret_places import secrets_in
from gateway.config.secrets import Secret
from gateway.core.errors import Problem

_READ_BY_OTHERS = ("cameras", "web", "metrics", "handover")


def unreadable_secrets(configuration: Configuration) -> Iterator[tuple[str, Secret, Problem]]:
    """Each with its place (as `secrets_in` writes it) and why; of destinations in use only."""
    lines = {one.path: one.line for one in configuration.warnings}
    for place, secret in _read_by_the_daemon(configuration):
        try:
            secret.read()
        except FormError as fault:
            yield place, secret, Problem(str(configuration.file), lines.get(place, 0), place, fault.wrong, fault.right)


def _read_by_the_daemon(sections: Sections) -> Iterator[tuple[str, Secret]]:
    special = sections.station.special_monitoring
    idle = tuple(f"destinations.{one.name}." for one in sections.destinations if one.only_if_special and not special)
    for place, secret in secrets_in(sections):
        if place.partition(".")[0] not in _READ_BY_OTHERS and not place.startswith(idle):
            yield place, secret
