"""Which secrets and certificates the daemon cannot read: asked by the daemon itself, as its unit's user, before it
takes a configuration over and when it begins with one. What the recorder, the page and the hand-over read is theirs to
judge."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from gateway.config.configuration import Configuration, Sections
from gateway.config.destinations.identity import check_certificates_in
from gateway.config.file.form_error import FormError
from gateway.config.secret_places import authorities_in, secrets_in
from gateway.config.secrets import Secret
from gateway.core.errors import Problem

_READ_BY_OTHERS = ("cameras", "web", "metrics", "handover")


def unreadable(configuration: Configuration) -> Iterator[tuple[str, Secret | Path, Problem]]:
    """Each reference with its place (as `secrets_in` writes it) and why; of destinations in use only."""
    lines = {one.path: one.line for one in configuration.warnings}
    for place, reference in read_by_the_daemon(configuration):
        try:
            if isinstance(reference, Secret):
                reference.read()
            else:
                check_certificates_in(reference)
        except FormError as fault:
            problem = Problem(str(configuration.file), lines.get(place, 0), place, fault.wrong, fault.right)
            yield place, reference, problem


def unreadable_at(configuration: Configuration, destination: str) -> tuple[Problem, ...]:
    """The same of one destination."""
    within = f"destinations.{destination}."
    return tuple(problem for place, _, problem in unreadable(configuration) if place.startswith(within))


def read_by_the_daemon(sections: Sections) -> Iterator[tuple[str, Secret | Path]]:
    """Each file, variable or credential that it needs to be able to read, with its place."""
    special = sections.station.special_monitoring
    idle = tuple(f"destinations.{one.name}." for one in sections.destinations if one.only_if_special and not special)
    for place, reference in chain[tuple[str, Secret | Path]](secrets_in(sections), authorities_in(sections)):
        if place.partition(".")[0] not in _READ_BY_OTHERS and not place.startswith(idle):
            yield place, reference
