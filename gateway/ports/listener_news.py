"""Whether other programs listen than before, asked of the kernel's own list of listeners (sock_diag(7)).

`/proc/net/tcp` tells who listens, too, and more: to write it the kernel walks its whole table of connections, which
takes 4 ms on a large machine; four questions here take 0.06. Asked each second, that is all the difference.
"""

from __future__ import annotations

import logging
import socket
import struct
from collections.abc import Collection, Iterator

from gateway.core.ports import PortId, PortKind

_log = logging.getLogger(__name__)

_SOCK_DIAG = 4
"""NETLINK_SOCK_DIAG (linux/netlink.h)."""
_BY_FAMILY, _ERROR, _DONE = 20, 2, 3
"""SOCK_DIAG_BY_FAMILY, NLMSG_ERROR, NLMSG_DONE."""
_REQUEST_DUMP = 0x301
"""NLM_F_REQUEST | NLM_F_DUMP."""
_HEADER = struct.Struct("=IHHII")
_QUESTION = struct.Struct("=BBBxI48x")
_ANSWER = struct.Struct("!4xH")
"""Of `inet_diag_msg`: its number, in network order."""
_INODE_AT = 68
_CODE = struct.Struct("=i")
_LONGEST_ANSWER = 65536
_MOST_ANSWERS = 1000
_LISTENS, _UNCONNECTED = 1 << 10, 1 << 7
"""States: TCP_LISTEN; of a UDP socket that takes from anybody, TCP_CLOSE."""
_QUESTIONS = [
    (protocol, _HEADER.pack(72, _BY_FAMILY, _REQUEST_DUMP, 0, 0) + _QUESTION.pack(family, number, 0, states))
    for protocol, number, states in (("tcp", socket.IPPROTO_TCP, _LISTENS), ("udp", socket.IPPROTO_UDP, _UNCONNECTED))
    for family in (socket.AF_INET, socket.AF_INET6)
]
_FIRST_OF_CLIENTS = 32768
"""From here on the kernel numbers UDP sockets that wait for one answer and go."""

Listening = frozenset[tuple[str, int, int]]
"""Protocol, number and the socket's own number."""


class ListenerNews:
    """Made in the thread that asks."""

    def __init__(self, declared: Collection[PortId] = ()) -> None:
        """Of UDP sockets with a client's number only those that are `declared` are worth a look."""
        self._declared = {port.place for port in declared if port.kind is PortKind.LISTEN}
        self._socket: socket.socket | None = None
        self._before: Listening | None = None
        self._is_told = False

    def has_changed(self) -> bool:
        """Since the last call; also where the kernel does not tell. Never waits, never raises."""
        try:
            now = self._ask()
        except (OSError, struct.error) as error:
            self.close()
            if not self._is_told:
                _log.info("the kernel does not list who listens, its tables are read each second error=%r", str(error))
            self._is_told = True
            self._before = None
            return True
        has_changed = now != self._before
        self._before = now
        return has_changed

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
        self._socket = None

    def _ask(self) -> Listening:
        if self._socket is None:
            self._socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, _SOCK_DIAG)
            self._socket.setblocking(False)
        found = []
        for protocol, question in _QUESTIONS:
            self._socket.send(question)
            found += [(protocol, number, inode) for number, inode in _answers(self._socket)]
        return frozenset(one for one in found if self._is_a_door(*one))

    def _is_a_door(self, protocol: str, number: int, _inode: int) -> bool:
        return protocol == "tcp" or number < _FIRST_OF_CLIENTS or f"{protocol}:{number}" in self._declared


def _answers(one: socket.socket) -> Iterator[tuple[int, int]]:
    """Number and inode of each.

    Raises:
        OSError: the kernel refuses, or says no end.
    """
    for _ in range(_MOST_ANSWERS):
        content = one.recv(_LONGEST_ANSWER)
        at = 0
        while at < len(content):
            length, kind, *_ = _HEADER.unpack_from(content, at)
            if kind in (_ERROR, _DONE):
                (code,) = _CODE.unpack_from(content, at + _HEADER.size) if length > _HEADER.size else (0,)
                if code:
                    raise OSError(-code, "the kernel refuses")
                return
            (number,) = _ANSWER.unpack_from(content, at + _HEADER.size)
            (inode,) = struct.unpack_from("=I", content, at + _HEADER.size + _INODE_AT)
            yield number, inode
            at += max(_HEADER.size, (length + 3) & ~3)
    raise OSError("the kernel's answer does not end")
