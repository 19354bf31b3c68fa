"""Whether others listen than before, by the kernel's own list (sock_diag(7)). Asked each second, and so in the fewest
steps: an answer that is the same to the last byte is not even read. Who they are is looked up only if it is another.
"""

from __future__ import annotations

import logging
import socket
import struct
from collections.abc import Collection, Iterator

from gateway.core.ports import PortId, PortKind
from gateway.ports.inventory.socket_dump import dump_listening

_log = logging.getLogger(__name__)

_SOCK_DIAG = 4
_QUESTION = struct.Struct("=IHHIIBBBxI48x")
_BY_FAMILY, _REQUEST_DUMP = 20, 0x301
_LISTENS, _UNCONNECTED = 1 << 10, 1 << 7
"""States: TCP_LISTEN; of a UDP socket that takes from anybody, TCP_CLOSE."""
_QUESTIONS = [
    _QUESTION.pack(_QUESTION.size, _BY_FAMILY, _REQUEST_DUMP, 0, 0, family, protocol, 0, states)
    for protocol, states in ((socket.IPPROTO_TCP, _LISTENS), (socket.IPPROTO_UDP, _UNCONNECTED))
    for family in (socket.AF_INET, socket.AF_INET6)
]
_HEAD = struct.Struct("=IH")
_END = (20, 3)
"""The last message of an answer: NLMSG_DONE, with a code."""
_LONGEST_ANSWER = 1 << 16
_MOST_ANSWERS = 1000
_FIRST_OF_CLIENTS = 32768
"""From here on the kernel numbers UDP sockets that wait for one answer and go."""

Doors = frozenset[tuple[str, int, int]]
"""Protocol, number and the socket's own number of each."""


class ListenerNews:
    """Remembers who listened when it was asked last. Made in the thread that asks."""

    def __init__(self, declared: Collection[PortId] = ()) -> None:
        """Of UDP sockets with a client's number only those that are `declared` are worth a look."""
        self._declared = {port.place for port in declared if port.kind is PortKind.LISTEN}
        self._channel: socket.socket | None = None
        self._answer: list[bytes] | None = None
        self._doors: Doors | None = None
        self._is_told = False

    def has_changed(self) -> bool:
        """Since the last call; also where the kernel does not tell. Never waits, never raises."""
        try:
            answer = list(self._ask())
            if answer == self._answer:
                return False
            doors = self._list()
        except OSError as error:
            if not self._is_told:
                _log.info("the kernel does not list who listens, its tables are read each second error=%r", str(error))
            self._is_told = True
            self.close()
            return True
        has_changed = doors != self._doors
        self._answer, self._doors = answer, doors
        return has_changed

    def close(self) -> None:
        """What is remembered goes, too."""
        if self._channel is not None:
            self._channel.close()
        self._channel = self._answer = self._doors = None

    def _ask(self) -> Iterator[bytes]:
        if self._channel is None:
            self._channel = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, _SOCK_DIAG)
            self._channel.setblocking(False)
        for question in _QUESTIONS:
            self._channel.send(question)
            for _ in range(_MOST_ANSWERS):
                part = self._channel.recv(_LONGEST_ANSWER)
                yield part
                if len(part) < _END[0] or _HEAD.unpack_from(part, len(part) - _END[0]) == _END:
                    break

    def _list(self) -> Doors:
        doors = ((one.protocol, one.number, one.inode) for one in dump_listening())
        return frozenset(one for one in doors if self._is_a_door(*one))

    def _is_a_door(self, protocol: str, number: int, _inode: int) -> bool:
        return protocol == "tcp" or number < _FIRST_OF_CLIENTS or f"{protocol}:{number}" in self._declared
