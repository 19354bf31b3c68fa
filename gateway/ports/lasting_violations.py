"""What the run before this one left: violations that had begun and not ended."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from gateway.config.file.form_error import FormError
from gateway.config.ports.port_name import parse_port_id
from gateway.core.findings import Finding, Topic
from gateway.core.interfaces import Instant
from gateway.core.ports import PortId, PortKind, Violation, ViolationKind
from gateway.core.violation_states import Key, Memory, ViolationState


class LastingEvents(Protocol):
    """As `gateway.audit.events.EventStore` keeps them."""

    def lasting(self, topics: Iterable[Topic]) -> Sequence[Finding]: ...

    def forget(self, forgotten: Sequence[Finding], now_ms: int) -> None: ...


def resumed(events: LastingEvents, identities: Mapping[PortId, str], now: Instant) -> Memory:
    """What goes on until a look says otherwise. Of two that are the same the older one does; what no look can end any
    more ended when it was last seen."""
    states: dict[Key, ViolationState] = {}
    forgotten = []
    for finding in events.lasting((Topic.PORT,)):
        key = _key(finding)
        if key is None or key in states or not _can_end(key):
            forgotten.append(finding)
            continue
        states[key] = _state(key, finding, identities.get(key[0]), now)
    events.forget(forgotten, now.wall_ms)
    return Memory(states)


def forget_violations(events: LastingEvents, now_ms: int) -> None:
    """Nobody watches any more: whatever lasted ended when it was last seen."""
    events.forget(events.lasting((Topic.PORT,)), now_ms)


def _key(finding: Finding) -> Key | None:
    """`None`: written by another version, or by hand."""
    try:
        return parse_port_id(finding.subject), ViolationKind(finding.episode.kind)
    except (FormError, ValueError):
        return None


def _can_end(key: Key) -> bool:
    """At a panel nobody looks; but the policy as a whole has a name of that kind, and is read back."""
    return key[0].kind is not PortKind.PANEL or key[1] is ViolationKind.POLICY_DRIFT


def _state(key: Key, finding: Finding, identity: str | None, now: Instant) -> ViolationState:
    episode = finding.episode
    since = Instant(episode.begin_ms, now.mono_s)
    violation = Violation(*key, str(finding.detail))
    return ViolationState(violation, identity, since, episode.last_ms, episode.count, is_noted=True)
