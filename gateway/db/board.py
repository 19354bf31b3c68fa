"""How the outside world fares: links, instruments, destinations. In memory for the workers, in the database for
`gateway status`, which is another process."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace

from gateway.core.component import ComponentKind, ComponentState
from gateway.core.instants import MINUTE_MS
from gateway.core.interfaces import Instant
from gateway.db.connection import Database

IDLE_S = 60.0
NEVER_ERROR_AGAIN_MS = MINUTE_MS
"""A repeated error refreshes its time in the database once a minute at the most."""


@dataclass(frozen=True, slots=True)
class Component:
    """One part of the outside world, as last seen."""

    kind: ComponentKind
    name: str
    state: ComponentState
    since_ms: int
    last_error: str | None = None
    last_error_ms: int | None = None


class Board:
    """See `gateway.core.interfaces.StateBoard`; also a stage of the clerk, which writes down what changed."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._before = components(database)
        self._components: dict[tuple[ComponentKind, str], Component] = {}
        self._unwritten: set[tuple[ComponentKind, str]] = set()
        self._forgotten: set[tuple[ComponentKind, str]] = set()
        self._turn = threading.Lock()

    def report(self, kind: ComponentKind, name: str, state: ComponentState, error: str | None, at_ms: int) -> bool:
        key = (kind, name)
        with self._turn:
            known = self._components.get(key)
            changed = known is None or known.state != state
            if known is None:
                known = Component(kind, name, state, self._began_ms(key, state, at_ms))
            elif changed:
                known = replace(known, state=state, since_ms=at_ms)
            told_ms = known.last_error_ms
            news = error is not None and (
                error != known.last_error or told_ms is None or abs(at_ms - told_ms) >= NEVER_ERROR_AGAIN_MS
            )
            if news:
                known = replace(known, last_error=error, last_error_ms=at_ms)
            self._components[key] = known
            if changed or news:
                self._unwritten.add(key)
            return changed

    def state(self, kind: ComponentKind, name: str) -> ComponentState | None:
        """As it was last reported since the start; `None`: not yet."""
        with self._turn:
            known = self._components.get((kind, name))
        return None if known is None else known.state

    def forget(self, kind: ComponentKind, name: str, state: ComponentState, error: str) -> None:
        """How it fares is not known any more, if what is known, of an earlier run perhaps, is this state for a reason
        that begins so."""
        key = (kind, name)
        with self._turn:
            known = self._components.get(key, self._before.get(key))
            if known is None or known.state is not state or not (known.last_error or "").startswith(error):
                return
            self._components.pop(key, None)
            self._before.pop(key, None)
            self._unwritten.discard(key)
            self._forgotten.add(key)

    def _began_ms(self, key: tuple[ComponentKind, str], state: ComponentState, at_ms: int) -> int:
        """Of a link or an instrument that was in trouble before the restart and still is, when that began."""
        before = self._before.get(key)
        lasts = before is not None and before.state is state and key[0] in _ASKED and state not in _WELL
        return before.since_ms if before is not None and lasts else at_ms

    def step(self, now: Instant) -> float:
        with self._turn:
            keys, self._unwritten = self._unwritten, set()
            gone, self._forgotten = self._forgotten, set()
            changed = [self._components[key] for key in keys if key in self._components]
        if changed or gone:
            try:
                self._write(changed, gone)
            except BaseException:
                with self._turn:
                    self._unwritten |= keys
                    self._forgotten |= gone
                raise
        return now.mono_s + IDLE_S

    def _write(self, components: list[Component], gone: set[tuple[ComponentKind, str]]) -> None:
        with self._database.write() as connection:
            connection.executemany(
                "DELETE FROM component WHERE kind = ? AND name = ?", [(kind.value, name) for kind, name in gone]
            )
            connection.executemany(
                "INSERT INTO component (kind, name, state, since_ms, last_error, last_error_ms)"
                " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (kind, name) DO UPDATE SET state = excluded.state,"
                " since_ms = excluded.since_ms, last_error = coalesce(excluded.last_error, last_error),"
                " last_error_ms = coalesce(excluded.last_error_ms, last_error_ms)",
                [
                    (part.kind.value, part.name, part.state.value, part.since_ms, part.last_error, part.last_error_ms)
                    for part in components
                ],
            )


def components(database: Database) -> dict[tuple[ComponentKind, str], Component]:
    """Everything that was ever reported, by kind and name."""
    rows = database.read("SELECT kind, name, state, since_ms, last_error, last_error_ms FROM sound_component")
    found = [
        Component(ComponentKind(kind), name, ComponentState(state), *rest)
        for kind, name, state, *rest in rows
        if kind in _KINDS and state in _STATES  # what only another version knows of is not to be shown
    ]
    return {(component.kind, component.name): component for component in found}


_ASKED = frozenset({ComponentKind.LINK, ComponentKind.INSTRUMENT})
_WELL = frozenset({ComponentState.UP, ComponentState.ANSWERING})
_KINDS, _STATES = frozenset(ComponentKind), frozenset(ComponentState)
