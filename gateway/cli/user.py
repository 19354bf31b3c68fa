"""Who typed a command: kept with what it changes."""

from __future__ import annotations

import getpass
import os


def user_name() -> str:
    """As the system knows it; of one that has a number only (a container's, say) the number."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"user {os.getuid()}"
