"""Who starts and stops the units of systemd that ask for a name and a password."""

from __future__ import annotations

import logging
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

_log = logging.getLogger(__name__)
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
    return Systemctl() if root == Path("/") and Path("/run/systemd/system").is_dir() else NoUnits()


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
