"""A part of the station as a process of its own, as systemd would start it, its log in the demo's folder."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

from gateway.core.errors import GatewayError
from gateway.core.phrase import Phrase

STOP_WITHIN_S = 15.0


class Child:
    """`gateway COMMAND`, from its making until it is stopped."""

    def __init__(self, name: str, command: tuple[str, ...], configuration: Path, log_file: Path) -> None:
        with log_file.open("wb") as log:
            self._child = subprocess.Popen(
                [sys.executable, "-m", "gateway", *command, "--config", str(configuration)],
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._name = name
        self._log_file = log_file

    def check(self) -> None:
        """Raises GatewayError if it has ended by itself."""
        if self._child.poll() is not None:
            raise GatewayError(ended_with(self._name, self._child.returncode, self._log_file))

    def stop(self) -> int:
        """End it as systemd would. Returns its exit code."""
        self._child.send_signal(signal.SIGTERM)
        try:
            return self._child.wait(STOP_WITHIN_S)
        except subprocess.TimeoutExpired:
            self._child.kill()
            return self._child.wait()


def ended_with(name: str, code: int, log_file: Path) -> Phrase:
    """What is said of a part that ended otherwise than it should."""
    return Phrase("{part}: ended with {code}, see {log}", part=name, code=code, log=log_file)
