"""Name servers that do not answer."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest


@contextmanager
def hanging_resolver(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[object]]:
    """As long as this lasts, every look-up hangs; the hosts that were asked for."""
    over = threading.Event()
    asked: list[object] = []

    def wait(host: object, *_: object, **__: object) -> None:
        asked.append(host)
        over.wait(20)
        raise socket.gaierror("no answer")

    with monkeypatch.context() as patched:
        patched.setattr(socket, "getaddrinfo", wait)
        try:
            yield asked
        finally:
            over.set()
