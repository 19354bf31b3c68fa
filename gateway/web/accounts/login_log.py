"""Who comes and goes at the page: into the log at once, and into the station's journal as requests that the daemon
carries out. Failures are summed up, and so is whoever comes and goes all the time. Nobody is kept out because it could
not be told."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from gateway.acts.outcomes import ActOutcomes
from gateway.acts.request_folder import RequestFolder, RequestNotLeft, new_id
from gateway.core.act import ActRequest, NoteLogin
from gateway.core.errors import GatewayError
from gateway.core.instants import HOUR_MS, MINUTE_MS, SECOND_MS
from gateway.core.interfaces import Instant
from gateway.core.login_state import LoginState
from gateway.core.role import Role
from gateway.db import Database
from gateway.web.accounts.store import AccountStore
from gateway.web.accounts.untold import told, untold_failures

_log = logging.getLogger(__name__)

_TELL_FAILURES_EVERY_S = 10 * MINUTE_MS / SECOND_MS
_MOST_AN_HOUR = 12
"""Log-ins of one account, and so many log-outs; the next one that is told says how many there were."""
_UNKNOWN = "?"
"""Stands for names that no account has, and (address) for many; no account can have it."""


@dataclass(slots=True)
class _Told:
    """Of one account and state."""

    times_ms: list[int] = field(default_factory=list)
    left_out: int = 0
    since_ms: int = 0


class LoginLog:
    """See `gateway.web.login_pages.LoginNews`."""

    def __init__(
        self, accounts: Database, folder: RequestFolder, station: Callable[[], AbstractContextManager[Database]]
    ) -> None:
        """`station`: the daemon's database, which says which requests were carried out."""
        self._accounts = accounts
        self._folder = folder
        self._station = station
        self._told_s: float | None = None
        self._of: dict[tuple[str, LoginState], _Told] = {}

    def came(self, account: str, role: Role, address: str, now_ms: int) -> None:
        _log.info("logged in account=%s address=%s", account, address)
        self._tell(LoginState.LOGGED_IN, account, role, address, now_ms)

    def went(self, account: str, role: Role, address: str, now_ms: int) -> None:
        _log.info("logged out account=%s address=%s", account, address)
        self._tell(LoginState.LOGGED_OUT, account, role, address, now_ms)

    def changed_password(self, account: str, role: Role, address: str, now_ms: int) -> None:
        _log.info("changed the password account=%s address=%s", account, address)
        self._tell(LoginState.PASSWORD, account, role, address, now_ms)

    def tell_failures(self, now: Instant) -> None:
        """Called again and again; tells every ten minutes at most, and removes requests that were carried out.

        Raises:
            StoreError: of the accounts' database; told again later.
        """
        self._tidy()
        if self._told_s is not None and now.mono_s - self._told_s < _TELL_FAILURES_EVERY_S:
            return
        failures = untold_failures(self._accounts)
        if not failures:
            return
        roles = {one.name: one.role for one in AccountStore(self._accounts).all()}
        for one in failures:
            name, address = one.account or _UNKNOWN, one.address or _UNKNOWN
            _log.warning("log-ins failed account=%s address=%s times=%d", name, address, one.times)
            note = NoteLogin(LoginState.REFUSED, address, one.times, one.first_ms)
            if not self._leave(name, roles.get(name, Role.VIEWER), note, one.last_ms):
                return  # they stay, and are told with what comes
        told(self._accounts, failures)
        self._told_s = now.mono_s

    def _tell(self, state: LoginState, account: str, role: Role, address: str, now_ms: int) -> None:
        of = self._of.setdefault((account, state), _Told())
        of.times_ms = [one for one in of.times_ms if 0 <= now_ms - one < HOUR_MS]
        since_ms = of.since_ms if of.left_out else now_ms
        is_told = len(of.times_ms) < _MOST_AN_HOUR and self._leave(
            account, role, NoteLogin(state, address, of.left_out + 1, since_ms), now_ms
        )
        if is_told:
            of.times_ms.append(now_ms)
            of.left_out = 0
        else:
            of.since_ms = since_ms
            of.left_out += 1

    def _leave(self, account: str, role: Role, note: NoteLogin, at_ms: int) -> bool:
        try:
            self._folder.leave(ActRequest(new_id(), at_ms, account, role, "", note))
        except RequestNotLeft as error:
            _log.warning("the journal cannot be told who logs in error=%r", str(error))
            return False
        return True

    def _tidy(self) -> None:
        try:
            ids = self._folder.ids()
            if ids:
                with self._station() as database:
                    self._folder.remove(ActOutcomes(database).settled(ids))
        except (OSError, GatewayError) as error:
            _log.debug("requests that were carried out cannot be removed now error=%r", str(error))
