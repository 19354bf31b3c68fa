"""The socket of a connection that FFmpeg opened, which it keeps to itself.

FFmpeg's reading can be ended by a time-out alone, and one that strikes between two bytes of a packet costs the whole
connection. With the socket at hand nobody reads before something has come, and whoever waits can be called off at once.
"""

from __future__ import annotations

import contextlib
import os
import select
import socket
import stat
from pathlib import Path

_OPEN_FILES = Path("/proc/self/fd")


class OwnSocket:
    """A second handle on an open connection: watched and shut down, never read and never written."""

    def __init__(self, handle: socket.socket) -> None:
        self._handle = handle
        self._poll = select.poll()
        self._poll.register(handle, select.POLLIN)

    def wait(self, seconds: float) -> bool:
        """Whether something has come, or the connection has ended, within so long."""
        return bool(self._poll.poll(seconds * 1000))

    def shut_down(self) -> None:
        """From any thread: whoever reads from the connection is told at once that it has ended."""
        with contextlib.suppress(OSError):
            self._handle.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Gives the second handle back; the connection is its owner's."""
        self._handle.close()


def sockets_to(address: str, port: int) -> dict[int, socket.socket]:
    """This process' TCP connections to there, by the number that the system gives each; each a handle of its own, to
    be closed."""
    found: dict[int, socket.socket] = {}
    for entry in _OPEN_FILES.iterdir():
        with contextlib.suppress(OSError):  # closed meanwhile, or no connection
            number = os.fstat(int(entry.name))
            if not stat.S_ISSOCK(number.st_mode):
                continue
            handle = socket.socket(fileno=os.dup(int(entry.name)))
            if _leads_to(handle, address, port) and os.fstat(handle.fileno()).st_ino not in found:
                found[os.fstat(handle.fileno()).st_ino] = handle
            else:
                handle.close()
    return found


def _leads_to(handle: socket.socket, address: str, port: int) -> bool:
    if handle.family not in (socket.AF_INET, socket.AF_INET6) or handle.type != socket.SOCK_STREAM:
        return False
    try:
        peer = handle.getpeername()
    except OSError:
        return False
    return bool(peer[:2] == (address, port))


class Newcomer:
    """Finds the connection that was opened to an address between `__init__` and `found`."""

    def __init__(self, address: str, port: int) -> None:
        self._where = address, port
        self._before = self._known()

    def found(self) -> OwnSocket | None:
        """`None`: there is none, or another thread opened one to there meanwhile and nobody can tell which is whose."""
        handles = sockets_to(*self._where)
        new = [handles.pop(number) for number in list(handles) if number not in self._before]
        for handle in handles.values():
            handle.close()
        if len(new) == 1:
            return OwnSocket(new[0])
        for handle in new:
            handle.close()
        return None

    def _known(self) -> frozenset[int]:
        handles = sockets_to(*self._where)
        for handle in handles.values():
            handle.close()
        return frozenset(handles)
