"""One try to log in: may it be made, is the password right, and then a new session, all of it in this order.

Whatever is wrong, the answer is the same and takes as long: which accounts there are is not told. Blocking, for some
hundred milliseconds on a slow card: called in a thread.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from gateway.core.role import Role
from gateway.db import Database
from gateway.web.accounts import attempts
from gateway.web.accounts.attempts import Subject, account_subject, address_subject, browser_subject
from gateway.web.accounts.names import account_name
from gateway.web.accounts.passwords import Passwords
from gateway.web.accounts.sessions import Sessions, know_browser, knows_browser, token_sha256
from gateway.web.accounts.store import AccountStore, PageAccount, note_login
from gateway.web.accounts.untold import note_failure

_LONGEST_NAME = 256


@dataclass(frozen=True, slots=True)
class LoginTry:
    """What came with the form. `browser`: the token by which the browser is known, `session`: that of the session which
    it had; empty: none."""

    name: str
    password: str = field(repr=False)
    address: str
    browser: str = field(default="", repr=False)
    session: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class NewSession:
    """Two new tokens for the browser."""

    account: str
    role: Role
    session: str = field(repr=False)
    browser: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class LoginRefused:
    """`wait_ms=0`: name or password is wrong, which of both is not told. Else the try was not looked at: there were too
    many before it."""

    wait_ms: int = 0


class PasswordLogin:
    """The way in. Shared by all threads of a process."""

    def __init__(self, database: Database, passwords: Passwords, sessions: Sessions) -> None:
        self._database = database
        self._passwords = passwords
        self._sessions = sessions
        self._accounts = AccountStore(database)

    def attempt(self, tried: LoginTry, now_ms: int) -> NewSession | LoginRefused:
        """
        Raises:
            PasswordsBusy: too many try at once.
            StoreFull, StoreError: the database cannot be written; nobody can log in.
        """
        account, subjects = self._who(tried, now_ms)
        refused = self._refused(account, subjects, tried, now_ms)
        if account is None or refused is not None:
            return refused or LoginRefused()
        return self._enter(account, subjects, tried, now_ms)

    def change_password(self, tried: LoginTry, new: str, now_ms: int) -> NewSession | LoginRefused:
        """Somebody who is logged in chooses another password, knowing the old one: every session of the account ends,
        and a new one begins. Guesses are counted as at the log-in. `new`: found good by `password_fault`.

        Raises:
            PasswordsBusy, StoreFull, StoreError: nothing was changed.
        """
        account, subjects = self._who(tried, now_ms)
        refused = self._refused(account, subjects, tried, now_ms)
        if account is None or refused is not None:
            return refused or LoginRefused()
        kept = self._passwords.make(new)
        self._accounts.set_password(account.name, kept, now_ms, before=account.password)
        return self._enter(replace(account, password=kept), subjects, tried, now_ms)

    def _refused(
        self, account: PageAccount | None, subjects: Sequence[Subject], tried: LoginTry, now_ms: int
    ) -> LoginRefused | None:
        """`None`: the password is right."""
        with self._database.write() as connection:
            wait_ms = attempts.admit(connection, subjects, now_ms)
        if wait_ms:
            return LoginRefused(wait_ms)
        if self._passwords.is_right(None if account is None else account.password, tried.password):
            return None
        with self._database.write() as connection:
            note_failure(connection, None if account is None else account.name, tried.address, now_ms)
        return LoginRefused()

    def _who(self, tried: LoginTry, now_ms: int) -> tuple[PageAccount | None, Sequence[Subject]]:
        """The account, if there is one, and whose failures count."""
        typed = tried.name[:_LONGEST_NAME]
        name = account_name(typed)
        account = None if name is None else self._accounts.find(name)
        key = None if account is None else knows_browser(self._database, tried.browser, account.id, now_ms)
        if key is not None:
            return account, [browser_subject(key)]
        return account, [account_subject(name or typed), address_subject(tried.address)]

    def _enter(
        self, account: PageAccount, subjects: Sequence[Subject], tried: LoginTry, now_ms: int
    ) -> NewSession | LoginRefused:
        # Made before the transaction: nobody waits for a hash with the database in his hands.
        outdated = self._passwords.is_outdated(account.password)
        password = self._passwords.make(tried.password) if outdated else None
        with self._database.write() as connection:
            if not note_login(connection, account, password, now_ms):
                return LoginRefused()  # it has another password since, or is gone
            attempts.forgive(connection, subjects)
            before = token_sha256(tried.session)
            if before is not None:  # a session that a browser was given before its log-in is worth nothing after it
                connection.execute("DELETE FROM session WHERE token_sha256 = ?", (before,))
            session = self._sessions.begin(connection, account.id, tried.address, now_ms)
            browser = know_browser(connection, token_sha256(tried.browser), account.id, now_ms)
        return NewSession(account.name, account.role, session, browser)
