"""What the journal tells of the page's accounts."""

from __future__ import annotations

from enum import StrEnum


class LoginState(StrEnum):
    """What happened at the page's door."""

    LOGGED_IN = "in"
    LOGGED_OUT = "out"
    REFUSED = "refused"
    """A wrong name or password, so many times; `LOCKED`: nobody is asked any more for a while."""
    LOCKED = "locked"
    PASSWORD = "password"  # noqa: S105 - no password
    """Somebody changed his own."""
    ADDED = "added"
    """At the box (`gateway web user`), as the next three: an account, its password, its role, its end."""
    RESET = "reset"
    ROLE = "role"
    REMOVED = "removed"
