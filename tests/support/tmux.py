"""The same command in a window of tmux, a terminal that people use: what stands on its screen counts."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from shlex import quote
from sys import executable

from tests.support.debian import library_path, unpacked
from tests.support.terminal import PROMPT

PACKAGES = ("tmux",)
_LONGEST_WAIT_S = 60.0
_ENDED = "ended with "


class InTmux:
    """`gateway` with these arguments, in a window of its own server."""

    def __init__(self, folder: Path, arguments: Sequence[str | Path], *, columns: int = 100, rows: int = 50) -> None:
        root = unpacked(*PACKAGES)
        self._command = [str(root / "usr/bin/tmux"), "-u", "-f", "/dev/null", "-S", str(folder / "tmux")]
        self._environment = {**library_path(root), "LC_ALL": "C.UTF-8", "TERM": "xterm"}
        words = " ".join(quote(str(one)) for one in (executable, "-m", "gateway", *arguments))
        shell = f"{words}; echo {_ENDED}$?; exec cat"
        self._tmux("new-session", "-d", "-s", "one", "-x", str(columns), "-y", str(rows), shell)

    def prompt(self) -> str | None:
        """The question on the screen; `None`: the command has ended."""
        deadline_s, before = time.monotonic() + _LONGEST_WAIT_S, ""
        while time.monotonic() < deadline_s:
            lines = self.screen().rstrip().splitlines()
            last = lines[-1].rstrip() if lines else ""
            if last.startswith(_ENDED):
                return None
            if last == before and last.endswith(PROMPT.rstrip()):
                return last
            before = last
            time.sleep(0.15)
        raise AssertionError(f"no question came: {self.screen()}")

    def screen(self) -> str:
        """With what has scrolled out of sight."""
        return self._tmux("capture-pane", "-p", "-J", "-S", "-", "-t", "one")

    def type(self, text: str) -> None:
        shown = self.screen().rstrip()  # a full window scrolls by a blank line at once
        if text:
            self._tmux("send-keys", "-t", "one", "-l", "--", text)
        self._tmux("send-keys", "-t", "one", "Enter")
        deadline_s = time.monotonic() + _LONGEST_WAIT_S
        while self.screen().rstrip() == shown and time.monotonic() < deadline_s:
            time.sleep(0.1)

    def ended(self) -> int:
        assert self.prompt() is None, self.screen()
        return int(self.screen().rstrip().rpartition(_ENDED)[2])

    def close(self) -> None:
        self._tmux("kill-server")

    def _tmux(self, *arguments: str) -> str:
        return subprocess.run(
            [*self._command, *arguments], env=self._environment, capture_output=True, text=True, check=True
        ).stdout
