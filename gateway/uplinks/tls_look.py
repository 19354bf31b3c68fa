"""Looks at the certificate that a destination's server shows, whoever has signed it: for people who have to compare it.

Says nothing of us: no user, no password, no certificate. What is seen is trusted by nobody.
"""

from __future__ import annotations

import socket
import ssl
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from gateway.config import DestinationUrl, Scheme
from gateway.core.interfaces import Clock
from gateway.uplinks.publish import one_line
from gateway.uplinks.sockets import Sockets
from gateway.uplinks.timeouts import Deadline, Timeouts
from gateway.uplinks.tls import begin_tls, client_context, fingerprint

_MOST_GREETED = 65_536
_MOST_NAMES = 12


@dataclass(frozen=True, slots=True)
class ShownCertificate:
    """What is in it, as far as it can be read. Anybody can have written it."""

    fingerprint: str
    subject: str
    issuer: str
    names: tuple[str, ...]
    begins: datetime | None
    ends: datetime | None


def look_at_certificate(url: DestinationUrl, clock: Clock) -> ShownCertificate | None:
    """The certificate that a destination's server shows now; `None`: it shows none, or there is no connection. Never
    raises for what the far end does."""
    try:
        shown = _shown(url, clock, _trusting_context())
    except (OSError, EOFError, ValueError):
        return None
    return None if shown is None else read(shown)


def is_vouched_for(url: DestinationUrl, clock: Clock) -> bool | None:
    """Whether what the server shows now is believed where only the system's authorities are asked; `None`: it shows
    none, or there is no connection. Never raises for what the far end does."""
    try:
        return None if _shown(url, clock, client_context(None, url.host)) is None else True
    except ssl.SSLCertVerificationError:
        return False
    except (OSError, EOFError, ValueError):
        return None


def _shown(url: DestinationUrl, clock: Clock, context: ssl.SSLContext) -> bytes | None:
    """In DER form; `None`: the server does not let TLS begin. Raises what a connection and its handshake do."""
    sockets, timeouts = Sockets(), Timeouts()
    connection: socket.socket | None = None
    try:
        with sockets.batch(Deadline(clock, timeouts.connect_s + 2 * timeouts.answer_s)):
            connection = sockets.connect(url.host, url.port, timeouts.connect_s)
            connection.settimeout(timeouts.answer_s)
            if url.scheme is Scheme.FTPS and not _takes_tls(connection, sockets, clock, timeouts):
                return None
            connection = secured = begin_tls(sockets, connection, context, url.host)
            secured.do_handshake()
            return secured.getpeercert(binary_form=True)
    finally:
        if connection is not None:
            sockets.close(connection)


def read(certificate: bytes) -> ShownCertificate:
    """`certificate`: in DER form. What cannot be read in it is left empty."""
    try:
        found = x509.load_der_x509_certificate(certificate)
        return ShownCertificate(
            fingerprint(found.public_bytes(Encoding.DER)),
            one_line(found.subject.rfc4514_string()),
            one_line(found.issuer.rfc4514_string()),
            _names(found),
            found.not_valid_before_utc,
            found.not_valid_after_utc,
        )
    except ValueError:
        return ShownCertificate(fingerprint(certificate), "", "", (), None, None)


def _names(certificate: x509.Certificate) -> tuple[str, ...]:
    """Of hosts and addresses, a few of them."""
    try:
        named = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, x509.DuplicateExtension, ValueError):
        return ()
    hosts = [*named.get_values_for_type(x509.DNSName), *map(str, named.get_values_for_type(x509.IPAddress))]
    return tuple(one_line(host) for host in hosts[:_MOST_NAMES])


def _trusting_context() -> ssl.SSLContext:
    """Takes any certificate: it is only looked at."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _takes_tls(connection: socket.socket, sockets: Sockets, clock: Clock, timeouts: Timeouts) -> bool:
    """Whether an FTP server lets TLS begin."""
    deadline = sockets.deadline(clock, timeouts.answer_s)
    if not _reply(connection, deadline).startswith(b"2"):
        return False
    connection.sendall(b"AUTH TLS\r\n")
    return _reply(connection, deadline).startswith(b"2")


def _reply(connection: socket.socket, deadline: Deadline) -> bytes:
    """The last line of a reply (RFC 959, 4.2)."""
    received = bytearray()
    while len(received) <= _MOST_GREETED:
        connection.settimeout(deadline.left_s())
        chunk = connection.recv(4096)
        if not chunk:
            raise EOFError
        received += chunk
        last = bytes(received).splitlines()[-1]
        if received.endswith(b"\n") and last[:3].isdigit() and last[3:4] != b"-":
            return last
    return b""
