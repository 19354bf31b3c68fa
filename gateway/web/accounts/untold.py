"""Failed log-ins until the journal is told of them: summed up by account and address, so that who guesses for a night
does not fill it. A name that no account has is not kept: people type passwords there."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from gateway.db import Database
from gateway.web.accounts.attempts import address_group

MOST_ROWS = 64
"""Addresses beyond that are told together."""


@dataclass(frozen=True, slots=True)
class FailedTries:
    """Of one account and address. `account=None`: names that no account has; `address=None`: several."""

    account: str | None
    address: str | None
    times: int
    first_ms: int
    last_ms: int


def note_failure(connection: sqlite3.Connection, account: str | None, address: str, now_ms: int) -> None:
    group = address_group(address)
    is_new = (
        connection.execute(
            "SELECT 1 FROM untold_login WHERE account = ? AND address = ?", (account or "", group)
        ).fetchone()
        is None
    )
    if is_new and connection.execute("SELECT count(*) FROM untold_login").fetchone()[0] >= MOST_ROWS:
        group = ""
    connection.execute(
        "INSERT INTO untold_login (account, address, times, first_ms, last_ms) VALUES (?, ?, 1, ?, ?)"
        " ON CONFLICT (account, address) DO UPDATE SET times = times + 1, last_ms = excluded.last_ms",
        (account or "", group, now_ms, now_ms),
    )


def untold_failures(database: Database) -> list[FailedTries]:
    rows = database.read("SELECT account, address, times, first_ms, last_ms FROM sound_untold_login ORDER BY first_ms")
    return [
        FailedTries(account or None, address or None, times, first, last)
        for account, address, times, first, last in rows
    ]


def told(database: Database, failures: list[FailedTries]) -> None:
    """The journal has been told of these; what was added since then stays."""
    with database.write() as connection:
        for one in failures:
            key = (one.account or "", one.address or "")
            connection.execute(
                "DELETE FROM untold_login WHERE account = ? AND address = ? AND times = ?", (*key, one.times)
            )
            connection.execute(
                "UPDATE untold_login SET times = times - ?, first_ms = ? WHERE account = ? AND address = ?",
                (one.times, one.last_ms, *key),
            )
