"""The connection to the recorder: tried for ever, told what is watched, never waited for."""

from __future__ import annotations

import logging
import socket
from collections import deque
from collections.abc import Callable
from typing import Any

from .gstreamer import GLib
from .journal import value
from .messages import Garbled, Incoming, Said

_log = logging.getLogger(__name__)

AGAIN_MS = 1000
_AT_ONCE = 256 * 1024
_MOST_UNSENT = 4096


class RecorderLink:
    """Lives in the main loop; `send` may be called from any thread.

    `on_message` is called with each message, `on_open` when a connection stands, `on_lost` when it does not any more.
    """

    def __init__(
        self,
        address: str,
        on_open: Callable[[], object],
        on_message: Callable[[Said, bytes], object],
        on_lost: Callable[[], object],
    ) -> None:
        self._address = address
        self._on_open, self._on_message, self._on_lost = on_open, on_message, on_lost
        self._channel: socket.socket | None = None
        self._incoming = Incoming()
        self._unsent: deque[bytes] = deque()
        self._watches: list[int] = []
        self._is_told = False
        """Whether it was said that there is no recorder."""
        self._is_heard = False
        """Whether the recorder has said anything: it lets go at once whom it does not take."""

    @property
    def is_open(self) -> bool:
        return self._channel is not None

    def connect(self) -> None:
        channel = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC)
        try:
            channel.connect(self._address)
        except OSError as error:
            channel.close()
            self._say_waiting(error)
            GLib.timeout_add(AGAIN_MS, self._once, self.connect)
            return
        self._channel, self._is_heard = channel, False
        self._incoming = Incoming()
        self._watches = [GLib.io_add_watch(channel.fileno(), 0, GLib.IO_IN | GLib.IO_HUP | GLib.IO_ERR, self._read)]
        self._on_open()

    def _say_waiting(self, error: OSError) -> None:
        if not self._is_told:
            _log.warning(
                "the recorder cannot be reached, waiting for it socket=%s error=%s",
                self._address,
                value(error.strerror or str(error)),
            )
        self._is_told = True

    def _say_connected(self) -> None:
        if not self._is_heard:
            _log.info("connected to the recorder socket=%s", self._address)
        self._is_heard, self._is_told = True, False

    def send(self, message: bytes) -> None:
        """Once the main loop comes to it; forgotten if there is no connection then."""
        GLib.idle_add(self._once, lambda: self._send(message))

    def _send(self, message: bytes) -> None:
        if self._channel is None:
            return
        self._unsent.append(message)
        if len(self._unsent) > _MOST_UNSENT:
            self._lose("the recorder does not listen")
        elif len(self._unsent) == 1:
            self._write()

    def _write(self, *_: Any) -> bool:
        """Returns whether to be called again when there is room."""
        try:
            while self._unsent and self._channel is not None:
                sent = self._channel.send(self._unsent[0])
                rest = self._unsent.popleft()[sent:]
                if rest:
                    self._unsent.appendleft(rest)
        except BlockingIOError:
            if len(self._watches) == 1 and self._channel is not None:
                self._watches.append(GLib.io_add_watch(self._channel.fileno(), 0, GLib.IO_OUT, self._write))
            return True
        except OSError as error:
            self._lose(error.strerror or str(error))
            return False
        if len(self._watches) > 1:
            GLib.source_remove(self._watches.pop())
        return False

    def _read(self, *_: Any) -> bool:
        if self._channel is None:
            return False
        try:
            received = self._channel.recv(_AT_ONCE)
            for kind, body in self._incoming.add(received):
                self._say_connected()
                self._on_message(kind, body)
        except BlockingIOError:
            return True
        except OSError as error:
            self._lose(error.strerror or str(error))
        except Garbled as fault:
            self._lose(f"it said {fault}")
        else:
            if not received:
                self._lose("it has closed the connection")
        return self._channel is not None

    def _lose(self, why: str) -> None:
        if self._channel is None:
            return
        if self._is_heard:
            _log.warning("the recorder is gone, waiting for it error=%s", value(why))
        elif not self._is_told:
            _log.warning("the recorder does not take this relay, its log says why socket=%s", self._address)
        self._channel.close()
        self._channel = None
        self._unsent.clear()
        self._is_told = True
        for watch in self._watches:
            GLib.source_remove(watch)
        self._watches = []
        self._on_lost()
        GLib.timeout_add(AGAIN_MS, self._once, self.connect)

    @staticmethod
    def _once(call: Callable[[], object]) -> bool:
        call()
        return False
