"""A section `ports` of what is there now, for a person to look through: pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from gateway.core.ports import FoundPort, PortId, PortKind, PortLook, PortState

_HEAD = """\
# What is there now. Look through each line: that it is there does not mean that it should be.
#   used: what is said has to be there; unused: nothing; locked: closed by configuration, nothing.
#   seal: the number of a seal on it; from: who may connect to a listener, such as ["192.168.1.0/24"]."""
_TITLES = {
    PortKind.USB: "USB sockets, by their place in the tree",
    PortKind.SERIAL: "serial ports of the board",
    PortKind.NET: "network interfaces",
    PortKind.RADIO: "radios: lock what nobody needs",
    PortKind.DISPLAY: "outputs for screens",
    PortKind.KEYBOARD: "keyboards that are no USB devices",
    PortKind.BLOCK: "disks and cards that are no USB devices",
    PortKind.LISTEN: "doors of the box: what listens, and can be reached from outside",
    PortKind.DOOR: "doors of its neighbours, as the links use them; add those that must not answer, as locked",
    PortKind.PANEL: "what nobody can look at from here, for the register of seals",
}
_WITHOUT_MATCH = (PortKind.SERIAL, PortKind.NET, PortKind.RADIO)
_SERVICES = (".service", ".socket")


@dataclass(frozen=True, slots=True)
class UsedPort:
    """A port that the configuration uses elsewhere, and for what."""

    id: PortId
    purpose: str


def draft_lines(look: PortLook, used: Iterable[UsedPort], neighbours: Mapping[PortId, str]) -> list[str]:
    """YAML that the configuration takes, and that what was found agrees with. `neighbours`: doors, and whose they are;
    of the ports in `used`, those that were not found are left out."""
    purposes = {one.id: one.purpose for one in used}
    lines = [*_HEAD.splitlines(), "ports:"]
    for kind in (kind for kind in PortKind if kind in _TITLES):
        entries = [_entry(port, purposes) for port in look.found if port.id.kind is kind and not port.is_local]
        if kind is PortKind.DOOR:
            entries = [_neighbour(port, of) for port, of in sorted(neighbours.items())]
        if kind is PortKind.PANEL:
            entries = ['  # - {id: "panel:datalogger-usb", state: unused, seal: TEM-000001, of: datalogger}']
        if kind in look.unseen:
            entries = [f"  # {look.unseen[kind]}"]
        lines += [f"  # {_TITLES[kind]}", *entries] if entries else []
    return lines


def _entry(port: FoundPort, purposes: Mapping[PortId, str]) -> str:
    purpose = purposes.get(port.id)
    is_used = bool(port.is_occupied) or purpose is not None
    fields = {"id": str(port.id), "state": PortState.USED if is_used else PortState.UNUSED}
    if purpose is not None:
        fields["for"] = purpose
    match = _match(port)
    if is_used and match is not None:
        fields["match"] = match
    said = "" if port.is_occupied is not None or is_used else "nobody can tell whether something is there"
    return _line(fields, port.detail or said)


def _match(port: FoundPort) -> str | None:
    """The model, not the one piece of it, so that a spare part of the same kind is right; of a listener the unit, for
    the daemon is not told which program of others it is."""
    if port.id.kind in _WITHOUT_MATCH or port.identity is None:
        return None
    words = port.identity.split()
    if port.id.kind is PortKind.LISTEN:
        return next((word for word in words if word.endswith(_SERVICES)), None)
    return words[0]


def _neighbour(port: PortId, of: str) -> str:
    return _line({"id": str(port), "state": PortState.USED, "of": of}, "")


def _line(fields: Mapping[str, str], comment: str) -> str:
    """Each text in quotes of JSON, which YAML reads, too; states are words."""
    written = ", ".join(f"{key}: {value if key == 'state' else json.dumps(value)}" for key, value in fields.items())
    return f"  - {{{written}}}{f'  # {comment}' if comment else ''}"
