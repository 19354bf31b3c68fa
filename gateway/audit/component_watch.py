"""How the outside world fares, as events: an instrument that gives nothing, a destination that does not know us or
cannot be reached, a certificate that ends. Each begins when it has held for a while and ends when it is well again.

An instrument that misses a question is none, and a line that is down for a minute delays nothing that anybody has to
know of; a server that does not let us in is told at once, for it will not do so by itself.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from gateway.audit.events import EventStore
from gateway.core.component import ComponentKind, ComponentState
from gateway.core.episode import Episode
from gateway.core.findings import CERTIFICATE_ENDING, INSTRUMENT_KINDS, REJECTED, UNREACHABLE, Finding, Topic
from gateway.core.interfaces import Instant
from gateway.db import Database
from gateway.db.board import Component, components

LOOK_EVERY_S = 2.0
_TROUBLES = {
    ComponentKind.INSTRUMENT: {ComponentState(kind): (Topic.INSTRUMENT, kind) for kind in INSTRUMENT_KINDS},
    ComponentKind.DESTINATION: {
        ComponentState.REJECTED: (Topic.DELIVERY, REJECTED),
        ComponentState.DOWN: (Topic.DELIVERY, UNREACHABLE),
    },
    ComponentKind.CERTIFICATE: {ComponentState.ENDING: (Topic.DELIVERY, CERTIFICATE_ENDING)},
}
"""Which state of a component is an event of which topic and kind; in any other it is well."""
_HOLDS_S = {Topic.INSTRUMENT: 60.0, UNREACHABLE: 900.0}
"""So long it has to hold before it is told; anything else at once."""
_KINDS = {kind for states in _TROUBLES.values() for _, kind in states.values()}
_Key = tuple[Topic, str, str]
"""Topic, kind and subject."""


class ComponentWatch:
    """A stage of the clerk. What it writes follows from how the components fare: it may be repeated at any time."""

    def __init__(
        self, database: Database, events: EventStore, instruments: Collection[str], destinations: Collection[str]
    ) -> None:
        """`instruments`, `destinations`: the configured ones; of others nothing lasts."""
        self._database = database
        self._events = events
        self._watched = {
            ComponentKind.INSTRUMENT: frozenset(instruments),
            ComponentKind.DESTINATION: frozenset(destinations),
            ComponentKind.CERTIFICATE: frozenset(destinations),
        }
        self._since_s: dict[_Key, float] = {}
        self._next_s = float("-inf")

    def step(self, now: Instant) -> float:
        if now.mono_s < self._next_s:
            return self._next_s
        self._next_s = now.mono_s + LOOK_EVERY_S
        troubles = self._troubles()
        self._since_s = {key: self._since_s.get(key, now.mono_s) for key in troubles}
        lasting = {
            _key(one): one
            for one in self._events.lasting((Topic.INSTRUMENT, Topic.DELIVERY))
            if one.episode.kind in _KINDS
        }
        began = [
            _begun(key, one, now.wall_ms)
            for key, one in troubles.items()
            if key not in lasting and now.mono_s - self._since_s[key] >= _hold_s(key)
        ]
        ended = [_ended(one, now.wall_ms) for key, one in lasting.items() if key not in troubles]
        if began or ended:
            self._events.note([*began, *ended], now.wall_ms)
        return self._next_s

    def _troubles(self) -> dict[_Key, Component]:
        """What does not fare well now, of what is configured."""
        found: dict[_Key, Component] = {}
        known: Mapping[tuple[ComponentKind, str], Component] = components(self._database)
        for (kind, name), one in known.items():
            if name in self._watched.get(kind, ()) and one.state in _TROUBLES[kind]:
                topic, event = _TROUBLES[kind][one.state]
                found[(topic, event, name)] = one
        return found


def _hold_s(key: _Key) -> float:
    topic, kind, _ = key
    return _HOLDS_S.get(kind, _HOLDS_S.get(topic, 0.0))


def _begun(key: _Key, component: Component, now_ms: int) -> Finding:
    topic, kind, subject = key
    begin_ms = min(component.since_ms, now_ms)  # a clock that was set back
    return Finding(subject, Episode(kind, begin_ms, now_ms, 1, None), topic, component.last_error or "")


def _key(finding: Finding) -> _Key:
    return finding.topic, finding.episode.kind, finding.subject


def _ended(finding: Finding, at_ms: int) -> Finding:
    end_ms = max(at_ms, finding.episode.begin_ms)
    return replace(finding, episode=replace(finding.episode, last_ms=end_ms, end_ms=end_ms))
