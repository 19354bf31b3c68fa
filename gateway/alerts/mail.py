"""A message by mail, over SMTP: STARTTLS or TLS from the first byte, and the server's proof before a word of ours.

Promises: neither password nor mail goes over a connection that is not encrypted, but on this machine; nobody gets into
the heads of a mail what a device or a server said; the password stands in no message. `Message-ID` is the message's id,
so that who gets it twice can see that.
"""

from __future__ import annotations

import base64
import contextlib
import logging
import smtplib
from collections.abc import Callable
from dataclasses import dataclass
from email.charset import QP, Charset
from email.header import Header
from email.message import Message
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any, cast

from gateway.alerts.server_connection import ServerConnection, TlsTrust
from gateway.config.alerts.mail import MailTls
from gateway.core.alert import AlertMessage
from gateway.core.errors import DeliveryDeferred, DeliveryError, DeliveryRefused, DestinationRejected
from gateway.core.instants import local_time
from gateway.core.interfaces import Clock
from gateway.core.phrase import Phrase
from gateway.core.printable import printable, printable_lines
from gateway.uplinks.publish import one_line
from gateway.uplinks.sockets import Sockets

if TYPE_CHECKING:
    from datetime import datetime

LONGEST_S = 60.0
"""Mail servers make who is new to them wait (greylisting, tarpits): 30 s are not rare."""
_LONGEST_SUBJECT = 200
UTF8 = "utf-8"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class MailAccount:
    """The server and who may send there. `password`: read anew each time; raises `DestinationRejected`."""

    host: str
    port: int
    security: MailTls
    user: str | None
    password: Callable[[], str] | None
    sender: str
    recipients: tuple[str, ...]
    trust: TlsTrust

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


class MailTeller:
    """See `gateway.core.alert.Teller`. `timezone`: of the mail's date."""

    longest_s = LONGEST_S

    def __init__(self, account: MailAccount, timezone: str, clock: Clock, longest_s: float = LONGEST_S) -> None:
        self._account = account
        self._timezone = timezone
        self._clock = clock
        self.longest_s = longest_s
        self._sockets = Sockets()

    def tell(self, message: AlertMessage) -> None:
        """See `Teller`. If some of several addresses are refused, the others have it, and the log says whom it did not
        reach."""
        account = self._account
        mail = letter(message, account, local_time(self._clock.now().wall_ms, self._timezone))

        def send(session: _Session) -> None:
            refused = session.send_message(mail, account.sender, list(account.recipients))
            for recipient, (code, words) in refused.items():
                _log.warning("mail to %s refused server=%s: %s %s", recipient, account, code, _words(words))

        self._in_session(send)

    def log_in(self) -> None:
        """See whether the server is there, proves itself and lets us in; no mail is sent.

        Raises:
            DeliveryError: no, or not now.
        """
        self._in_session(lambda session: None)

    def abort(self) -> None:
        """See `Teller`."""
        self._sockets.abort()

    def _in_session(self, act: Callable[[_Session], None]) -> None:
        account, where = self._account, str(self._account)
        password = None if account.password is None else account.password()
        connection = ServerConnection(self._sockets, where, self._clock, self.longest_s)
        session = _Session(connection)
        try:
            session.begin(account)
            if account.user is not None and password is not None:
                session.authenticate(account.user, password)
            act(session)
        except smtplib.SMTPServerDisconnected as error:
            raise connection.failure_of(connection.failure or EOFError()) from error
        except smtplib.SMTPException as error:
            raise _judged(error, where, password or "") from error
        except (OSError, EOFError) as error:
            raise connection.failure_of(error) from error
        finally:
            session.leave()


class _Session(smtplib.SMTP):
    """The library's, over a connection of ours: its own would wait without end, ask a name server for our name, and
    take a password in ASCII only."""

    def __init__(self, connection: ServerConnection) -> None:
        super().__init__(local_hostname="localhost")
        self._bounded = connection

    def begin(self, account: MailAccount) -> None:
        """Connect, secure, and say who we are."""
        self._bounded.connect(account.host, account.port)
        self.local_hostname = _literal(self._bounded.own_address)
        if account.security is MailTls.IMPLICIT:
            self._bounded.secure(account.trust)
        code, words = self.connect(account.host, account.port)
        if code != 220:
            raise smtplib.SMTPConnectError(code, words)
        self.ehlo_or_helo_if_needed()
        if account.security is not MailTls.STARTTLS:
            return
        if not self.has_extn("starttls"):
            raise smtplib.SMTPNotSupportedError("STARTTLS")
        code, words = self.docmd("STARTTLS")
        if code != 220:
            raise smtplib.SMTPResponseException(code, words)
        self._bounded.secure(account.trust)
        self.file = None  # what was read ahead in the clear is nobody's word (CVE-2011-0411)
        self.helo_resp = self.ehlo_resp = None
        self.esmtp_features = {}
        self.does_esmtp = False
        self.ehlo_or_helo_if_needed()

    def authenticate(self, user: str, password: str) -> None:
        """PLAIN (RFC 4616, UTF-8), or LOGIN where the server has no other."""
        ways = self.esmtp_features.get("auth", "").upper().split()
        if "PLAIN" in ways:
            code, words = self.docmd("AUTH", f"PLAIN {_encoded(chr(0) + user + chr(0) + password)}")
        elif "LOGIN" in ways:
            code, words = self.docmd("AUTH", f"LOGIN {_encoded(user)}")
            if code == 334:
                code, words = self.docmd(_encoded(password))
        else:
            raise smtplib.SMTPNotSupportedError("AUTH")
        if code not in (235, 503):
            raise smtplib.SMTPAuthenticationError(code, words)

    def leave(self) -> None:
        """Say so, and wait for nothing. Never raises."""
        if self.sock is not None:
            with contextlib.suppress(OSError, EOFError):
                self.putcmd("quit")
        self._bounded.close()

    def _get_socket(self, host: str, port: int, timeout: float) -> Any:
        return self._bounded


def letter(message: AlertMessage, account: MailAccount, sent: datetime) -> Message:
    """The mail. What stands in its heads is one line each, whatever was in it.

    The library's older classes, for the newer ones lose a blank between two words where they fold a line that is not
    ASCII (Python 3.11: `chủ nhận` becomes `chủnhận`).
    """
    mail: Any = Message()  # takes `Header`s, says its documentation; its types do not
    sender = Header(printable(message.station_name), UTF8, header_name="From")
    sender.append(f"<{account.sender}>", "us-ascii")
    mail["From"] = sender
    mail["To"] = ", ".join(account.recipients)
    subject = f"[{printable(message.station_code)}] {printable(message.subject)}"[:_LONGEST_SUBJECT]
    mail["Subject"] = Header(subject, UTF8, header_name="Subject")
    mail["Date"] = format_datetime(sent)
    mail["Message-ID"] = f"<{message.id}@{account.sender.partition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's holiday answers it
    mail["MIME-Version"] = "1.0"
    quoted = Charset(UTF8)
    quoted.body_encoding = QP
    mail.set_payload(f"{printable_lines(message.text)}\n", quoted)
    return cast("Message", mail)


def _literal(address: str) -> str:
    """An address as a name (RFC 5321, 4.1.3): the box has none that the mail server could look up."""
    return f"[IPv6:{address.partition('%')[0]}]" if ":" in address else f"[{address}]"


def _encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _words(said: bytes | str, secret: str = "") -> str:
    return one_line(said.decode("utf-8", "replace") if isinstance(said, bytes) else said, secret)


def _judged(error: smtplib.SMTPException, where: str, secret: str) -> DeliveryError:
    """What the library's error means."""
    match error:
        case smtplib.SMTPNotSupportedError(args=("STARTTLS", *_)):
            return DestinationRejected(
                Phrase(
                    "{where}: the server offers no STARTTLS, and without it nothing is told; is it a port for "
                    "TLS from the first byte (465, tls: implicit)?",
                    where=where,
                )
            )
        case smtplib.SMTPNotSupportedError(args=("AUTH", *_)):
            return DestinationRejected(
                Phrase("{where}: the server takes no log-in by PLAIN or LOGIN; ask for another port", where=where)
            )
        case smtplib.SMTPRecipientsRefused():
            code, words = min(error.recipients.values())
            said = f"{code} {_words(words)}"
            if code < 500:
                return DeliveryDeferred(
                    Phrase("{where}: takes no mail for these addresses now ({said})", where=where, said=said),
                    by_server=True,
                )
            return DestinationRejected(
                Phrase("{where}: takes no mail for any of the addresses in to: ({said})", where=where, said=said)
            )
        case smtplib.SMTPResponseException():
            return _refused(error, f"{error.smtp_code} {_words(error.smtp_error, secret)}".strip(), where)
        case _:
            return DeliveryDeferred(
                Phrase(
                    "{where}: the server does not keep to SMTP ({words})", where=where, words=_words(str(error), secret)
                )
            )


def _refused(error: smtplib.SMTPResponseException, said: str, where: str) -> DeliveryError:
    code = error.smtp_code
    if not 200 <= code < 600:  # the library: -1 where it finds no number
        return DestinationRejected(
            Phrase("{where}: this is no mail server (it answers {said!r}); correct the port", where=where, said=said)
        )
    if code < 500:
        return DeliveryDeferred(Phrase("{where}: not now ({said})", where=where, said=said), by_server=True)
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return DestinationRejected(
            Phrase("{where}: does not let us in ({said}); correct user or password", where=where, said=said)
        )
    if isinstance(error, smtplib.SMTPSenderRefused):
        return DestinationRejected(
            Phrase("{where}: takes no mail from this address ({said}); correct from:", where=where, said=said)
        )
    if isinstance(error, smtplib.SMTPDataError):
        return DeliveryRefused(Phrase("{where}: does not take this mail ({said})", where=where, said=said))
    return DestinationRejected(Phrase("{where}: does not serve us ({said})", where=where, said=said))
