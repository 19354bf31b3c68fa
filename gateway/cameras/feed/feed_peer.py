"""One relay that is connected: what waits to be sent to it, within bounds, and what it wants to see."""

from __future__ import annotations

import socket
from collections import deque
from collections.abc import Callable

from gateway.cameras.feed.relay_messages import RelayMessages

MOST_WAITING = 16 * 1024 * 1024
"""Bytes. Beyond them frames are left out until the next key frame."""
_AT_ONCE = 64 * 1024


class FeedPeer:
    """Whole messages or none: only what was not begun is ever left out. Its owner holds the lock."""

    def __init__(self, channel: socket.socket) -> None:
        self.channel = channel
        self.watched: set[str] = set()
        self.lasting_views: set[str] = set()
        """That it told of, and of which it did not tell the end."""
        self._messages = RelayMessages()
        self._waiting: deque[memoryview] = deque()
        self._bytes = 0
        self._needs_key: set[str] = set()

    @property
    def has_waiting(self) -> bool:
        return bool(self._waiting)

    def read(self) -> list[tuple[int, dict[str, object]]] | None:
        """What it says; `None`: it is gone.

        Raises:
            CameraGarbled: it is no relay.
        """
        try:
            received = self.channel.recv(_AT_ONCE)
        except BlockingIOError:
            return []
        except OSError:
            return None
        return list(self._messages.add(received)) if received else None

    def watch(self, camera: str) -> None:
        self.watched.add(camera)
        self._needs_key.add(camera)

    def unwatch(self, camera: str) -> None:
        self.watched.discard(camera)

    def say(self, message: bytes) -> None:
        """Few and small; a relay that does not even take these is closed by whoever looks at `is_deaf`."""
        self._add(message)

    @property
    def is_deaf(self) -> bool:
        return self._bytes > 2 * MOST_WAITING

    def frame(self, camera: str, is_key: bool, encode: Callable[[], bytes]) -> bool:
        """Returns whether it was taken; `encode` is only called then."""
        if camera in self._needs_key and not is_key:
            return False
        if self._bytes > MOST_WAITING:
            self._needs_key.add(camera)
            return False
        self._needs_key.discard(camera)
        self._add(encode())
        return True

    def write(self) -> bool:
        """Send what the socket takes. Returns whether the peer is still there."""
        try:
            while self._waiting:
                sent = self.channel.send(self._waiting[0])
                self._bytes -= sent
                rest = self._waiting.popleft()[sent:]
                if rest:
                    self._waiting.appendleft(rest)
        except BlockingIOError:
            return True
        except OSError:
            return False
        return True

    def _add(self, message: bytes) -> None:
        self._waiting.append(memoryview(message))
        self._bytes += len(message)
