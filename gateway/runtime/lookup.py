"""Looking a name up: the one step on the way to a server that the system lets wait as long as it likes.

A resolver that hangs (minutes, with a dead name server behind systemd-resolved) must not hang a lane. So the look-up
runs in a thread of its own that nobody waits for longer than he chooses; it ends when the system's own patience does.
"""

from __future__ import annotations

import ipaddress
import queue
import socket
import threading

Address = tuple[
    socket.AddressFamily,
    socket.SocketKind,
    int,
    str,
    tuple[str, int] | tuple[str, int, int, int] | tuple[int, bytes],
]
"""As `socket.getaddrinfo` gives it."""


class Lookup:
    """One look-up of a host's addresses, begun when made. An address in place of a name takes no thread."""

    def __init__(self, host: str, port: int) -> None:
        self._host = host
        self._port = port
        self._found: queue.SimpleQueue[list[Address] | OSError] = queue.SimpleQueue()
        if _is_address(host):
            self._look_up()
        else:
            threading.Thread(target=self._look_up, name=f"look up {host}", daemon=True).start()

    def addresses(self, within_s: float) -> list[Address]:
        """What was found.

        Raises:
            TimeoutError: nothing in time.
            OSError: no such name, or given up.
        """
        try:
            found = self._found.get(timeout=within_s)
        except queue.Empty:
            raise TimeoutError(f"looking up {self._host} took longer than {within_s:g} s") from None
        if isinstance(found, OSError):
            raise found
        return found

    def give_up(self) -> None:
        """Callable from any thread: whoever waits for the addresses waits no longer."""
        self._found.put(ConnectionAbortedError("interrupted"))

    def _look_up(self) -> None:
        try:
            self._found.put(list(socket.getaddrinfo(self._host, self._port, type=socket.SOCK_STREAM)))
        except OSError as error:
            self._found.put(error)
        except UnicodeError:  # a label longer than any name may have
            self._found.put(OSError(f"{self._host} is not a host name"))


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True
