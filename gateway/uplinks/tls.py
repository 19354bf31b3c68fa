"""TLS as every uplink wants it: the far end proves itself by a certificate; what fails is said in the field's words.

Promises: never less than TLS 1.2; nothing is told to a server that has not proven itself, and a certificate's last day
is passed on to whoever watches over it. Trusts the configured `ca`, or the system's authorities, and then checks the
name; or exactly the certificates whose fingerprints are configured, whatever their name or end. Nothing else.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import socket
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gateway.core.errors import DestinationRejected
from gateway.core.instants import utc_ms
from gateway.core.phrase import Phrase
from gateway.uplinks.first_words import MOST_HEARD, Speaker, speaker_of
from gateway.uplinks.publish import one_line
from gateway.uplinks.sockets import Sockets
from gateway.uplinks.tls_client import TlsClient
from gateway.uplinks.tls_verdicts import (
    ALERTS_TO_CLIENTS,
    ALERTS_TO_NOBODY,
    HANDSHAKE_FAILURE,
    NOT_TLS,
    ClientRefused,
    NoTls,
    StrangeCertificate,
)

SeenUntil = Callable[[int], None]
"""Told the last moment (UTC, ms) of the certificate that a server has just shown."""


class TlsContext(ssl.SSLContext):
    """What TLS demands of one server's connections. `pins` are in place of authorities and names."""

    pins: tuple[str, ...] = ()
    has_client: bool = False


class TlsSocket(ssl.SSLSocket):
    """One connection of a `TlsContext`. Notices who does not speak TLS, whose certificate is none of the pinned, and
    what a server says of ours."""

    ended_by: ssl.SSLError | None = None
    """Why it ended, for libraries that keep that to themselves."""
    first: bytes = b""
    """What came first, as far as it was here before it was read."""
    _has_spoken: bool = False
    """Whether our half of the handshake is out: only then may the other be waited for."""

    def do_handshake(self, block: bool = False) -> None:
        """Raises `NoTls`, `StrangeCertificate` and `ClientRefused` besides what it usually does."""
        if self.version() is None and not self.first:
            self.first = self._peeked()
        try:
            super().do_handshake(block)
        except ssl.SSLWantReadError:
            self._has_spoken = True
            raise
        except ssl.SSLError as error:
            if (explained := self._explained(error)) is not None:
                raise explained from error
            raise
        context = self.context
        if isinstance(context, TlsContext) and context.pins:
            shown = fingerprint(self.getpeercert(binary_form=True) or b"")
            if shown not in context.pins:
                raise StrangeCertificate(shown, context.pins)

    def read(self, len: int = 1024, buffer: Any = None) -> Any:  # noqa: A002 # its name in ssl
        try:
            return super().read(len, buffer)
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            raise
        except ssl.SSLError as error:
            explained = self._explained(error)
            self.ended_by = explained or error
            if explained is not None:
                raise explained from error
            raise

    def send(self, data: Any, flags: int = 0) -> int:
        try:
            return super().send(data, flags)
        except (ssl.SSLEOFError, ConnectionError):
            # Its last word may lie here unread, and explains more than that it has gone.
            with contextlib.suppress(ssl.SSLEOFError, ConnectionError, TimeoutError):
                while self.read(1):
                    pass
            raise

    def _peeked(self) -> bytes:
        """What has come and was not read yet."""
        if self.gettimeout() != 0 and not self._has_spoken:
            return b""
        try:
            return socket.socket.recv(self, MOST_HEARD, socket.MSG_PEEK)
        except BlockingIOError:
            return b""

    def _explained(self, error: ssl.SSLError) -> ssl.SSLError | None:
        """The same in our words, where it is about who speaks or about our certificate."""
        if error.reason in NOT_TLS and self.first and speaker_of(self.first) is not Speaker.TLS:
            return NoTls(self.first)
        has_shown = isinstance(self.context, TlsContext) and self.context.has_client
        # Under TLS 1.2 a server that misses a certificate says no more than this, but it says so late.
        is_late = error.reason == HANDSHAKE_FAILURE and self.cipher() is not None
        if is_late or error.reason in (ALERTS_TO_CLIENTS if has_shown else ALERTS_TO_NOBODY):
            return ClientRefused(error.reason, has_shown=has_shown)
        return None


def client_context(
    ca: Path | None, where: str, pins: tuple[str, ...] = (), client: TlsClient | None = None
) -> TlsContext:
    """What TLS demands of one connection.

    Raises:
        DestinationRejected: `ca` or `client` cannot be used.
    """
    context = TlsContext(ssl.PROTOCOL_TLS_CLIENT)
    context.sslsocket_class = TlsSocket
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if pins:
        context.pins = pins
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE  # `TlsSocket` looks at the certificate itself
    else:
        try:
            if ca is None:
                context.load_default_certs(ssl.Purpose.SERVER_AUTH)
            else:
                context.load_verify_locations(ca)
        except OSError as error:
            raise DestinationRejected(
                Phrase(
                    "{where}: {ca} cannot be used as ca ({one_line})", where=where, ca=ca, one_line=one_line(str(error))
                )
            ) from error
    # Since Python 3.13 the default refuses a certificate that lacks a key identifier, as many do that an office has
    # made for itself. What proves the server is its signature, name and dates, on every release alike.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    if client is not None:
        client.show_on(context, where)
        context.has_client = True
    return context


def begin_tls(
    sockets: Sockets,
    connection: socket.socket,
    context: ssl.SSLContext,
    host: str,
    session: ssl.SSLSession | None = None,
) -> ssl.SSLSocket:
    """Put a connection under TLS. Our half of the handshake goes out at once; `do_handshake` waits for the server's."""
    secured = context.wrap_socket(connection, server_hostname=host, do_handshake_on_connect=False, session=session)
    try:
        sockets.replace(connection, secured)
        timeout_s = secured.gettimeout()
        secured.setblocking(False)
        with contextlib.suppress(ssl.SSLWantReadError, ssl.SSLWantWriteError):  # ours is on its way
            secured.do_handshake()
        secured.settimeout(timeout_s)
    except BaseException:
        sockets.close(secured)
        raise
    return secured


def client_hello() -> bytes:
    """How TLS begins, for who only wants to see whether it is answered. Names nobody."""
    outgoing = ssl.MemoryBIO()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    with contextlib.suppress(ssl.SSLWantReadError):
        context.wrap_bio(ssl.MemoryBIO(), outgoing).do_handshake()
    return outgoing.read()


def report_certificate(seen_until: SeenUntil | None, connection: socket.socket | None) -> None:
    """Pass on until when the certificate of an established, verified connection is valid."""
    if seen_until is None or not isinstance(connection, ssl.SSLSocket):
        return
    end_ms = end_of_certificate(connection)
    if end_ms is not None:
        seen_until(end_ms)


def end_of_certificate(connection: ssl.SSLSocket) -> int | None:
    """Until when (UTC, ms) the certificate is valid that the far end of a verified connection has shown."""
    last_day = (connection.getpeercert() or {}).get("notAfter")
    if isinstance(last_day, str):
        return ssl.cert_time_to_seconds(last_day) * 1000
    shown = connection.getpeercert(binary_form=True)  # a pinned one is not read by the library
    return None if shown is None else _end_of(shown)


def fingerprint(certificate: bytes) -> str:
    """Of a certificate in DER form, as the configuration writes it."""
    return "SHA256:" + base64.b64encode(hashlib.sha256(certificate).digest()).decode().rstrip("=")


def _end_of(certificate: bytes) -> int | None:
    from cryptography import x509  # only here: few servers are pinned

    try:
        return utc_ms(x509.load_der_x509_certificate(certificate).not_valid_after_utc)
    except ValueError:  # it is the one that was asked for, whatever is in it
        return None
