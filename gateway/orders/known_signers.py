"""Who signs orders, as the daemon saw it last: for `gateway status`, the page and metrics, which read no keys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gateway.core.instants import DAY_MS
from gateway.core.validity import ValidityState
from gateway.db import Database

WARN_FOR_MS = 30 * DAY_MS
"""So long before the end of a certificate people are told of it."""


@dataclass(frozen=True, slots=True)
class OrderSigner:
    """`holder`, `from_ms`, `until_ms`: whom its certificate names, and when it is valid; `None`: it was never read.
    `trouble`: why it cannot sign; `None`: it can."""

    role: str
    holder: str | None
    from_ms: int | None
    until_ms: int | None
    trouble: str | None

    def state(self, now_ms: int) -> ValidityState | None:
        """Of its certificate; `None`: nobody knows."""
        if self.until_ms is None:
            return None
        if now_ms > self.until_ms:
            return ValidityState.ENDED
        return ValidityState.ENDING if self.until_ms - now_ms <= WARN_FOR_MS else ValidityState.VALID


def known_signers(database: Database) -> list[OrderSigner]:
    """In the order of their roles."""
    rows = database.read("SELECT role, holder, from_ms, until_ms, trouble FROM sound_order_signer ORDER BY role")
    return [OrderSigner(*row) for row in rows]


def keep_signers(database: Database, signers: Sequence[OrderSigner]) -> bool:
    """These and no others; nothing is written where nothing is new. Returns whether something was."""
    wanted = sorted(signers, key=lambda one: one.role)
    if known_signers(database) == wanted:
        return False
    with database.write() as connection:
        connection.execute("DELETE FROM order_signer")
        connection.executemany(
            "INSERT INTO order_signer (role, holder, from_ms, until_ms, trouble) VALUES (?, ?, ?, ?, ?)",
            [(one.role, one.holder, one.from_ms, one.until_ms, one.trouble) for one in wanted],
        )
    return True
