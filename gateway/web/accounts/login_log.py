"""Who comes and goes at the page, for the log; failures are summed up."""

from __future__ import annotations

import logging

from gateway.core.instants import MINUTE_MS, SECOND_MS
from gateway.core.interfaces import Instant
from gateway.db import Database
from gateway.web.accounts.untold import told, untold_failures

_log = logging.getLogger(__name__)

_TELL_FAILURES_EVERY_S = 10 * MINUTE_MS / SECOND_MS


class LoginLog:
    """See `gateway.web.login_pages.LoginNews`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._told_s: float | None = None

    def came(self, account: str, address: str, now_ms: int) -> None:
        _log.info("logged in account=%s address=%s", account, address)

    def went(self, account: str, address: str, now_ms: int) -> None:
        _log.info("logged out account=%s address=%s", account, address)

    def changed_password(self, account: str, address: str, now_ms: int) -> None:
        _log.info("changed the password account=%s address=%s", account, address)

    def tell_failures(self, now: Instant) -> None:
        """Called again and again; tells every ten minutes at most.

        Raises:
            StoreError: told again later.
        """
        if self._told_s is not None and now.mono_s - self._told_s < _TELL_FAILURES_EVERY_S:
            return
        failures = untold_failures(self._database)
        if not failures:
            return
        for one in failures:
            _log.warning(
                "log-ins failed account=%s address=%s times=%d",
                one.account or "unknown names",
                one.address or "many",
                one.times,
            )
        told(self._database, failures)
        self._told_s = now.mono_s
