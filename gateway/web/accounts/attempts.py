"""Failed log-ins, counted per account and per address before a password is looked at, kept across restarts.

What an account or an address has to wait is the same whether the account exists. A browser from which the account has
logged in before is counted by itself: strangers' guesses do not keep its owner waiting (OWASP: device cookies).
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv6Address, ip_address, ip_network

from gateway.core.login_pause import FREE_OF_ADDRESS, FREE_OF_ONE, FailedLogins, after_failure, wait_ms
from gateway.db import Database

MOST_SUBJECTS = 4096
"""Of one kind. Where there are more, those with the fewest and oldest failures are forgotten: whoever makes names up
does not make us forget the one that is guessed at."""
_FORGOTTEN_AT_ONCE = 256
_KNOWN = "SELECT failures, last_ms FROM sound_failed_login WHERE kind = ? AND subject = ?"
_IPV6_PREFIX = 64
"""One customer's: who has one address of it has all of them."""


class SubjectKind(StrEnum):
    """The values are the database's."""

    ACCOUNT = "account"
    ADDRESS = "address"
    BROWSER = "browser"


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose failures are counted."""

    kind: SubjectKind
    key: str

    @property
    def free(self) -> int:
        return FREE_OF_ADDRESS if self.kind is SubjectKind.ADDRESS else FREE_OF_ONE


def account_subject(name: str) -> Subject:
    """Of any name that was typed, whether an account has it or not."""
    return Subject(SubjectKind.ACCOUNT, hashlib.sha256(name.encode(errors="backslashreplace")).hexdigest())


def address_subject(address: str) -> Subject:
    return Subject(SubjectKind.ADDRESS, address_group(address))


def browser_subject(token_sha256: str) -> Subject:
    """Of a browser that is known."""
    return Subject(SubjectKind.BROWSER, token_sha256)


def address_group(address: str) -> str:
    """What is counted as one address: an IPv4 address, an IPv6 network of one customer. Anything else as it stands."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ip_network((found, _IPV6_PREFIX), strict=False))
    return str(found)


def admit(connection: sqlite3.Connection, subjects: Sequence[Subject], now_ms: int) -> int:
    """Take a try: it counts as failed until `forgive` says otherwise, so that many at once are counted as many.

    Returns how long to wait, in milliseconds; 0: go on. What has to wait is not counted.
    """
    known = [_known(connection, one) for one in subjects]
    wait = max(wait_ms(failed, one.free, now_ms) for one, failed in zip(subjects, known, strict=True))
    if wait == 0:
        for one, failed in zip(subjects, known, strict=True):
            _keep(connection, one, after_failure(failed, now_ms))
    return wait


def forgive(connection: sqlite3.Connection, subjects: Sequence[Subject]) -> None:
    """The try that was admitted had the right password. Its own count is taken back, and not what was counted before:
    who has an account of his own does not wash an address clean with it. A browser's own mistakes are forgotten."""
    for one in subjects:
        if one.kind is SubjectKind.BROWSER:
            connection.execute(
                "DELETE FROM failed_login WHERE kind = ? AND subject = ?", (SubjectKind.BROWSER.value, one.key)
            )
        else:
            connection.execute(
                "UPDATE failed_login SET failures = max(0, failures - 1) WHERE kind = ? AND subject = ?",
                (one.kind.value, one.key),
            )


def forget_account(connection: sqlite3.Connection, name: str) -> None:
    """Somebody at the box says so."""
    one = account_subject(name)
    connection.execute("DELETE FROM failed_login WHERE kind = ? AND subject = ?", (one.kind.value, one.key))


def waits(database: Database, subject: Subject, now_ms: int) -> int:
    """How long the subject would have to wait now, in milliseconds."""
    rows = database.read(_KNOWN, (subject.kind.value, subject.key))
    return wait_ms(FailedLogins(*rows[0]) if rows else FailedLogins(), subject.free, now_ms)


def _known(connection: sqlite3.Connection, subject: Subject) -> FailedLogins:
    row = connection.execute(_KNOWN, (subject.kind.value, subject.key)).fetchone()
    return FailedLogins() if row is None else FailedLogins(*row)


def _keep(connection: sqlite3.Connection, subject: Subject, failed: FailedLogins) -> None:
    kind = subject.kind.value
    number = connection.execute("SELECT count(*) FROM failed_login WHERE kind = ?", (kind,)).fetchone()[0]
    if number >= MOST_SUBJECTS:
        connection.execute(
            "DELETE FROM failed_login WHERE rowid IN (SELECT rowid FROM failed_login WHERE kind = ? AND subject <> ?"
            " ORDER BY failures, last_ms LIMIT ?)",
            (kind, subject.key, _FORGOTTEN_AT_ONCE),
        )
    # In the place of the old row, not as a change of it: one that is damaged would stay so.
    connection.execute("DELETE FROM failed_login WHERE kind = ? AND subject = ?", (kind, subject.key))
    connection.execute(
        "INSERT INTO failed_login (kind, subject, failures, last_ms) VALUES (?, ?, ?, ?)",
        (kind, subject.key, failed.failures, failed.last_ms),
    )
