"""A TCP connection to a device or converter."""

from __future__ import annotations

import errno
import os
import socket

from gateway.core.interfaces import Clock
from gateway.core.phrase import Phrase
from gateway.instruments.lines.host_cache import HostCache
from gateway.instruments.lines.readiness import READABLE, WRITABLE, Readiness

MOST_UNASKED = 65_536
"""Bytes that may lie there when nobody has asked."""


class TcpLine:
    """Bytes to and from one TCP port. Every failure is an `OSError`; no step outlasts its time-out."""

    def __init__(self, host: str, port: int, timeout_s: float, clock: Clock) -> None:
        self.address = f"{host}:{port}"
        self.timeout_s = timeout_s
        self._host_cache = HostCache(host, port)
        self._clock = clock
        self._readiness = Readiness()
        self._socket: socket.socket | None = None

    @property
    def is_open(self) -> bool:
        return self._socket is not None

    def open(self) -> None:
        """Connect, looking the name up and trying its addresses in turn within one time-out."""
        deadline_s = self._clock.now().mono_s + self.timeout_s
        failure: OSError = OSError(Phrase("{address} has no address", address=self.address))
        for family, kind, protocol, _, address in self._host_cache.find(self.timeout_s):
            attempt = socket.socket(family, kind, protocol)
            try:
                self._connect(attempt, address, max(0.0, deadline_s - self._clock.now().mono_s))
            except OSError as error:
                self._readiness.unwatch()
                attempt.close()
                failure = error
            else:
                self._socket = attempt
                return
        raise failure

    def verify(self) -> None:
        """Close a connection that the far end closed while nobody asked (a restart, an idle limit). What came that
        nobody asked for is thrown away, an answer that came late; who never stops talking is not kept."""
        if self._socket is None or not self._readiness.wait(0):
            return
        try:
            is_over = not self._socket.recv(MOST_UNASKED)
        except ConnectionError:
            is_over = True
        if is_over or self._readiness.wait(0):
            self.close()

    def drain(self, listen_s: float) -> None:
        """Nothing to wait for: here a late answer is known by the number of its question."""

    def wire_time_s(self, byte_count: int) -> float:
        return 0.0

    def send(self, frame: bytes) -> None:
        if self._connected().send(frame) != len(frame):
            raise TimeoutError(Phrase("the far end takes no more bytes"))

    def receive(self, longest_s: float) -> bytes:
        """What has arrived, waiting for the first byte if need be; empty if nothing came in time."""
        if not self._readiness.wait(longest_s):
            return b""
        received = self._connected().recv(4096)
        if not received:
            raise ConnectionResetError(Phrase("the far end closed the connection"))
        return received

    def interrupt(self) -> None:
        self._host_cache.interrupt()
        self._readiness.interrupt()

    def close(self) -> None:
        if self._socket is not None:
            self._readiness.unwatch()
            self._socket.close()
            self._socket = None

    def release(self) -> None:
        """Close for good."""
        self.close()
        self._readiness.close()

    def _connect(self, attempt: socket.socket, address: object, longest_s: float) -> None:
        attempt.setblocking(False)
        attempt.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        code = attempt.connect_ex(address)  # type: ignore[arg-type]  # getaddrinfo's own form, per family
        if code == errno.EINPROGRESS:
            self._readiness.watch(attempt.fileno(), WRITABLE)
            if not self._readiness.wait(longest_s):
                raise TimeoutError(Phrase("no connection within {timeout_s:g} s", timeout_s=self.timeout_s))
            code = attempt.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code:
            raise OSError(code, os.strerror(code))
        self._readiness.watch(attempt.fileno(), READABLE)

    def _connected(self) -> socket.socket:
        if self._socket is None:
            raise ConnectionError(Phrase("not connected"))
        return self._socket
