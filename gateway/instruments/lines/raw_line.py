"""A TCP connection that carries a serial line's bytes as they are: a device server, or a device that speaks text."""

from __future__ import annotations

import math
import socket

from gateway.core.interfaces import Clock
from gateway.instruments.lines.drain import drain
from gateway.instruments.lines.tcp_line import TcpLine


class RawLine(TcpLine):
    """As `TcpLine`, but what arrives unasked is not the end of the connection, and a late answer may come on a new
    connection too, for the serial line behind the far end knows nothing of connections."""

    def __init__(self, host: str, port: int, timeout_s: float, quiet_s: float, clock: Clock) -> None:
        """`quiet_s`: how long the line must be silent before something is asked on it."""
        super().__init__(host, port, timeout_s, clock)
        self.silent_since_s = clock.now().mono_s
        self.holds_bytes = math.inf  # TCP loses nothing: it makes the far end wait
        self._quiet_s = quiet_s

    def open(self) -> None:
        super().open()
        self.silent_since_s = self._clock.now().mono_s

    def verify(self) -> None:
        """Close a connection that the far end closed while nobody asked. What it said before stays to be read."""
        if self._socket is None or not self._readiness.wait(0):
            return
        try:
            is_over = not self._socket.recv(1, socket.MSG_PEEK)
        except ConnectionError:
            is_over = True
        if is_over:
            self.close()

    def drain(self, listen_s: float) -> None:
        """Throw away whatever still arrives, for at least `listen_s` and until the line has been quiet long enough.

        Raises:
            InstrumentGarbled: something on the line never stops talking.
        """
        drain(self, listen_s, self._quiet_s, self._clock)

    def receive(self, longest_s: float) -> bytes:
        received = super().receive(longest_s)
        if received:
            self.silent_since_s = self._clock.now().mono_s
        return received
