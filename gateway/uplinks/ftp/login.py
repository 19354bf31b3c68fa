"""From nothing to a logged-in FTP connection: connect, greeting, TLS, user and password, settings.

| what happens | means |
|---|---|
| no connection, connection lost, no reply in time, 4xx | `DeliveryDeferred` |
| certificate unknown, expired, for another name; no TLS, or none since version 1.2 | `DestinationRejected` |
| somebody else's greeting: SSH, a web server, mail; TLS where there should be none, none where there should be |
`DestinationRejected` |
| 5xx at greeting or protection | `DestinationRejected` |
| 4xx at greeting | `Crowded`, which is a `DeliveryDeferred` |
| user or password is not accepted | see `refusals` |

No message repeats the password, even if the server does.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from gateway.core.errors import Crowded, DeliveryDeferred, DestinationRejected
from gateway.core.phrase import Phrase
from gateway.uplinks.first_words import Speaker, speaker_of, wrong_port
from gateway.uplinks.ftp.control import ControlConnection, done
from gateway.uplinks.ftp.refusals import not_let_in
from gateway.uplinks.ftp.replies import FtpError
from gateway.uplinks.login_warning import warning_in
from gateway.uplinks.publish import one_line
from gateway.uplinks.tls import SeenUntil, client_context, client_hello, report_certificate
from gateway.uplinks.tls_client import TlsClient
from gateway.uplinks.tls_verdicts import handshake_error


class Tls(Enum):
    NONE = "ftp"
    EXPLICIT = "ftps"
    IMPLICIT = "ftps-implicit"


@dataclass(frozen=True, slots=True)
class FtpServer:
    """Where to go, how, and who we are. `path` is the base folder as the server names it; empty, or beginning with
    `/~`, is below the log-in folder. The password is asked for when it is needed and not kept; `None`: our certificate
    is all that we have."""

    host: str
    port: int
    path: str
    user: str
    password: Callable[[], str] | None
    tls: Tls
    ca: Path | None = None
    """Against which certificates are checked; `None`: the system's authorities."""
    seen_until: SeenUntil | None = None
    passive: bool = True
    """Whether we make the data connections; else the server does, to a port of ours."""
    pins: tuple[str, ...] = ()
    """Fingerprints of certificates: any of them will do, and nothing else."""
    client: TlsClient | None = None

    def __str__(self) -> str:
        return f"{self.tls.value} {self.host}:{self.port}"


def log_in(control: ControlConnection, server: FtpServer) -> ssl.SSLContext | None:
    """Bring a new connection to where files can be stored. Returns what TLS demands of data connections, too;
    `None`: there is no TLS.

    Raises:
        DeliveryDeferred: no connection, or not now; `Crowded` if only the others are too many.
        DestinationRejected: the server refuses us, or is not the server we know.
        FtpError, EOFError, OSError: the connection failed, or an answer does not fit.
    """
    where = str(server)
    context = None if server.tls is Tls.NONE else client_context(server.ca, where, server.pins, server.client)
    try:
        control.connect(server.host, server.port)
    except OSError as error:
        raise DeliveryDeferred(
            Phrase("{where}: no connection ({one_line})", where=where, one_line=one_line(str(error)))
        ) from error
    _greet(control, server, context)
    report_certificate(server.seen_until, control.secured)
    _identify(control, server)
    # Sizes are of the bytes as they are.
    for command in ("TYPE I",) if context is None else ("PBSZ 0", "PROT P", "TYPE I"):
        reply = control.ask(command)
        if reply.is_refusal:
            fault = (
                Phrase("does not send bytes as they are")
                if command == "TYPE I"
                else Phrase("does not protect the data")
            )
            raise DestinationRejected(
                Phrase("{where}: the server {fault} ({reply})", where=where, fault=fault, reply=reply)
            )
        done(reply)
    return context


def _greet(control: ControlConnection, server: FtpServer, context: ssl.SSLContext | None) -> None:
    """Hear the greeting, under TLS from the start or from then on."""
    if context is not None and server.tls is Tls.IMPLICIT:
        _start_tls(control, server, context)
    try:
        control.greet()
    except TimeoutError:
        _check_speaks_ftp(server, _provoked(control))
        raise
    except FtpError as error:
        _check_speaks_ftp(server, error.reply.text.encode())
        if error.reply.is_refusal:
            raise DestinationRejected(
                Phrase("{server}: the server sends us away ({error})", server=server, error=error)
            ) from error
        if error.reply.is_for_now:
            raise Crowded(
                Phrase("{server}: the server takes nobody now ({error})", server=server, error=error)
            ) from error
        raise
    _check_speaks_ftp(server, control.greeting.text.encode())
    if context is not None and server.tls is Tls.EXPLICIT:
        reply = control.ask("AUTH TLS")
        if reply.is_refusal:
            raise DestinationRejected(
                Phrase(
                    "{server}: the server offers no TLS ({reply}); ask the authority for ftps or sftp",
                    server=server,
                    reply=reply,
                )
            )
        done(reply)
        _start_tls(control, server, context)


def _provoked(control: ControlConnection) -> bytes:
    """Who has not greeted: one that waits for TLS to begin, or for a question, answers to it. Nothing is said of us."""
    try:
        return control.provoke(client_hello() if control.secured is None else b"HELP\r\n\r\n")
    except (OSError, EOFError):
        return b""


def _check_speaks_ftp(server: FtpServer, first: bytes) -> None:
    """Raises `DestinationRejected` if it is somebody else."""
    speaker = speaker_of(first)
    if speaker not in (None, Speaker.FTP):
        raise wrong_port(str(server), speaker, first)


def _start_tls(control: ControlConnection, server: FtpServer, context: ssl.SSLContext) -> None:
    try:
        control.start_tls(context)
    except ssl.SSLError as error:
        raise handshake_error(error, str(server)) from error


def _identify(control: ControlConnection, server: FtpServer) -> None:
    password = server.password() if server.password is not None else None
    if password is not None and ("\r" in password or "\n" in password):
        raise DestinationRejected(
            Phrase("{server}: the password holds a line break, which FTP cannot send", server=server)
        )
    asked = ""
    try:
        reply = control.ask(f"USER {server.user}")
        asked = "USER"
        if reply.wants_more and reply.code != "332":
            if password is None:
                raise DestinationRejected(
                    Phrase(
                        "{server}: the server asks for a password besides our certificate; add password: {{file: …}}",
                        server=server,
                    )
                )
            reply, asked = control.ask(f"PASS {password}"), "PASS"
        if reply.wants_more:
            reply = control.ask("ACCT ")  # to some it is a formality
            asked = "ACCT"
    except FtpError as error:
        reply = error.reply
    # Outside of the handler: the error may hold the password in the server's echo.
    if not reply.is_done:
        raise not_let_in(str(server), server.user, reply, password, asked)
    control.warning = warning_in(reply.text, password or "")
