"""The page's accounts. Passwords come here as the texts that `gateway.web.accounts.passwords` makes of them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from gateway.core.errors import GatewayError
from gateway.core.phrase import Phrase
from gateway.core.role import Role
from gateway.db import Database
from gateway.web.accounts import attempts


class NoSuchAccount(GatewayError):
    """Nobody has that name."""


class AccountExists(GatewayError):
    """Somebody has that name already."""


@dataclass(frozen=True, slots=True)
class PageAccount:
    """`login_ms=None`: it has never logged in."""

    id: int
    name: str
    role: Role
    password: str = field(repr=False)
    made_ms: int
    password_ms: int
    login_ms: int | None


_COLUMNS = "id, name, role, password, made_ms, password_ms, login_ms"


class AccountStore:
    """Writes the table `account`, and whatever has to go with an account."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> list[PageAccount]:
        """By name."""
        rows = self._database.read(f"SELECT {_COLUMNS} FROM sound_account ORDER BY name")  # noqa: S608 - our columns
        return self._database.objects("account", rows, _account)

    def find(self, name: str) -> PageAccount | None:
        """`name`: as `account_name` makes it."""
        rows = self._database.read(
            f"SELECT {_COLUMNS} FROM sound_account WHERE name = ?",  # noqa: S608 - our columns
            (name,),
        )
        found = self._database.objects("account", rows, _account)
        return found[0] if found else None

    def add(self, name: str, role: Role, password: str, now_ms: int) -> None:
        """In the place of a damaged one of that name, too.

        Raises:
            AccountExists: by that name.
        """
        with self._database.write() as connection:
            row = connection.execute("SELECT id FROM account WHERE name = ?", (name,)).fetchone()
            if row is not None and connection.execute("SELECT 1 FROM sound_account WHERE id = ?", row).fetchone():
                raise AccountExists(
                    Phrase(
                        "there is an account {name} already; gateway web user passwd {name} gives it another password",
                        name=name,
                    )
                )
            if row is not None:
                _remove(connection, row[0])
            connection.execute(
                "INSERT INTO account (name, role, password, made_ms, password_ms) VALUES (?, ?, ?, ?, ?)",
                (name, role.value, password, now_ms, now_ms),
            )
            attempts.forget_account(connection, name)

    def set_password(self, name: str, password: str, now_ms: int, *, before: str | None = None) -> None:
        """Ends every session of the account, forgets its browsers, and lets it try at once. `before`: only in the place
        of this one.

        Raises:
            NoSuchAccount: or it has another password since.
        """
        with self._of(name) as (connection, account):
            kept = connection.execute("SELECT password FROM account WHERE id = ?", (account,)).fetchone()[0]
            if before not in (None, kept):
                raise NoSuchAccount(Phrase("somebody else has just changed the password of {name}", name=name))
            connection.execute(
                "UPDATE account SET password = ?, password_ms = ? WHERE id = ?", (password, now_ms, account)
            )
            _end_everything(connection, account)
            attempts.forget_account(connection, name)

    def set_role(self, name: str, role: Role) -> None:
        """Whoever is logged in has it from the next page on.

        Raises:
            NoSuchAccount
        """
        with self._of(name) as (connection, account):
            connection.execute("UPDATE account SET role = ? WHERE id = ?", (role.value, account))

    def remove(self, name: str) -> None:
        """Ends every session of the account.

        Raises:
            NoSuchAccount
        """
        with self._of(name) as (connection, account):
            _remove(connection, account)
            attempts.forget_account(connection, name)

    @contextmanager
    def _of(self, name: str) -> Iterator[tuple[sqlite3.Connection, int]]:
        """From the table itself: a damaged account, too, can be removed."""
        with self._database.write() as connection:
            row = connection.execute("SELECT id FROM account WHERE name = ?", (name,)).fetchone()
            if row is None:
                raise NoSuchAccount(
                    Phrase("there is no account {name}; gateway web user list shows those that there are", name=name)
                )
            yield connection, row[0]


def note_login(connection: sqlite3.Connection, account: PageAccount, password: str | None, now_ms: int) -> bool:
    """The account has logged in. `password`: the same one as another text, where costs have changed. Tells whether it
    still has the password that was looked at; if not, nothing was written."""
    changed = connection.execute(
        "UPDATE account SET login_ms = ?, password = ? WHERE id = ? AND password = ?",
        (now_ms, account.password if password is None else password, account.id, account.password),
    )
    return changed.rowcount == 1


def _remove(connection: sqlite3.Connection, account: int) -> None:
    _end_everything(connection, account)
    connection.execute("DELETE FROM account WHERE id = ?", (account,))


def _end_everything(connection: sqlite3.Connection, account: int) -> None:
    connection.execute("DELETE FROM session WHERE account = ?", (account,))
    connection.execute("DELETE FROM known_browser WHERE account = ?", (account,))


def _account(
    number: int, name: str, role: str, password: str, made_ms: int, password_ms: int, login_ms: int | None
) -> PageAccount:
    return PageAccount(number, name, Role(role), password, made_ms, password_ms, login_ms)
