"""What people may do to a delivery: the words alone, which commands name without opening a database."""

from __future__ import annotations

from enum import StrEnum


class Action(StrEnum):
    RESEND = "resend"
    """Send what was delivered once more; the same bytes that lie there will do."""
    REPLACE = "replace"
    """Send what was delivered once more, or was set aside, over whatever lies there."""
    RELEASE = "release"
    """Let wait again what was set aside, and send again what was accepted, is not proven, and waits for a person."""
    CLOSE = "close"
    """Give up what waits or was set aside: it need not arrive any more, and will go when it is old enough."""
