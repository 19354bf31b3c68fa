"""A command at a terminal of its own: what it shows, and a person who answers its questions."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

PROMPT = ": "
_LONGEST_WAIT_S = 60.0


class AtTerminal:
    """`gateway` with these arguments. A prompt is a last line that ends with a colon and a blank."""

    def __init__(self, arguments: Sequence[str | Path], environment: Mapping[str, str] | None = None) -> None:
        self._mine, theirs = pty.openpty()
        self.shown = ""
        self._seen = 0
        self._child = subprocess.Popen(
            [sys.executable, "-m", "gateway", *map(str, arguments)],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env={**_without_size(os.environ), "TERM": "dumb", "LC_ALL": "C.UTF-8", **(environment or {})},
            start_new_session=True,
            preexec_fn=lambda: _control(theirs),
        )
        os.close(theirs)

    def prompt(self) -> str | None:
        """The next question's last line; `None`: the command has ended."""
        deadline_s = time.monotonic() + _LONGEST_WAIT_S
        while time.monotonic() < deadline_s:
            if not self._more(0.2):
                return None
            new = self.shown[self._seen :]
            last = new.rpartition("\n")[2]
            if last.endswith(PROMPT) and not select.select([self._mine], [], [], 0.03)[0]:
                self._seen = len(self.shown)
                return last
        raise AssertionError(f"no question came: {self.shown[-1500:]}")

    def type(self, text: str, end: str = "\n") -> None:
        os.write(self._mine, f"{text}{end}".encode())

    def type_bytes(self, text: bytes) -> None:
        os.write(self._mine, text)

    def answer(self, wanted: str, text: str) -> None:
        """The next question, which has these words, is answered so."""
        asked = self.prompt()
        assert asked is not None, f"it has ended: {self.shown[-1500:]}"
        assert any(one in asked for one in wanted.split("|")), f"{wanted!r} is not what was asked: {self.shown[-1500:]}"
        self.type(text)

    def resize(self, *, columns: int, rows: int = 24) -> None:
        """As a person who drags the window's corner."""
        fcntl.ioctl(self._mine, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self._child.send_signal(signal.SIGWINCH)

    def kill(self) -> None:
        self._child.kill()
        self._end()

    def interrupt(self) -> int:
        self._child.send_signal(signal.SIGINT)
        return self.ended()

    def ended(self) -> int:
        """Its exit code; fails if it asks once more."""
        asked = self.prompt()
        assert asked is None, f"asked {asked!r}"
        return self._end()

    def _end(self) -> int:
        code = self._child.wait(10)
        with contextlib.suppress(OSError):
            os.close(self._mine)
        return code

    def _more(self, within_s: float) -> bool:
        """Whether there may be more."""
        if not select.select([self._mine], [], [], within_s)[0]:
            return self._child.poll() is None
        try:
            some = os.read(self._mine, 65536)
        except OSError:  # whoever wrote has gone
            return False
        self.shown += some.decode(errors="replace").replace("\r\n", "\n")
        return bool(some)


def _without_size(environment: Mapping[str, str]) -> dict[str, str]:
    """The terminal has its own; readline leaves that of another one to all children of its process."""
    return {name: value for name, value in environment.items() if name not in ("COLUMNS", "LINES")}


def _control(terminal: int) -> None:
    """So that Ctrl-C and Ctrl-D do what they do."""
    fcntl.ioctl(terminal, termios.TIOCSCTTY, 0)
