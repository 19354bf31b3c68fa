"""One viewer's connection: since when, what is looked at over it, and whether anything arrives."""

from __future__ import annotations

import os
import socket
import struct
from collections.abc import Callable
from typing import Any

from .gstreamer import mono_s

_ACKNOWLEDGED = struct.Struct("=Q")
_ACKNOWLEDGED_AT = 120
"""`tcpi_bytes_acked` in `struct tcp_info` (linux/tcp.h, since Linux 4.1)."""

_ON_THE_WAY = 256 * 1024
"""Bytes; the kernel doubles it."""


class ViewerConnection:
    """Its owner holds the lock."""

    def __init__(self, client: Any) -> None:
        self.gst = client
        self.address: str = client.get_connection().get_ip() or "unknown"
        self.since_s = mono_s()
        self.cameras: set[str] = set()
        """Of the streams that were set up."""
        self.views: dict[str, str] = {}
        """Camera → what its view is called in the journal."""
        self._signals: list[int] = []
        self._bound_what_is_on_the_way()
        self._arrived = -1
        self._arrived_s = self.since_s

    def when(self, signal: str, call: Callable[..., Any]) -> None:
        self._signals.append(self.gst.connect(signal, call))

    def is_stuck(self, live: set[str], for_s: float) -> bool:
        """Whether nothing has arrived at the viewer for so long, though it looks at one of these. To be asked often."""
        arrived = self._bytes_arrived()
        if arrived is None or arrived != self._arrived or not self.views.keys() & live:
            self._arrived, self._arrived_s = -1 if arrived is None else arrived, mono_s()
        return mono_s() - self._arrived_s > for_s

    def close(self) -> None:
        if self.gst is not None:
            self.gst.close()

    def forget(self) -> None:
        """Once it is closed: what hangs in a ring with it would keep its sockets open until somebody sweeps."""
        for signal in self._signals:
            self.gst.disconnect(signal)
        self._signals.clear()
        self.gst = None

    def _bound_what_is_on_the_way(self) -> None:
        """Else the kernel takes megabytes, and who has a slow line looks at the past of half a minute ago."""
        self._ask(lambda same: same.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _ON_THE_WAY))

    def _bytes_arrived(self) -> int | None:
        """What the other end's TCP has acknowledged; `None`: nobody knows."""
        told = self._ask(lambda same: same.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 256))
        if told is None or len(told) < _ACKNOWLEDGED_AT + _ACKNOWLEDGED.size:
            return None
        arrived: int = _ACKNOWLEDGED.unpack_from(told, _ACKNOWLEDGED_AT)[0]
        return arrived

    def _ask(self, question: Callable[[socket.socket], Any]) -> Any:
        """The answer of the connection's socket; `None`: it has none any more."""
        connection = None if self.gst is None else self.gst.get_connection()
        written = None if connection is None else connection.get_write_socket()
        if written is None:
            return None
        try:
            with socket.socket(fileno=os.dup(written.get_fd())) as same:
                return question(same)
        except OSError:
            return None
