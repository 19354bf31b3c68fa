"""What a TLS connection that failed says of the two ends: the server's certificate, ours, the versions, or the line."""

from __future__ import annotations

import ssl

from gateway.core.errors import DeliveryDeferred, DestinationRejected
from gateway.core.phrase import Phrase
from gateway.uplinks.first_words import speaker_of, wrong_port
from gateway.uplinks.publish import one_line

HANDSHAKE_FAILURE = "SSLV3_ALERT_HANDSHAKE_FAILURE"
NOT_TLS = (
    "WRONG_VERSION_NUMBER",
    "PACKET_LENGTH_TOO_LONG",
    "BAD_RECORD_TYPE",
    "RECORD_LAYER_FAILURE",
    "UNEXPECTED_MESSAGE",
)
"""What OpenSSL reports of bytes that are no record of TLS, and of some that are."""
# What OpenSSL reports when the two ends will never agree, as opposed to a connection that was cut.
_SETTLED = (
    "WRONG_VERSION_NUMBER",
    "UNSUPPORTED_PROTOCOL",
    "TLSV1_ALERT_PROTOCOL_VERSION",
    "TLSV1_ALERT_INSUFFICIENT_SECURITY",
    HANDSHAKE_FAILURE,
    "NO_PROTOCOLS_AVAILABLE",
    "DH_KEY_TOO_SMALL",
    "EE_KEY_TOO_SMALL",
)
# X509_V_ERR_…, <openssl/x509_vfy.h>
_CERTIFICATE_FAULTS = {
    9: Phrase("is not valid yet; is the station's clock right?"),
    10: Phrase("has expired; the authority must renew it (is the station's clock right?)"),
    18: Phrase("is self-signed; put it, once confirmed, into ca:, or its fingerprint into certificate:"),
    19: Phrase("was issued by an unknown authority; put that authority's certificate into ca:"),
    20: Phrase("was issued by an unknown authority; put that authority's certificate into ca:"),
    21: Phrase("was issued by an unknown authority; put that authority's certificate into ca:"),
    62: Phrase("is for another name; write that name into url, or, once confirmed, the fingerprint into certificate:"),
    66: Phrase(
        "has a key that is too short; the authority must renew it, or, once confirmed, its fingerprint goes into"
        " certificate:"
    ),
    67: Phrase("was issued with a key that is too short; the authority must renew it"),
    68: Phrase(
        "is signed by a method that is too weak, such as SHA-1; the authority must renew it, or, once confirmed, its"
        " fingerprint goes into certificate:"
    ),
    64: Phrase(
        "is for another address; write its name into url, or, once confirmed, the fingerprint into certificate:"
    ),
}
_BY_CLOCK = (9, 10)
_WANTED = ("TLSV13_ALERT_CERTIFICATE_REQUIRED", "SSLV3_ALERT_NO_CERTIFICATE")
# Alerts of a server that has looked at a certificate: ours.
_NOT_TAKEN = {
    "SSLV3_ALERT_BAD_CERTIFICATE": Phrase("does not accept it"),
    "SSLV3_ALERT_UNSUPPORTED_CERTIFICATE": Phrase("does not take certificates of its kind"),
    "SSLV3_ALERT_CERTIFICATE_REVOKED": Phrase("says that it was revoked"),
    "SSLV3_ALERT_CERTIFICATE_EXPIRED": Phrase("says that it has expired (is the station's clock right?)"),
    "SSLV3_ALERT_CERTIFICATE_UNKNOWN": Phrase("does not accept it"),
    "TLSV1_ALERT_UNKNOWN_CA": Phrase("does not know who has issued it"),
    "TLSV1_ALERT_ACCESS_DENIED": Phrase("gives it no access"),
    "TLSV1_ALERT_DECRYPT_ERROR": Phrase("does not accept its signature"),
}
ALERTS_TO_CLIENTS = (*_WANTED, *_NOT_TAKEN)
"""What a server says that misses a certificate of ours, or has looked at it."""
ALERTS_TO_NOBODY = (
    *_WANTED,
    "SSLV3_ALERT_BAD_CERTIFICATE",
    "SSLV3_ALERT_CERTIFICATE_UNKNOWN",
    "TLSV1_ALERT_ACCESS_DENIED",
)
"""Those of them that are said to who has shown none."""
_UNKNOWN_NAME = "TLSV1_UNRECOGNIZED_NAME"


class StrangeCertificate(ssl.SSLCertVerificationError):
    """The server has shown another certificate than the configured ones. `shown`: its fingerprint."""

    def __init__(self, shown: str, pins: tuple[str, ...]) -> None:
        super().__init__(1, Phrase("another certificate than the configured one"))
        self.shown = shown
        self.pins = pins


class NoTls(ssl.SSLError):
    """Whatever answered, it was not TLS. `first`: what came."""

    def __init__(self, first: bytes) -> None:
        super().__init__(1, Phrase("the answer is not TLS"))
        self.reason = "NOT_TLS"
        self.first = first


class ClientRefused(ssl.SSLError):
    """The server wants a certificate of ours, or does not take the one that it was shown."""

    def __init__(self, reason: str, *, has_shown: bool) -> None:
        super().__init__(1, reason)
        self.reason = reason
        self.has_shown = has_shown


def handshake_error(error: ssl.SSLError, where: str) -> DeliveryDeferred | DestinationRejected:
    """What a failed handshake means."""
    settled = verdict(error, where) or _stranger(error, where)
    if settled is not None:
        return settled
    if error.reason in _SETTLED:
        stranger = (
            Phrase("; or it speaks something else: correct scheme or port in the url")
            if error.reason in NOT_TLS
            else ""
        )
        return DestinationRejected(
            Phrase(
                "{where}: no TLS of version 1.2 or later with this server ({reason}){stranger}",
                where=where,
                reason=error.reason,
                stranger=stranger,
            )
        )
    if isinstance(error, ssl.SSLEOFError):
        return DeliveryDeferred(
            Phrase(
                "{where}: the server hung up at the beginning of TLS; if it always does, is this its port for TLS?",
                where=where,
            )
        )
    return DeliveryDeferred(
        Phrase("{where}: the TLS handshake failed ({one_line})", where=where, one_line=one_line(str(error)))
    )


def verdict(error: BaseException | None, where: str) -> DestinationRejected | None:
    """What a failure means that is about either end's certificate, at the handshake or later: under TLS 1.3 a server
    judges ours when we believe that the handshake is over. `None`: it is nothing of that."""
    if isinstance(error, StrangeCertificate):
        return DestinationRejected(
            Phrase(
                "{where}: the server shows the certificate {shown}, expected {pins}; only if the authority "
                'confirms the new one, write certificate: "{shown}"',
                where=where,
                shown=error.shown,
                pins=" or ".join(error.pins),
            )
        )
    if isinstance(error, ssl.SSLCertVerificationError):
        fault = _CERTIFICATE_FAULTS.get(error.verify_code, Phrase("is not accepted"))
        return DestinationRejected(
            Phrase(
                "{where}: the server's certificate {fault} ({one_line})",
                where=where,
                fault=fault,
                one_line=one_line(error.verify_message),
            ),
            by_clock=error.verify_code in _BY_CLOCK,
        )
    if isinstance(error, ClientRefused):
        return _refused_client(error, where)
    if isinstance(error, ssl.SSLError) and error.reason == _UNKNOWN_NAME:
        return DestinationRejected(
            Phrase("{where}: the server does not know this name; correct the host in the url", where=where)
        )
    return None


def _stranger(error: ssl.SSLError, where: str) -> DestinationRejected | None:
    """Somebody else answers than the url says."""
    if not isinstance(error, NoTls):
        return None
    speaker = speaker_of(error.first)
    if speaker is not None:
        return wrong_port(where, speaker, error.first)
    return DestinationRejected(
        Phrase(
            "{where}: what answers at this port does not speak TLS; correct scheme or port in the destination's url",
            where=where,
        )
    )


def _refused_client(error: ClientRefused, where: str) -> DestinationRejected:
    if not error.has_shown:
        return DestinationRejected(
            Phrase(
                "{where}: the server wants a certificate of ours ({reason}) and none is configured; ask the "
                "authority for one and write client: {{certificate: {{file: …}}, key: {{file: …}}}}",
                where=where,
                reason=error.reason,
            )
        )
    judgement = _NOT_TAKEN.get(error.reason, Phrase("does not go on"))
    return DestinationRejected(
        Phrase(
            "{where}: the server is shown our certificate (client:) and {judgement} ({reason}); ask the "
            "authority which one it expects",
            where=where,
            judgement=judgement,
            reason=error.reason,
        )
    )
