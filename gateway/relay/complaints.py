"""Which complaints are worth a line: once a minute for each address and reason, whoever tries again and again."""

from __future__ import annotations

_EACH_S = 60.0


class Complaints:
    """Its owner holds the lock."""

    def __init__(self) -> None:
        self._said_s: dict[tuple[str, str], float] = {}

    def is_new(self, address: str, why: str, now_s: float) -> bool:
        """Whether it is to be said now; then it counts as said."""
        self._said_s = {key: at_s for key, at_s in self._said_s.items() if now_s - at_s < _EACH_S}
        if (address, why) in self._said_s:
            return False
        self._said_s[address, why] = now_s
        return True
