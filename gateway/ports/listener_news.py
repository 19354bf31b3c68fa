"""Whether others listen than before, by the kernel's own list. Who they are takes three times as long to tell, and is
looked up only then."""

from __future__ import annotations

import logging
from collections.abc import Collection

from gateway.core.ports import PortId, PortKind
from gateway.ports.inventory.socket_dump import dump_listening

_log = logging.getLogger(__name__)

_FIRST_OF_CLIENTS = 32768
"""From here on the kernel numbers UDP sockets that wait for one answer and go."""


class ListenerNews:
    """Remembers who listened when it was asked last."""

    def __init__(self, declared: Collection[PortId] = ()) -> None:
        """Of UDP sockets with a client's number only those that are `declared` are worth a look."""
        self._declared = {port.place for port in declared if port.kind is PortKind.LISTEN}
        self._before: frozenset[tuple[str, int, int]] | None = None
        self._is_told = False

    def has_changed(self) -> bool:
        """Since the last call; also where the kernel does not tell. Never raises."""
        try:
            sockets = dump_listening()
        except OSError as error:
            if not self._is_told:
                _log.info("the kernel does not list who listens, its tables are read each second error=%r", str(error))
            self._is_told = True
            self._before = None
            return True
        doors = ((one.protocol, one.number, one.inode) for one in sockets)
        now = frozenset(one for one in doors if self._is_a_door(*one))
        has_changed = now != self._before
        self._before = now
        return has_changed

    def _is_a_door(self, protocol: str, number: int, _inode: int) -> bool:
        return protocol == "tcp" or number < _FIRST_OF_CLIENTS or f"{protocol}:{number}" in self._declared
