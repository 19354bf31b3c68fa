"""Addresses of the page, as somebody comes across them who follows its links."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import parse_qsl, urlsplit

BEGIN = ("/", "/wall", "/login")
MOST_OF_A_KIND = 4
"""Addresses that differ in numbers and days alone, and so are made by the same template: so many of them are enough."""
_NO_PAGE = re.compile(
    r"^/(language|static|api|metrics|live|healthz|logout)\b|\.(docx|xlsx|zip|jsonl?|csv|png|jpg|mkv|svg)\b|format="
)
_VARYING = re.compile(r"\d+(-\d+)*")


def different(paths: Sequence[str]) -> list[str]:
    """Of a page's links, of those that are alike the first and the last: the newest day and the oldest."""
    ends: dict[str, list[str]] = {}
    for path in paths:
        alike = ends.setdefault(_kind(path), [])
        alike[1:] = [path] if alike else []
        if not alike:
            alike.append(path)
    return [path for alike in ends.values() for path in dict.fromkeys(alike)]


class Found:
    """Which of the addresses that were come across are worth a look."""

    def __init__(self) -> None:
        self._kinds: dict[str, int] = {}
        self._met: set[str] = set()

    def is_worth(self, path: str) -> bool:
        """Whether it leads to a page, is new, and not one of many that are alike."""
        if path in self._met or _NO_PAGE.search(path):
            return False
        self._met.add(path)
        kind = _kind(path)
        self._kinds[kind] = self._kinds.get(kind, 0) + 1
        return self._kinds[kind] <= MOST_OF_A_KIND


def _kind(path: str) -> str:
    """What addresses have in common that are made alike."""
    parts = urlsplit(path)
    asked = {name.partition("-")[0] for name, _ in parse_qsl(parts.query)}
    return f"{_VARYING.sub('#', parts.path)}?{'&'.join(sorted(asked))}"
