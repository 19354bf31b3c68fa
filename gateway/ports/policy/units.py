"""Units of systemd that are masked until the machine starts again: who would ask for a name and a password at a closed
serial port or screen."""

from __future__ import annotations

import logging
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

from gateway.ports.policy.state_folder import told

_log = logging.getLogger(__name__)
_FOLDER = "run/systemd/system"
_WITHIN_S = 30


class UnitControl(Protocol):
    """Who starts and stops units."""

    def running(self, units: Iterable[str]) -> list[str]:
        """Those that are running now."""

    def reload(self) -> None:
        """What is masked was changed."""

    def stop(self, units: Iterable[str]) -> None:
        """Have them stopped, without waiting for it."""

    def start(self, units: Iterable[str]) -> None:
        """Have them started, without waiting for it."""


class Systemctl:
    """The machine's systemd. What it cannot do is logged: a door less for a person is no reason to leave the others
    open; the read-back finds it."""

    def running(self, units: Iterable[str]) -> list[str]:
        names = list(units)
        states = _systemctl("is-active", *names).splitlines() if names else []
        return [name for name, state in zip(names, states, strict=False) if state in ("active", "activating")]

    def reload(self) -> None:
        _systemctl("daemon-reload")

    def stop(self, units: Iterable[str]) -> None:
        _systemctl("stop", "--no-block", *units)

    def start(self, units: Iterable[str]) -> None:
        _systemctl("start", "--no-block", *units)


class NoUnits:
    """Where systemd runs nothing: a container, a simulated box."""

    def running(self, units: Iterable[str]) -> list[str]:
        return []

    def reload(self) -> None:
        pass

    def stop(self, units: Iterable[str]) -> None:
        pass

    def start(self, units: Iterable[str]) -> None:
        pass


def unit_control(root: Path) -> UnitControl:
    """Of the machine, where `root` is its own and systemd runs it."""
    return Systemctl() if root == Path("/") and Path("/", _FOLDER).is_dir() else NoUnits()


class UnitMasks:
    """Below `root`. A mask is a link of the unit's name to /dev/null."""

    def __init__(self, root: Path) -> None:
        self._folder = root / _FOLDER

    def is_masked(self, unit: str) -> bool:
        try:
            return str((self._folder / unit).readlink()) == "/dev/null"
        except OSError:
            return False

    def mask(self, unit: str) -> bool:
        """Tells whether it was not masked yet. Raises GatewayError: it cannot be."""
        if self.is_masked(unit):
            return False
        with told(self._folder / unit):
            self._folder.mkdir(parents=True, exist_ok=True)
            beside = self._folder / f".{unit}.new"
            beside.unlink(missing_ok=True)
            beside.symlink_to("/dev/null")
            beside.replace(self._folder / unit)
        return True

    def unmask(self, unit: str) -> bool:
        """Tells whether it was masked. What else stands there stays. Raises GatewayError: it cannot be taken away."""
        if not self.is_masked(unit):
            return False
        with told(self._folder / unit):
            (self._folder / unit).unlink(missing_ok=True)
        return True


def _systemctl(*arguments: str) -> str:
    try:
        done = subprocess.run(
            ["systemctl", *arguments], capture_output=True, text=True, timeout=_WITHIN_S, check=False, errors="replace"
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        _log.error("systemctl cannot be asked what=%s error=%r", arguments[0], str(error))
        return ""
    if done.returncode != 0 and arguments[0] != "is-active":
        _log.error("systemctl refuses it what=%s error=%r", arguments[0], " ".join(done.stderr.split())[:300])
    return done.stdout
