"""All that is asked over the network, as one source for who watches ports."""

from __future__ import annotations

from collections.abc import Sequence

from gateway.core.ports import PortLook, PortSource


class NeighbourPorts:
    """The newest answers of doors and switches. See `gateway.core.ports.PortSource`."""

    def __init__(self, sources: Sequence[PortSource]) -> None:
        self._sources = tuple(sources)

    def look(self) -> PortLook:
        looks = [source.look() for source in self._sources]
        unseen = {kind: why for look in looks for kind, why in look.unseen.items()}
        return PortLook(tuple(found for look in looks for found in look.found), unseen)
