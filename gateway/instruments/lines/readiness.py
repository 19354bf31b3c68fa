"""Waiting until a descriptor is ready, in a way that another thread can end."""

from __future__ import annotations

import math
import select
import socket
from contextlib import suppress

from gateway.core.phrase import Phrase

READABLE = select.POLLIN
WRITABLE = select.POLLOUT
GONE = select.POLLHUP | select.POLLERR | select.POLLNVAL


FINE_S = 0.02
LAST_SELECTABLE = 1023
"""poll(2) waits in whole milliseconds, of which the silence between two frames at 9,600 baud is three and a half: so
short a wait is left to select(2), which knows microseconds, but no descriptor beyond 1,023."""


class Readiness:
    """Waits on one descriptor at a time. After `interrupt`, every wait fails at once and for good."""

    def __init__(self) -> None:
        self._wake_reader, self._wake_writer = socket.socketpair()
        self._poll = select.poll()
        self._poll.register(self._wake_reader, READABLE)
        self._watched: int | None = None

    def watch(self, descriptor: int, events: int) -> None:
        """Watch this descriptor from now on, instead of any other."""
        self.unwatch()
        self._poll.register(descriptor, events)
        self._watched = descriptor

    def unwatch(self) -> None:
        if self._watched is not None:
            self._poll.unregister(self._watched)
            self._watched = None

    def wait(self, longest_s: float) -> int:
        """What became of the descriptor within that time: poll(2)'s events, 0 if nothing.

        Raises:
            InterruptedError: another thread called `interrupt`.
        """
        if 0 < longest_s < FINE_S and self._watched is not None:
            both = (self._wake_reader.fileno(), self._watched)
            if max(both) <= LAST_SELECTABLE:
                select.select(both, (), (), longest_s)
                longest_s = 0
        happened = 0
        for descriptor, events in self._poll.poll(math.ceil(longest_s * 1000)):
            if descriptor != self._watched:
                raise InterruptedError(Phrase("the gateway is stopping"))
            happened = events
        return happened

    def interrupt(self) -> None:
        """End a wait under way and every later one. Callable from any thread, at any time, even after `close`."""
        with suppress(OSError):  # closed already, or so often called that no more fits in: both mean that it is done
            self._wake_writer.send(b"!", socket.MSG_DONTWAIT)

    def close(self) -> None:
        self.unwatch()
        self._wake_reader.close()
        self._wake_writer.close()
