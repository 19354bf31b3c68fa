"""From nothing to a logged-in FTP connection: connect, greeting, TLS, user and password, settings.

| what happens | means |
|---|---|
| no connection, connection lost, no reply in time, 4xx | `DeliveryDeferred` |
| certificate unknown, expired, for another name; no TLS, or none since version 1.2 | `DestinationRejected` |
| 5xx at greeting, log-in or protection | `DestinationRejected` |
| 421 at greeting or log-in, or words that speak of too many connections | `Crowded`, which is a `DeliveryDeferred` |

No message repeats the password, even if the server does.
"""

from __future__ import annotations

import ftplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from gateway.core.errors import Crowded, DeliveryDeferred, DestinationRejected
from gateway.uplinks.ftp.replies import code
from gateway.uplinks.ftp.session import FtpSession
from gateway.uplinks.publish import one_line
from gateway.uplinks.tls import SeenUntil, insecure, rules, tell

_CROWDED = ("too many", "maximum", "limit", "already logged", "already connected")


class Tls(Enum):
    NONE = "ftp"
    EXPLICIT = "ftps"
    IMPLICIT = "ftps-implicit"


@dataclass(frozen=True, slots=True)
class FtpAccount:
    """Whom to log in. The password is asked for when it is needed and not kept."""

    user: str
    password: Callable[[], str]


@dataclass(frozen=True, slots=True)
class Protection:
    """How the connection is protected. Certificates are checked against `ca`, or the system's authorities, and whoever
    watches over their last day is told of it."""

    tls: Tls
    ca: Path | None = None
    seen_until: SeenUntil | None = None

    def context(self, where: str) -> ssl.SSLContext | None:
        """The rules for TLS; `None` for none.

        Raises:
            DestinationRejected: `ca` cannot be used.
        """
        if self.tls is Tls.NONE:
            return None
        return rules(self.ca, where)


@dataclass(frozen=True, slots=True)
class FtpServer:
    """Where to go and how. `path` is the base folder as the server names it; empty, or beginning with `/~`, is below
    the log-in folder."""

    host: str
    port: int
    path: str
    account: FtpAccount
    protection: Protection
    passive: bool = True
    """Whether we make the data connections; else the server does, to a port of ours."""

    def __str__(self) -> str:
        return f"{self.protection.tls.value} {self.host}:{self.port}"


def log_in(session: FtpSession, server: FtpServer) -> None:
    """Bring a new session to where files can be stored.

    Raises:
        DeliveryDeferred: no connection, or not now; `Crowded` if only the others are in the way.
        DestinationRejected: the server does not let us in, or is not the server we know.
        ftplib.Error, EOFError, OSError: the connection failed, or an answer does not fit.
    """
    where, protection = str(server), server.protection
    try:
        session.connect_to(server.host, server.port)
    except OSError as error:
        raise DeliveryDeferred(f"{where}: no connection ({one_line(str(error))})") from error
    _protect(session, protection, where)
    tell(protection.seen_until, session.secured)
    _identify(session, server.account, where)
    try:
        if protection.tls is not Tls.NONE:
            session.voidcmd("PBSZ 0")
            session.voidcmd("PROT P")
        session.voidcmd("TYPE I")  # sizes are of the bytes as they are
    except ftplib.error_perm as error:
        raise DestinationRejected(f"{where}: the server does not protect the data ({one_line(str(error))})") from error


def _protect(session: FtpSession, protection: Protection, where: str) -> None:
    try:
        if protection.tls is Tls.IMPLICIT:
            session.secure()
        session.greet()
    except ftplib.error_perm as error:
        raise DestinationRejected(f"{where}: the server sends us away ({one_line(str(error))})") from error
    except ftplib.error_temp as error:
        raise Crowded(f"{where}: the server takes nobody now ({one_line(str(error))})") from error
    except ssl.SSLError as error:
        raise insecure(error, where) from error
    if protection.tls is not Tls.EXPLICIT:
        return
    try:
        session.voidcmd("AUTH TLS")
        session.secure()
    except ftplib.error_perm as error:
        raise DestinationRejected(
            f"{where}: the server offers no TLS ({one_line(str(error))}); ask the authority for ftps or sftp"
        ) from error
    except ssl.SSLError as error:
        raise insecure(error, where) from error


def _identify(session: FtpSession, account: FtpAccount, where: str) -> None:
    password = account.password()
    if "\r" in password or "\n" in password:
        raise DestinationRejected(f"{where}: the password holds a line break, which FTP cannot send")
    verdict: DeliveryDeferred | DestinationRejected
    try:
        session.login(account.user, password)
    except ftplib.error_perm as error:
        said = one_line(str(error), password)
        if any(word in said.lower() for word in _CROWDED):
            verdict = Crowded(f"{where}: the server is crowded ({said})")
        else:
            verdict = DestinationRejected(
                f"{where}: the server refuses user {account.user} with this password ({said});"
                " check both with the authority"
            )
    except ftplib.Error as error:
        said = one_line(str(error), password)
        not_now = f"{where}: no log-in now ({said})"
        verdict = Crowded(not_now) if code(said) == "421" else DeliveryDeferred(not_now, by_server=True)
    else:
        return
    raise verdict  # outside the handlers: the foreign error may hold the password in the server's echo
