"""The network connections of one uplink: dialled with a time-out, breakable from another thread.

Every socket is known to its `Line` before it connects, so `break_off` ends any wait at once: a blocked connect,
handshake, read or write fails as if the far end had gone. A line never reads, writes, retries or maps errors itself.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Patience:
    """How long an uplink waits. Each network step is bounded by one of these."""

    connect_s: float = 10.0
    """For one address to accept; a name with several addresses is tried address by address."""
    answer_s: float = 20.0
    """For the far end to say or take anything at all once it has accepted."""
    probe_s: float = 5.0
    """For a connection kept from an earlier delivery to show that it still stands; else a new one is made."""


class Line:
    """All sockets that one uplink holds open now."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._broken = False

    @property
    def broken(self) -> bool:
        """Whether `break_off` was called since the last `mend`."""
        return self._broken

    def dial(self, host: str, port: int, connect_s: float) -> socket.socket:
        """Connect to the first address of `host` that accepts. The name is looked up afresh each time: an authority
        that moves its server is found without a restart.

        Raises:
            OSError: unknown name, no address accepted in time, or the line was broken. Of the last address tried.
        """
        failure: OSError = OSError(f"{host} has no address")
        for family, kind, protocol, _, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
            try:
                connection = socket.socket(family, kind, protocol)
            except OSError as error:  # an address family this machine does not have
                failure = error
                continue
            try:
                connection.settimeout(connect_s)
                self._hold(connection)
                connection.connect(address)
                # A file ends in several small writes; waiting to fill a packet costs a delayed acknowledgement each
                # time.
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            except OSError as error:
                self.hang_up(connection)
                failure = error
            else:
                return connection
        raise failure

    def exchange(self, old: socket.socket, new: socket.socket) -> None:
        """`new` has taken over the connection of `old` (TLS wraps a socket by detaching it)."""
        with self._lock:
            self._open.discard(old)
        self._hold(new)

    def hang_up(self, connection: socket.socket) -> None:
        """Close one connection. Never raises."""
        with self._lock:  # so that `break_off` never shuts down a descriptor that already belongs to something else
            self._open.discard(connection)
            with contextlib.suppress(OSError):
                connection.close()

    def break_off(self) -> None:
        """Callable from any thread: every wait on this line fails now, and so does every further `dial` until
        `mend`."""
        with self._lock:
            self._broken = True
            for connection in self._open:
                _shut_down(connection)

    def mend(self) -> None:
        """Allow dialling again."""
        self._broken = False

    def _hold(self, connection: socket.socket) -> None:
        with self._lock:
            self._open.add(connection)
            if self._broken:
                _shut_down(connection)
                raise ConnectionAbortedError("interrupted")


def _shut_down(connection: socket.socket) -> None:
    # The plain socket's method also on TLS: its own forgets the encryption, and a reader would take ciphertext for
    # text.
    with contextlib.suppress(OSError):
        socket.socket.shutdown(connection, socket.SHUT_RDWR)
