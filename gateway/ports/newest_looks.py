"""The newest of what was seen of each kind of port, put together of looks at some kinds only."""

from __future__ import annotations

from collections.abc import Collection

from gateway.core.port_rules import Sight, sight_of
from gateway.core.ports import FoundPort, PortKind, PortLook


class NewestLooks:
    """By who looked, and by kind. What is not looked at again stays as it was."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, PortKind], tuple[FoundPort, ...]] = {}
        self._unseen: dict[tuple[str, PortKind], str] = {}
        self.sight = Sight({}, {})
        """All of it."""

    def take(self, source: str, look: PortLook, kinds: Collection[PortKind] | None) -> bool:
        """Another look of that source. `kinds`: at which it looked; `None`: at all of its own. Returns whether anything
        is not as it was."""
        found: dict[tuple[str, PortKind], list[FoundPort]] = {}
        for one in look.found:
            found.setdefault((source, one.id.kind), []).append(one)
        unseen = {(source, kind): why for kind, why in look.unseen.items()}
        looked = {(source, kind) for kind in kinds} if kinds is not None else {*self._of(source), *found, *unseen}
        has_changed = False
        for key in looked:
            newest, why = tuple(found.get(key, ())), unseen.get(key)
            if self._found.get(key, ()) != newest or self._unseen.get(key) != why:
                has_changed = True
            self._found[key] = newest
            self._unseen.pop(key, None)
            if why is not None:
                self._unseen[key] = why
        if has_changed:
            self.sight = sight_of([PortLook(self._all(), {kind: why for (_, kind), why in self._unseen.items()})])
        return has_changed

    def _of(self, source: str) -> list[tuple[str, PortKind]]:
        return [key for key in {**self._found, **self._unseen} if key[0] == source]

    def _all(self) -> tuple[FoundPort, ...]:
        return tuple(one for some in self._found.values() for one in some)
