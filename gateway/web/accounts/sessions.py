"""Who is logged in. The browser holds a random token; the database holds its SHA-256 and everything else.

A session ends when nobody used it for a while, when it is old, when its account logs out, gets another password or is
removed, and when the clock was set back to before it began: then nobody knows how old it is. Which role somebody has is
read anew each time.
"""

from __future__ import annotations

import hashlib
import logging
import re
import secrets
import sqlite3
from dataclasses import dataclass

from gateway.core.errors import StoreError
from gateway.core.instants import DAY_MS, HOUR_MS, MINUTE_MS
from gateway.core.role import Role
from gateway.db import Database

_log = logging.getLogger(__name__)

IDLE_MS = 2 * HOUR_MS
LONGEST_MS = 12 * HOUR_MS
"""A day's work; with the shorter one above it is what OWASP's ASVS asks for a page like this one (3.3.2)."""
MOST_OF_ONE_ACCOUNT = 16
"""Sessions; the one that was used least lately gives way."""
SEEN_EVERY_MS = 5 * MINUTE_MS
"""How exactly it is written down when a session was used: the card is spared."""
BROWSER_KNOWN_MS = 180 * DAY_MS
MOST_BROWSERS = 16
"""Of one account that are known."""
_TOKEN_BYTES = 32
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)


@dataclass(frozen=True, slots=True)
class PageSession:
    """Somebody who is logged in, as of now. `key` stands for the session here; who knows it has not got the token."""

    key: str
    account: str
    role: Role
    began_ms: int


def new_token() -> str:
    """256 random bits, as a cookie can hold them."""
    return secrets.token_urlsafe(_TOKEN_BYTES)


def token_sha256(token: str) -> str | None:
    """What is kept of a token; `None`: it cannot be one of ours."""
    return hashlib.sha256(token.encode()).hexdigest() if _TOKEN.fullmatch(token) else None


class Sessions:
    """Writes the tables `session` and `known_browser`."""

    def __init__(self, database: Database, *, idle_ms: int = IDLE_MS, longest_ms: int = LONGEST_MS) -> None:
        self._database = database
        self._idle_ms = idle_ms
        self.longest_ms = longest_ms

    def find(self, token: str, now_ms: int) -> PageSession | None:
        """Who is logged in by that token; `None`: nobody is, any more. Notes that it was used."""
        key = token_sha256(token)
        if key is None:
            return None
        rows = self._database.read(
            "SELECT account.name, account.role, session.began_ms, session.seen_ms FROM sound_session AS session"
            " JOIN sound_account AS account ON account.id = session.account WHERE session.token_sha256 = ?",
            (key,),
        )
        if not rows:
            return None
        name, role, began_ms, seen_ms = rows[0]
        if not self._lasts(began_ms, seen_ms, now_ms):
            return None
        if abs(now_ms - seen_ms) >= SEEN_EVERY_MS:
            self._note_seen(key, now_ms)
        return PageSession(key, name, Role(role), began_ms)

    def end(self, token: str) -> None:
        """Somebody logs out."""
        key = token_sha256(token)
        if key is not None:
            with self._database.write() as connection:
                connection.execute("DELETE FROM session WHERE token_sha256 = ?", (key,))

    def lasting(self, now_ms: int) -> dict[str, int]:
        """PageAccount → how many sessions it has now."""
        rows = self._database.read(
            "SELECT account.name, session.began_ms, session.seen_ms FROM sound_session AS session"
            " JOIN sound_account AS account ON account.id = session.account"
        )
        found: dict[str, int] = {}
        for name, began_ms, seen_ms in rows:
            if self._lasts(began_ms, seen_ms, now_ms):
                found[name] = found.get(name, 0) + 1
        return found

    def begin(self, connection: sqlite3.Connection, account: int, address: str, now_ms: int) -> str:
        """A new session, in the transaction of its log-in. Returns the token. Sessions that are over are removed."""
        connection.execute(
            "DELETE FROM session WHERE began_ms <= ? OR seen_ms <= ? OR began_ms > ?",
            (now_ms - self.longest_ms, now_ms - self._idle_ms, now_ms),
        )
        connection.execute(
            "DELETE FROM session WHERE account = ? AND rowid NOT IN"
            " (SELECT rowid FROM session WHERE account = ? ORDER BY seen_ms DESC LIMIT ?)",
            (account, account, MOST_OF_ONE_ACCOUNT - 1),
        )
        token = new_token()
        connection.execute(
            "INSERT INTO session (token_sha256, account, address, began_ms, seen_ms) VALUES (?, ?, ?, ?, ?)",
            (token_sha256(token), account, address, now_ms, now_ms),
        )
        return token

    def _lasts(self, began_ms: int, seen_ms: int, now_ms: int) -> bool:
        return 0 <= now_ms - began_ms < self.longest_ms and now_ms - seen_ms < self._idle_ms

    def _note_seen(self, key: str, now_ms: int) -> None:
        try:
            with self._database.write() as connection:
                connection.execute("UPDATE session SET seen_ms = ? WHERE token_sha256 = ?", (now_ms, key))
        except StoreError as error:  # a full card: who is logged in goes on looking
            _log.warning("the use of a session cannot be noted error=%r", str(error))


def knows_browser(database: Database, token: str, account: int, now_ms: int) -> str | None:
    """Under which key the browser with that token is known as one of the account's; `None`: it is not."""
    key = token_sha256(token)
    if key is None:
        return None
    rows = database.read(
        "SELECT seen_ms FROM sound_known_browser WHERE token_sha256 = ? AND account = ?",
        (key, account),
    )
    return key if rows and now_ms - rows[0][0] < BROWSER_KNOWN_MS else None


def know_browser(connection: sqlite3.Connection, before: str | None, account: int, now_ms: int) -> str:
    """Somebody has logged in from a browser: returns the token by which it is known from now on. `before`: the key by
    which it was."""
    connection.execute(
        "DELETE FROM known_browser WHERE token_sha256 = ? OR seen_ms <= ?", (before or "", now_ms - BROWSER_KNOWN_MS)
    )
    connection.execute(
        "DELETE FROM known_browser WHERE account = ? AND rowid NOT IN"
        " (SELECT rowid FROM known_browser WHERE account = ? ORDER BY seen_ms DESC LIMIT ?)",
        (account, account, MOST_BROWSERS - 1),
    )
    token = new_token()
    connection.execute(
        "INSERT INTO known_browser (token_sha256, account, seen_ms) VALUES (?, ?, ?)",
        (token_sha256(token), account, now_ms),
    )
    return token
