"""A child that is spoken to by lines of JSON."""

from __future__ import annotations

import json
import selectors
import subprocess
import time
from collections.abc import Sequence
from typing import Any

_ENDS_WITHIN_S = 5.0


class ChildLines:
    """Started with its making. Its words on stderr are the caller's."""

    def __init__(self, command: Sequence[str]) -> None:
        self._child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)
        if self._child.stdin is None or self._child.stdout is None:
            raise OSError("a child without pipes")
        self._stdin, self._stdout = self._child.stdin, self._child.stdout
        self._unread = b""

    @property
    def pid(self) -> int:
        return self._child.pid

    def say(self, line: dict[str, Any]) -> None:
        """Raises EOFError when it has ended."""
        try:
            self._stdin.write(json.dumps(line).encode() + b"\n")
        except BrokenPipeError:
            raise EOFError from None

    def hear(self, until_s: float) -> dict[str, Any] | None:
        """Its next line; `None`: none came until then (monotonic). Raises EOFError when it has ended."""
        while b"\n" not in self._unread:
            with selectors.DefaultSelector() as waiting:
                waiting.register(self._stdout, selectors.EVENT_READ)
                if not waiting.select(max(0.0, until_s - time.monotonic())):
                    return None
            come = self._stdout.read(65536)
            if not come:
                raise EOFError
            self._unread += come
        line, self._unread = self._unread.split(b"\n", 1)
        heard: dict[str, Any] = json.loads(line)
        return heard

    def kill(self) -> None:
        self._child.kill()
        self.close()

    def close(self) -> None:
        """Close its stdin, which ends it."""
        self._stdin.close()
        try:
            self._child.wait(_ENDS_WITHIN_S)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()
        self._stdout.close()
