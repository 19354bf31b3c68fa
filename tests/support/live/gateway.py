"""`gateway` as processes: the daemon, and the commands beside it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.support.live.warm_command import WarmCommand

PROJECT = Path(__file__).parents[3]


@dataclass(frozen=True, slots=True)
class Stopped:
    """How a daemon ended: its exit code, and how long that took."""

    code: int
    took_s: float


class RunningGateway:
    """`gateway run`, or another command that runs on, with its output appended to `log`; ended by `stop` (SIGTERM) or
    `kill` (kill -9)."""

    def __init__(
        self,
        configuration: Path,
        log: Path,
        environment: Mapping[str, str] | None = None,
        command: Sequence[str] = ("run",),
    ) -> None:
        self.log = log
        with log.open("ab") as output:
            self._child = subprocess.Popen(
                [sys.executable, "-m", "gateway", *command, "--config", str(configuration)],
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, **(environment or {})},
            )

    @property
    def pid(self) -> int:
        return self._child.pid

    def check(self) -> None:
        """Fails, with its last words, if it has ended by itself."""
        if self._child.poll() is not None:
            last_words = self.log.read_text(errors="replace")[-2000:]
            raise AssertionError(f"the gateway ended by itself with {self._child.returncode}: {last_words}")

    def stop(self, within_s: float = 30.0) -> Stopped:
        """End it as systemd does. Whoever is still there after `within_s` is killed, and that is its code."""
        began_s = time.monotonic()
        self._child.send_signal(signal.SIGTERM)
        try:
            self._child.wait(within_s)
        except subprocess.TimeoutExpired:
            self._child.kill()
        return Stopped(self._child.wait(), time.monotonic() - began_s)

    def kill(self) -> None:
        self._child.kill()
        self._child.wait()


def wait_between_deliveries(slot_s: float = 10.0) -> None:
    """Until the newest slot's files have arrived and the next one is not closed yet: 5 to 8 s after its end. What is
    stopped in the middle of a file leaves its temporary name at the far end."""
    into_s = time.time() % slot_s
    if not 5.0 <= into_s <= 8.0:
        time.sleep((5.0 - into_s) % slot_s)


_started: set[str] = set()
"""Commands that were started from nothing, by their first word."""
_idle: set[WarmCommand] = set()
_choosing = threading.Lock()


def command(*arguments: str | Path, timeout_s: float = 60.0) -> subprocess.CompletedProcess[str]:
    """Run `gateway` with these arguments to its end: each command once as a person does, then forked off a program that
    is loaded already, where nothing that a process inherits differs."""
    words = [str(word) for word in arguments]
    if (name := words[0] if words else "") in _started and Path.cwd() == PROJECT:
        with _choosing:
            warm = next((one for one in _idle if one.fits()), None) or WarmCommand()
            _idle.discard(warm)
        try:
            return warm.run(words, timeout_s)
        finally:
            _idle.add(warm)
    _started.add(name)
    return subprocess.run(
        [sys.executable, "-m", "gateway", *words], capture_output=True, text=True, timeout=timeout_s, check=False
    )
