"""One connection to a server that tells people: everything that is waited for has to be here by one moment, and no
more is read than such a server has to say, so that one that drips, or never ends, holds nobody and fills no memory."""

from __future__ import annotations

import io
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from gateway.core.errors import DeliveryDeferred, DeliveryError, DestinationRejected
from gateway.core.interfaces import Clock
from gateway.core.phrase import Phrase
from gateway.uplinks.publish import one_line
from gateway.uplinks.sockets import Sockets
from gateway.uplinks.timeouts import Deadline
from gateway.uplinks.tls import begin_tls, client_context
from gateway.uplinks.tls_client import TlsClient
from gateway.uplinks.tls_verdicts import ClientRefused, NoTls, StrangeCertificate

MOST_SAID = 65_536
"""Bytes of everything that a server says in one conversation."""
CONNECT_S = 10.0


class SaidTooMuch(EOFError):
    """More than `MOST_SAID`."""


@dataclass(frozen=True, slots=True)
class TlsTrust:
    """By what a server is known, and we to it. Neither `ca` nor `pins`: by the system's authorities."""

    ca: Path | None = None
    pins: tuple[str, ...] = ()
    client: TlsClient | None = None


class ServerConnection:
    """Open until `close`. Its methods raise what sockets raise; `failure_of` says what that means."""

    def __init__(self, sockets: Sockets, where: str, clock: Clock, within_s: float) -> None:
        """`where`: what the server is called in messages. `within_s`: for all of it, from now on."""
        self._sockets = sockets
        self._where = where
        self._deadline = Deadline(clock, within_s)
        self._within_s = within_s
        self._connection: socket.socket | None = None
        self._host = ""
        self.said = 0
        self.failure: OSError | EOFError | None = None
        """What the last of its methods that failed has raised, for libraries that keep that to themselves."""

    def connect(self, host: str, port: int) -> None:
        self._host = host
        # A look-up may take as long, and all addresses together twice as long.
        within_s = min(CONNECT_S, self._deadline.left_s() / 3)
        self._connection = self._sockets.connect(host, port, within_s)

    def secure(self, trust: TlsTrust) -> None:
        """Put it under TLS, and have the server prove itself.

        Raises:
            DestinationRejected: what it is known by cannot be used.
        """
        context = client_context(trust.ca, self._where, trust.pins, trust.client)
        secured = begin_tls(self._sockets, self._open, context, self._host)
        self._connection = secured
        secured.settimeout(self._deadline.left_s())
        secured.do_handshake()

    @property
    def own_address(self) -> str:
        """This end's."""
        return str(self._open.getsockname()[0])

    def sendall(self, content: bytes) -> None:
        rest = memoryview(content)
        with self._remembered():
            while rest:
                self._open.settimeout(self._deadline.left_s())
                rest = rest[self._open.send(rest) :]

    def recv(self, most: int) -> bytes:
        """
        Raises:
            SaidTooMuch: it has said too much.
        """
        with self._remembered():
            self._open.settimeout(self._deadline.left_s())
            read = self._open.recv(most)
        self.said += len(read)
        if self.said > MOST_SAID:
            raise SaidTooMuch
        return read

    def makefile(self, mode: str) -> io.BufferedReader:
        """What the server says as a file, for libraries that read lines."""
        return io.BufferedReader(_Heard(self), 1024)

    def close(self) -> None:
        if self._connection is not None:
            self._sockets.close(self._connection)
            self._connection = None

    def failure_of(self, error: OSError | EOFError) -> DeliveryError:
        """What it means that one of the methods raised this."""
        if self._sockets.aborted:
            return DeliveryDeferred(Phrase("{where}: interrupted", where=self._where))
        if isinstance(error, SaidTooMuch):
            return DestinationRejected(
                Phrase(
                    "{where}: the server talks without end ({most_said} bytes and more); is it the right one?",
                    where=self._where,
                    most_said=MOST_SAID,
                )
            )
        if isinstance(error, ssl.SSLError) and (settled := _settled(error, self._where)) is not None:
            return settled
        if self._deadline.is_over or isinstance(error, TimeoutError):
            return DeliveryDeferred(
                Phrase("{where}: not done within {within_s:g} s", where=self._where, within_s=self._within_s),
                by_server=self.said > 0,
            )
        if isinstance(error, EOFError):
            return DeliveryDeferred(
                Phrase("{where}: the server closed the connection", where=self._where), by_server=True
            )
        return DeliveryDeferred(
            Phrase(
                "{where}: the connection failed ({one_line})",
                where=self._where,
                one_line=one_line(str(error)) or type(error).__name__,
            )
        )

    @contextmanager
    def _remembered(self) -> Iterator[None]:
        try:
            yield
        except (OSError, EOFError) as error:
            self.failure = error
            raise

    @property
    def _open(self) -> socket.socket:
        if self._connection is None:
            raise ConnectionResetError("closed")
        return self._connection


class _Heard(io.RawIOBase):
    """The reading end."""

    def __init__(self, connection: ServerConnection) -> None:
        self._connection = connection

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        read = self._connection.recv(len(buffer))
        buffer[: len(read)] = read
        return len(read)


def _settled(error: ssl.SSLError, where: str) -> DestinationRejected | None:
    """What a failure of TLS means that no repetition mends; `None`: it may be another time."""
    if isinstance(error, StrangeCertificate):
        return DestinationRejected(
            Phrase(
                "{where}: the server shows the certificate {shown}, expected {pins}; only if whoever runs it "
                'confirms the new one, write certificate: "{shown}"',
                where=where,
                shown=error.shown,
                pins=" or ".join(error.pins),
            )
        )
    if isinstance(error, ssl.SSLCertVerificationError):
        return DestinationRejected(
            Phrase(
                "{where}: the server's certificate is not trusted ({one_line}); put whoever has signed it into "
                "ca:, or, once confirmed, its fingerprint into certificate: (is the clock right?)",
                where=where,
                one_line=one_line(error.verify_message),
            )
        )
    if isinstance(error, ClientRefused):
        ours = (
            Phrase("does not take the certificate in client:")
            if error.has_shown
            else Phrase("wants a certificate of ours (client:)")
        )
        return DestinationRejected(
            Phrase("{where}: the server {ours} ({reason})", where=where, ours=ours, reason=error.reason)
        )
    if isinstance(error, NoTls) or error.reason in ("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE"):
        return DestinationRejected(
            Phrase("{where}: what answers at this port does not speak TLS; correct the port", where=where)
        )
    if error.reason in ("UNSUPPORTED_PROTOCOL", "TLSV1_ALERT_PROTOCOL_VERSION", "SSLV3_ALERT_HANDSHAKE_FAILURE"):
        return DestinationRejected(
            Phrase(
                "{where}: no TLS of version 1.2 or later with this server ({reason})", where=where, reason=error.reason
            )
        )
    return None
