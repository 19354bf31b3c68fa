"""What was found, held against what was declared: which ports are not as they should be. Pure.

There, not there and not told are three answers: what nobody could look at is no violation, and ends none (`is_told`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gateway.core.phrase import Phrase
from gateway.core.ports import (
    SEEN_FROM_OUTSIDE,
    DeclaredPort,
    FoundPort,
    PortId,
    PortKind,
    PortLook,
    PortState,
    Violation,
    ViolationKind,
)
from gateway.core.printable import printable

LONGEST_DETAIL = 300
"""Characters. What a device calls itself may be as long as it likes."""
_LINKED = (PortKind.NET, PortKind.RADIO, PortKind.SNMP)
_DOORS = (PortKind.LISTEN, PortKind.DOOR)
_NEVER_EMPTY = (PortKind.USB, PortKind.NET, PortKind.LISTEN, PortKind.DOOR, PortKind.SNMP, PortKind.BLOCK)
"""A used port of these has to hold something. A screen, a keyboard and a radio are there when somebody needs them."""
_NEVER_FREE = (PortKind.SERIAL,)
"""Of these only what is there can be seen: whatever is seen no more is over, though nobody can tell that they are
free."""
_UNITS = (".service", ".socket", ".scope")
"""How the words for systemd's units end."""
_FIRST_PROCESS = "init.scope"
"""systemd's own: it may have opened the door for any unit."""
_MISSING = {
    PortKind.NET: Phrase("has no link"),
    PortKind.SNMP: Phrase("has no link"),
    PortKind.LISTEN: Phrase("nobody listens"),
    PortKind.DOOR: Phrase("does not answer"),
}
_THOUGH = {
    (PortState.UNUSED, ViolationKind.DOOR_OPEN): Phrase("declared unused, and is open"),
    (PortState.UNUSED, ViolationKind.LINK_ON_LOCKED): Phrase("declared unused, and has a link"),
    (PortState.UNUSED, ViolationKind.DEVICE_IN_UNUSED): Phrase("declared unused, and holds something"),
    (PortState.LOCKED, ViolationKind.DOOR_OPEN): Phrase("declared locked, and is open"),
    (PortState.LOCKED, ViolationKind.LINK_ON_LOCKED): Phrase("declared locked, and has a link"),
    (PortState.LOCKED, ViolationKind.DEVICE_IN_UNUSED): Phrase("declared locked, and holds something"),
}
"""Whole sentences: an event keeps them in English, and its reader's language finds them again."""


@dataclass(frozen=True, slots=True)
class Sight:
    """One look, by port."""

    ports: Mapping[PortId, FoundPort]
    unseen: Mapping[PortKind, str]


def sight_of(looks: Sequence[PortLook]) -> Sight:
    """Several looks as one. What two of them found counts as the later one says."""
    ports = {found.id: found for look in looks for found in look.found}
    unseen = {kind: why for look in looks for kind, why in look.unseen.items()}
    return Sight(ports, unseen)


def violations(declared: Mapping[PortId, DeclaredPort], sight: Sight) -> tuple[Violation, ...]:
    """Every port that is not as declared, by name; at most one violation of each. Undeclared ones are among them."""
    judged = (_judge(declared.get(one), one, sight) for one in sorted(declared.keys() | sight.ports.keys()))
    return tuple(violation for violation in judged if violation is not None)


def is_told(declared: Mapping[PortId, DeclaredPort], sight: Sight, port: PortId, kind: ViolationKind) -> bool:
    """Whether that look says anything of a violation that began before: only then does it end."""
    if port.kind in SEEN_FROM_OUTSIDE and port not in declared:
        return True  # nobody asks there any more
    found = sight.ports.get(port)
    if found is None:
        return port.kind not in sight.unseen and port.kind not in SEEN_FROM_OUTSIDE
    if port.kind in _NEVER_FREE and found.is_occupied is None:
        return True
    wants_identity = kind is ViolationKind.WRONG_DEVICE and port in declared and declared[port].match is not None
    return found.is_occupied is False or (
        found.is_occupied is True and (found.identity is not None or not wants_identity)
    )


def _judge(declared: DeclaredPort | None, port: PortId, sight: Sight) -> Violation | None:
    if port.kind is PortKind.PANEL:
        return None
    found = sight.ports.get(port)
    is_occupied = _is_occupied(port, found, sight)
    if declared is None:
        return _undeclared(found) if found is not None and is_occupied and not found.is_local else None
    if declared.state is PortState.USED:
        return _used(declared, found, is_occupied)
    if not is_occupied or found is None:
        return None
    kind = (
        ViolationKind.DOOR_OPEN
        if port.kind in _DOORS
        else ViolationKind.LINK_ON_LOCKED
        if port.kind in _LINKED
        else ViolationKind.DEVICE_IN_UNUSED
    )
    return _violation(port, kind, _THOUGH[declared.state, kind], found)


def _is_occupied(port: PortId, found: FoundPort | None, sight: Sight) -> bool | None:
    """A place that is gone holds nothing; a door that was not asked yet tells nothing."""
    if found is not None:
        return found.is_occupied
    return None if port.kind in sight.unseen or port.kind in SEEN_FROM_OUTSIDE else False


def _undeclared(found: FoundPort) -> Violation:
    if found.id.kind is PortKind.LISTEN:
        return _violation(
            found.id, ViolationKind.UNDECLARED_LISTENER, Phrase("not declared, and somebody listens"), found
        )
    return _violation(found.id, ViolationKind.UNDECLARED_DEVICE, Phrase("not declared, and holds something"), found)


def _used(declared: DeclaredPort, found: FoundPort | None, is_occupied: bool | None) -> Violation | None:
    port = declared.id
    if is_occupied is False and port.kind in _NEVER_EMPTY:
        purpose = "" if declared.purpose is None else Phrase(" for {purpose}", purpose=declared.purpose)
        words = Phrase(
            "declared used{purpose}, and {missing}",
            purpose=purpose,
            missing=_MISSING.get(port.kind, Phrase("is empty")),
        )
        return _violation(port, ViolationKind.MISSING_DEVICE, words, found)
    if is_occupied and found is not None and not is_the_declared_one(declared.match, found.identity):
        words = Phrase("declared {match}, and holds {identity}", match=declared.match, identity=found.identity)
        return _violation(port, ViolationKind.WRONG_DEVICE, words, found)
    return None


def is_the_declared_one(match: str | None, identity: str | None) -> bool:
    """Whether all words of `match` are among those of what is there; capitals do not count. Also where either is not
    told. Of a listener often the unit alone is told: then nobody can say that it is another program. A door that
    systemd opens for a service, `ssh.socket`, is the service's."""
    if match is None or identity is None:
        return True
    wanted, there = _words(match), _words(identity)
    if there == {_FIRST_PROCESS}:
        return True
    if all(word.endswith(_UNITS) for word in there):
        wanted = {word for word in wanted if word.endswith(_UNITS)}
    return wanted <= there


def _words(text: str) -> set[str]:
    words = text.casefold().split()
    return {f"{word.removesuffix('.socket')}.service" if word.endswith(".socket") else word for word in words}


def is_by_unit(match: str) -> bool:
    """Whether a listener is declared by its unit, which the daemon is told: else it hardly ever says that another one
    is there."""
    return any(word.casefold().endswith(_UNITS) for word in match.split())


def what_was_found(kind: str, detail: str) -> str:
    """Of a violation's words what the port held, without what its kind says anyway; nothing: it held nothing, or that
    was not told."""
    if kind == ViolationKind.POLICY_DRIFT:
        return detail
    if kind == ViolationKind.MISSING_DEVICE:
        return ""
    return detail.partition(", and holds " if kind == ViolationKind.WRONG_DEVICE else ": ")[2]


def _violation(port: PortId, kind: ViolationKind, words: str, found: FoundPort | None) -> Violation:
    about = "" if found is None or not found.detail else f": {found.detail}"
    detail = printable(words + about)
    return Violation(port, kind, detail if len(detail) <= LONGEST_DETAIL else f"{detail[: LONGEST_DETAIL - 1]}…")
