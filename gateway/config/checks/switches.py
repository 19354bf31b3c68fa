"""Ports of switches and how the switches let themselves be read: neither is of use without the other."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.config.checks.plain_values import sections
from gateway.config.configuration import Sections
from gateway.config.file.form_error import FormError
from gateway.config.file.location import LocatedProblem, Location
from gateway.config.ports.port_name import parse_port_id
from gateway.config.secrets import Secret
from gateway.core.phrase import Phrase
from gateway.core.ports import PortKind


def switch_faults(content: object) -> Iterator[LocatedProblem]:
    """Ports that nobody may ask, and a switch that stands twice."""
    policy = content.get("ports_policy") if isinstance(content, dict) else None
    readable: set[str] = set()
    for index, access in sections(policy, "snmp"):
        host = access.get("host")
        if not isinstance(host, str):
            continue
        if host.casefold() in readable:
            yield (
                ("ports_policy", "snmp", index, "host"),
                Phrase("{host} stands twice", host=host),
                Phrase("keep one entry of each switch"),
            )
        readable.add(host.casefold())
    for index, port in sections(content, "ports"):
        host = _switch_of(port.get("id"))
        if host is not None and host.casefold() not in readable:
            yield (
                ("ports", index, "id"),
                Phrase("nobody can ask {host} about its ports", host=host),
                Phrase("add {{host: {host}, community: {{file: …}}}} to ports_policy.snmp", host=host),
            )


def idle_switches(sections: Sections) -> Iterator[LocatedProblem]:
    """Switches that are never asked."""
    asked = {_switch_of(one.id) for one in sections.ports or ()}
    for index, access in enumerate(sections.ports_policy.snmp):
        if access.host.casefold() not in {host.casefold() for host in asked if host is not None}:
            yield (
                ("ports_policy", "snmp", index, "host"),
                Phrase("no port of this switch is declared: it is never asked"),
                Phrase('declare them, such as {{id: "snmp:{host}:3", state: locked}}, or remove it', host=access.host),
            )


def switch_secrets(sections: Sections) -> Iterator[tuple[Location, Secret]]:
    for index, access in enumerate(sections.ports_policy.snmp):
        for key, secret in (("community", access.community), ("auth", access.auth), ("privacy", access.privacy)):
            if secret is not None:
                yield ("ports_policy", "snmp", index, key), secret


def _switch_of(port: object) -> str | None:
    try:
        name = parse_port_id(port)
    except FormError:
        return None
    return name.place.rpartition(":")[0].strip("[]") if name.kind is PortKind.SNMP else None
