"""A socket for paramiko that gives up a far end that is silent, or drips, for too long."""

from __future__ import annotations

import socket
from collections.abc import Callable

from gateway.core.phrase import Phrase
from gateway.uplinks.timeouts import Deadline

_GREETING_BYTES = 16_384
"""The version and the lists of algorithms fit in it several times."""
_FIRST_WORDS_BYTES = 256


class WatchedSocket(socket.socket):
    """A socket that reports the end of the stream when nothing moved for too long while somebody waits, or when a step
    of the log-in has not been done in time, however busily the far end drips.

    paramiko's thread polls its socket for as long as the connection stands, and some of its waits (for the answer to a
    subsystem request, for one) have no time-out. The end of the stream ends all of them, so one rule bounds every step.
    """

    def __init__(
        self,
        connection: socket.socket,
        longest_silence_s: float,
        is_hopeless: Callable[[bytes], bool] = lambda heard: False,
    ) -> None:
        """`is_hopeless`: whether nothing that follows these first bytes is worth waiting for."""
        family, kind, protocol, timeout = connection.family, connection.type, connection.proto, connection.gettimeout()
        super().__init__(family, kind, protocol, fileno=connection.detach())
        self.settimeout(timeout)
        self.silent_too_long = False
        self._longest_silence_s = longest_silence_s
        self._is_hopeless = is_hopeless
        self._silent_s = 0.0
        self._watched = False
        self._deadline: Deadline | None = None
        self.heard_first = b""
        """The far end's first words: its version and what it offers, or what it has to say in place of them."""

    def finish_by(self, deadline: Deadline | None) -> None:
        """Until when the present step has to be done; `None`: it is."""
        self._deadline = deadline

    def watch(self, watched: bool) -> None:
        """Whether somebody waits now. An idle connection may be silent."""
        self._silent_s = 0.0
        self._watched = watched

    def recv(self, size: int, flags: int = 0, /) -> bytes:
        if self._is_late():
            return b""
        try:
            received = super().recv(size, flags)
        except TimeoutError:
            if self._given_up():
                return b""
            raise
        self._silent_s = 0.0
        if len(self.heard_first) >= _GREETING_BYTES:
            return received
        self.heard_first += received
        return b"" if self._is_hopeless(self.heard_first[:_FIRST_WORDS_BYTES]) else received

    def send(self, content: bytes, flags: int = 0, /) -> int:  # type: ignore[override] # paramiko sends bytes only
        try:
            sent = super().send(content, flags)
        except TimeoutError:
            if self._given_up():
                raise BrokenPipeError(Phrase("nothing moved for too long")) from None
            raise
        self._silent_s = 0.0
        return sent

    def _is_late(self) -> bool:
        if self._deadline is not None and not self.silent_too_long:
            try:
                self._deadline.left_s()
            except TimeoutError:
                self.silent_too_long = True
        return self.silent_too_long

    def _given_up(self) -> bool:
        if self._watched:
            self._silent_s += self.gettimeout() or 0.0
            self.silent_too_long = self._silent_s >= self._longest_silence_s
        return self.silent_too_long
