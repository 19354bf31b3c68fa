"""The socket on which systemd hears its services (sd_notify(3)), and what was said there."""

from __future__ import annotations

import socket
import threading
from pathlib import Path


class Systemd:
    """Listens until the block ends; `environment` tells a service where."""

    def __init__(self, path: Path, watchdog_s: float = 20.0) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(path))
        self._path = str(path)
        # The kernel keeps ten datagrams for a listener and then lets the sender wait: someone must listen all the time.
        self._listening = threading.Thread(target=self._listen)
        self.heard: list[str] = []
        self.environment = {"NOTIFY_SOCKET": self._path, "WATCHDOG_USEC": str(round(watchdog_s * 1_000_000))}

    def __enter__(self) -> Systemd:
        self._listening.start()
        return self

    def __exit__(self, *_: object) -> None:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as last:
            last.sendto(b"", self._path)
        self._listening.join()
        self._socket.close()

    def _listen(self) -> None:
        while message := self._socket.recv(4096):
            self.heard.append(message.decode())
