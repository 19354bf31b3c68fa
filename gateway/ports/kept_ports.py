"""What the watch saw last, brought into the database when it is another than what stands there."""

from __future__ import annotations

from collections.abc import Collection

from gateway.core.port_rules import Sight
from gateway.core.ports import SEEN_FROM_OUTSIDE, FoundPort, PortId
from gateway.ports.seen_ports import SeenPort, SeenPorts


class KeptPorts:
    """Knows what stands in the table, so that only what changed is written."""

    def __init__(self, seen: SeenPorts) -> None:
        self._seen = seen
        self._kept: dict[PortId, SeenPort] | None = None

    def identities(self) -> dict[PortId, str]:
        """What was at each port when it was seen last, where that could be told."""
        return {port: one.found.identity for port, one in self._known().items() if one.found.identity is not None}

    def keep(self, sight: Sight, declared: Collection[PortId], at_ms: int) -> None:
        """All of a sight. What nobody could look at stays as it was; a port that is gone goes."""
        known = self._known()
        changed = [
            SeenPort(found, _since_ms(known.get(port), found, at_ms))
            for port, found in sight.ports.items()
            if port not in known or not _is_same(known[port].found, found)
        ]
        gone = [port for port in known.keys() - sight.ports.keys() if _is_gone(port, sight, declared)]
        if changed or gone:
            self._seen.keep(changed, [str(port) for port in gone])
        for one in changed:
            known[one.found.id] = one
        for port in gone:
            del known[port]

    def _known(self) -> dict[PortId, SeenPort]:
        if self._kept is None:
            self._kept = {one.found.id: one for one in self._seen.all()}
        return self._kept


def _is_gone(port: PortId, sight: Sight, declared: Collection[PortId]) -> bool:
    if port.kind in SEEN_FROM_OUTSIDE:
        return port not in declared
    return port.kind not in sight.unseen


def _is_same(before: FoundPort, after: FoundPort) -> bool:
    return (before.is_occupied, before.identity, before.detail) == (after.is_occupied, after.identity, after.detail)


def _since_ms(before: SeenPort | None, found: FoundPort, at_ms: int) -> int:
    """Other words about the same thing are nothing new."""
    if before is None or (before.found.is_occupied, before.found.identity) != (found.is_occupied, found.identity):
        return at_ms
    return before.since_ms
