"""What a server says at a log-in that goes well, where it is of the end of the password or of the account: nobody else
says it in time."""

from __future__ import annotations

import re

from gateway.uplinks.publish import one_line

_OF_US = re.compile(r"passw(?:or)?d|account|credential|mật khẩu|tài khoản", re.IGNORECASE)
_ENDS = re.compile(
    r"expir|must (?:be )?chang|(?:change|renew|reset) (?:it|your|the)\b"
    r"|will be (?:disabled|locked|closed|deactivated|suspended|deleted)|hết hạn|đổi mật khẩu",
    re.IGNORECASE,
)
_NEVER = re.compile(r"\b(?:never|not) expire|không (?:bao giờ )?hết hạn", re.IGNORECASE)


def warning_in(words: str, secret: str = "") -> str:
    """The line of a welcome that warns, without the secret; empty: none does."""
    for line in words.splitlines():
        if _OF_US.search(line) and _ENDS.search(line) and not _NEVER.search(line):
            return one_line(line, secret)
    return ""
