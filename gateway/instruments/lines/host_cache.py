"""A host's addresses: looked up afresh for every connection, and remembered for when nobody can be asked.

A plant's name server is off more often than its devices are, and a resolver that hangs does so for half a minute. No
look-up is waited for longer than the line's time-out allows, at most one is under way at a time, and where a device was
last is where it is sought until somebody knows better.
"""

from __future__ import annotations

import threading

from gateway.core.phrase import Phrase
from gateway.runtime.lookup import Address, Lookup


class HostCache:
    """Of one host and port. For one thread at a time, `interrupt` excepted."""

    def __init__(self, host: str, port: int) -> None:
        self._host = host
        self._port = port
        self._known: list[Address] = []
        self._under_way: Lookup | None = None
        self._lock = threading.Lock()
        self._interrupted = False

    def find(self, within_s: float) -> list[Address]:
        """Its addresses, or those that it had last. Takes half the time at most where there are such: the other half is
        for connecting.

        Raises:
            TimeoutError: they were never known, and nobody has told them in time; the look-up goes on meanwhile.
            OSError: they were never known, and there is no such name; or another thread called `interrupt`.
        """
        lookup = self._lookup()
        try:
            found = lookup.addresses(within_s / 2 if self._known else within_s)
        except TimeoutError:
            if not self._known:
                raise
        except OSError:
            self._under_way = None
            if self._interrupted or not self._known:
                raise
        else:
            self._under_way = None
            self._known = found
        return self._known

    def interrupt(self) -> None:
        """From any thread: make a look-up under way, and every later one, fail at once."""
        with self._lock:
            self._interrupted = True
            if self._under_way is not None:
                self._under_way.give_up()

    def _lookup(self) -> Lookup:
        with self._lock:
            if self._interrupted:
                raise InterruptedError(Phrase("the gateway is stopping"))
            if self._under_way is None:
                self._under_way = Lookup(self._host, self._port)
            return self._under_way
