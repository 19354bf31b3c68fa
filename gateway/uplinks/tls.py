"""TLS as every uplink wants it: the far end proves itself by a certificate; what fails is said in the field's words.

Promises: never less than TLS 1.2, the name is always checked, and a certificate's last day is passed on to whoever
watches over it. Trusts the configured `ca`, or the system's authorities, and nothing else.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
from collections.abc import Callable
from pathlib import Path

from gateway.core.errors import DeliveryDeferred, DestinationRejected
from gateway.uplinks.publish import one_line
from gateway.uplinks.sockets import Sockets

SeenUntil = Callable[[int], None]
"""Told the last moment (UTC, ms) of the certificate that a server has just shown."""

# What OpenSSL reports when the two ends will never agree, as opposed to a connection that was cut.
_SETTLED = (
    "WRONG_VERSION_NUMBER",
    "UNSUPPORTED_PROTOCOL",
    "TLSV1_ALERT_PROTOCOL_VERSION",
    "SSLV3_ALERT_HANDSHAKE_FAILURE",
    "NO_PROTOCOLS_AVAILABLE",
    "DH_KEY_TOO_SMALL",
    "EE_KEY_TOO_SMALL",
)
# X509_V_ERR_…, <openssl/x509_vfy.h>
_CERTIFICATE_FAULTS = {
    9: "is not valid yet; is the station's clock right?",
    10: "has expired; the authority must renew it (is the station's clock right?)",
    18: "is self-signed; put it, once confirmed, into ca:",
    19: "was issued by an unknown authority; put that authority's certificate into ca:",
    20: "was issued by an unknown authority; put that authority's certificate into ca:",
    21: "was issued by an unknown authority; put that authority's certificate into ca:",
    62: "is for another name",
    64: "is for another address",
}
_BY_CLOCK = (9, 10)


def client_context(ca: Path | None, where: str) -> ssl.SSLContext:
    """What TLS demands of one connection.

    Raises:
        DestinationRejected: `ca` cannot be used.
    """
    try:
        context = ssl.create_default_context(cafile=ca)
    except OSError as error:
        raise DestinationRejected(f"{where}: {ca} cannot be used as ca ({one_line(str(error))})") from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # Since Python 3.13 the default refuses a certificate that lacks a key identifier, as many do that an office has
    # made for itself. What proves the server is its signature, name and dates, on every release alike.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
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


def handshake_error(error: ssl.SSLError, where: str) -> DeliveryDeferred | DestinationRejected:
    """What a failed handshake means."""
    if isinstance(error, ssl.SSLCertVerificationError):
        fault = _CERTIFICATE_FAULTS.get(error.verify_code, "is not accepted")
        return DestinationRejected(
            f"{where}: the server's certificate {fault} ({one_line(error.verify_message)})",
            by_clock=error.verify_code in _BY_CLOCK,
        )
    if error.reason in _SETTLED:
        return DestinationRejected(f"{where}: no TLS of version 1.2 or later with this server ({error.reason})")
    return DeliveryDeferred(f"{where}: the TLS handshake failed ({one_line(str(error))})")


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
    return ssl.cert_time_to_seconds(last_day) * 1000 if isinstance(last_day, str) else None
