"""Every port: what is there, what it was declared to be, which seals it bears, and what happened last."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.config.file.form_error import FormError
from gateway.config.ports.port_name import parse_port_id
from gateway.core.findings import Finding
from gateway.core.instants import local_text
from gateway.core.phrase import Phrase
from gateway.core.port_rules import sight_of, violations
from gateway.core.ports import DeclaredPort, FoundPort, PortId, PortKind, PortLook, ViolationKind

_ORDER = list(PortKind)
_NOT_ASKED = {
    PortKind.PANEL: Phrase("nobody can look from here"),
    PortKind.DOOR: Phrase("the daemon has not asked it"),
    PortKind.SNMP: Phrase("the daemon has not asked it"),
}


@dataclass(frozen=True, slots=True)
class ListedPort:
    """`declared`: `None`: nobody did. `found`: `None`: there is nothing to see, or `untold` says why nobody can tell.
    `violation`: in what it is not as declared now; `None`: it is, or nobody can tell. `seals`: the numbers of those on
    it. `newest`: the newest time in which it was not as declared."""

    id: PortId
    declared: DeclaredPort | None
    found: FoundPort | None
    untold: str | None
    violation: ViolationKind | None
    seals: tuple[str, ...]
    newest: Finding | None


def list_ports(
    declared: Iterable[DeclaredPort],
    look: PortLook,
    seals: Mapping[str, Sequence[str]],
    findings: Sequence[Finding],
) -> tuple[ListedPort, ...]:
    """`seals`: the numbers of those on each, by port; `findings`: oldest first. Every port that was found, is
    declared or bears a seal, kind by kind, in the order of their numbers. A seal on what is no port's name was written
    by hand: the register shows it."""
    said = {one.id: one for one in declared}
    there = {one.id: one for one in look.found}
    newest = {one.subject: one for one in findings}
    names = {str(port): port for port in (*said, *there)}
    sealed = {name: port for name in seals if (port := _port_of(name)) is not None}
    wrong = {one.id: one.kind for one in violations(said, sight_of([look]))} if said else {}
    rows = []
    for name, port in sorted((sealed | names).items(), key=lambda item: _by_number(item[1])):
        about, found = said.get(port), there.get(port)
        untold = None if found is not None else _NOT_ASKED.get(port.kind, look.unseen.get(port.kind))
        bears = tuple(seals.get(name, ()))
        rows.append(ListedPort(port, about, found, untold, wrong.get(port), bears, newest.get(name)))
    return tuple(rows)


def _port_of(name: str) -> PortId | None:
    try:
        return parse_port_id(name)
    except FormError:
        return None


def listed_to_json(rows: Iterable[ListedPort], zone: str) -> list[dict[str, Any]]:
    """`state`: null: nobody declared it. `violation`: null: it is as declared, or nobody can tell. `occupied`: null:
    nobody can tell. `seen`: whether there is such a port; null: nobody can tell."""
    return [
        {
            "id": str(row.id),
            "kind": row.id.kind.value,
            "state": None if row.declared is None else row.declared.state.value,
            "for": None if row.declared is None else row.declared.purpose,
            "match": None if row.declared is None else row.declared.match,
            "of": None if row.declared is None else row.declared.of,
            "violation": row.violation,
            "seals": list(row.seals),
            "seen": None if row.untold is not None else row.found is not None,
            "occupied": None if row.untold is not None else row.found is not None and row.found.is_occupied,
            "identity": None if row.found is None else row.found.identity,
            "local": row.found is not None and row.found.is_local,
            "detail": row.untold or ("" if row.found is None else row.found.detail),
            "event": None if row.newest is None else _event_to_json(row.newest, zone),
        }
        for row in rows
    ]


def _event_to_json(finding: Finding, zone: str) -> dict[str, Any]:
    episode = finding.episode
    return {
        "kind": str(episode.kind),
        "since": local_text(episode.begin_ms, zone),
        "until": None if episode.end_ms is None else local_text(episode.end_ms, zone),
        "detail": str(finding.detail),
    }


def _by_number(port: PortId) -> tuple[int, list[tuple[int, str]]]:
    """1-1.10 comes behind 1-1.9."""
    parts = re.findall(r"[0-9]+|[^0-9]+", port.place)
    return _ORDER.index(port.kind), [(int(part), "") if part.isdecimal() else (-1, part) for part in parts]
