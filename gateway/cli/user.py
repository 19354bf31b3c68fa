"""Who typed a command: kept with what it changes."""

from __future__ import annotations

import os
import pwd
from pathlib import Path

_LOGIN = Path("/proc/self/loginuid")
"""Who logged in, as the kernel keeps it through sudo and su."""
_NOBODY = (1 << 32) - 1
_FIRST_PERSON = 1000
"""Accounts below it are root's and services'."""


def user_name(login: Path = _LOGIN) -> str:
    """The person at the keyboard: who logged in, or who called sudo, where the command runs as root or as a service;
    else the account itself. Of one that has a number only (a container's, say) the number.

    An account of a person's own is believed before the environment, which anybody can write.
    """
    own = os.getuid()
    logged_in = _login(login)
    if logged_in is not None:
        return _name(logged_in)
    sudo = os.environ.get("SUDO_USER", "")
    return sudo if own < _FIRST_PERSON and _is_account(sudo) else _name(own)


def _login(file: Path) -> int | None:
    """`None`: nobody did (a service, a container), or the kernel does not tell."""
    try:
        number = int(file.read_text("ascii"))
    except (OSError, ValueError):
        return None
    return None if number in (_NOBODY, 0) else number


def _is_account(name: str) -> bool:
    try:
        return bool(name) and pwd.getpwnam(name).pw_uid != 0
    except (KeyError, ValueError):
        return False


def _name(number: int) -> str:
    try:
        return pwd.getpwuid(number).pw_name
    except (KeyError, OSError):
        return f"user {number}"
