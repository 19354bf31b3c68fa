"""Who signs an order: each with a key and the certificate by which it is known.

Promises: nothing is signed with a certificate that is not valid at that time, or that is not the key's; a key or a
certificate that was replaced in its file counts from the next order on.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any, Protocol

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key

from gateway.config.file.form_error import FormError
from gateway.config.orders.signing import SignatureAlgorithm, SignerSettings
from gateway.config.secrets import Secret
from gateway.core.instants import utc_ms
from gateway.core.order_faults import OrderNotNow
from gateway.core.phrase import Phrase
from gateway.orders.canonical import canonical
from gateway.orders.known_signers import OrderSigner
from gateway.orders.order_json import Order

SIGNATURES = "signatures"
"""The member that has them, and that they are not over."""
_SMALLEST_RSA = 2048
_HALF = 32
"""Bytes of each of the two numbers of ES256."""


class SignatureKey(Protocol):
    """A private key, wherever it lies."""

    def sign(self, content: bytes) -> bytes:
        """RS256: as PKCS#1 has it; ES256: r and s, 32 bytes each (RFC 7518, 3.4).

        Raises:
            OrderNotNow: it cannot be used.
        """

    def belongs_to(self, certificate: x509.Certificate) -> bool:
        """Whether it is the certificate's key."""

    def close(self) -> None:
        """Never raises."""


class OrderSigners:
    """All signatures that every order gets. For one thread at a time."""

    def __init__(self, settings: Sequence[SignerSettings]) -> None:
        """Nothing is read yet."""
        self._signers = [_Signer(one) for one in settings]

    def signed(self, order: Order, now_ms: int) -> bytes:
        """The document as it is sent: canonical JSON of the order with its signatures, each over the canonical JSON of
        the order without them.

        Raises:
            OrderNotNow: one of the signatures cannot be made.
        """
        content = canonical(order)
        signatures = [signer.signature(content, now_ms) for signer in self._signers]
        return canonical(order | {SIGNATURES: signatures})

    def seen(self) -> list[OrderSigner]:
        """How it stands with each, whatever is wrong with it; whether its certificate is valid now is not looked at."""
        return [signer.seen() for signer in self._signers]

    def close(self) -> None:
        for signer in self._signers:
            signer.close()


class _Signer:
    """One signature's. What it has read is kept until the files are others."""

    def __init__(self, settings: SignerSettings) -> None:
        self._settings = settings
        self._role = settings.role
        self._key: SignatureKey | None = None
        self._certificate: x509.Certificate | None = None
        self._der = ""
        self._marks: tuple[object, ...] = ()
        self._refused: tuple[tuple[object, ...], OrderNotNow] | None = None
        """With what a token did not let us in, and its words: asked again with the same, it would lock itself."""

    def signature(self, content: bytes, now_ms: int) -> dict[str, Any]:
        key, certificate = self._read()
        begin_ms, end_ms = utc_ms(certificate.not_valid_before_utc), utc_ms(certificate.not_valid_after_utc)
        if now_ms < begin_ms:
            begins = certificate.not_valid_before_utc
            raise self._cannot(Phrase("its certificate is valid from {begin} UTC on", begin=f"{begins:%Y-%m-%d %H:%M}"))
        if now_ms > end_ms:
            ends = certificate.not_valid_after_utc
            raise self._cannot(Phrase("its certificate ended on {end} UTC", end=f"{ends:%Y-%m-%d %H:%M}"))
        value = key.sign(content)
        algorithm = self._settings.algorithm.value
        return {
            "role": self._role,
            "algorithm": algorithm,
            "certificate": self._der,
            "value": base64.b64encode(value).decode("ascii"),
        }

    def seen(self) -> OrderSigner:
        holder, from_ms, until_ms, trouble = None, None, None, None
        try:
            found = self._certificate_in_file()
            holder = found.subject.rfc4514_string()
            from_ms, until_ms = utc_ms(found.not_valid_before_utc), utc_ms(found.not_valid_after_utc)
            self._read()
        except OrderNotNow as error:
            trouble = str(error)
        return OrderSigner(self._role, holder, from_ms, until_ms, trouble)

    def close(self) -> None:
        if self._key is not None:
            self._key.close()
        self._key, self._certificate, self._marks = None, None, ()

    def _read(self) -> tuple[SignatureKey, x509.Certificate]:
        marks = tuple(_mark(one) for one in (self._settings.key, self._settings.pin, self._settings.certificate))
        if self._key is None or self._certificate is None or marks != self._marks:
            self.close()
            certificate = self._certificate_in_file()
            key = self._opened_once(marks)
            if not key.belongs_to(certificate):
                key.close()
                raise self._cannot(Phrase("its certificate is not that of its key"))
            self._key, self._certificate, self._marks = key, certificate, marks
            self._der = base64.b64encode(certificate.public_bytes(Encoding.DER)).decode("ascii")
        return self._key, self._certificate

    def _opened_once(self, marks: tuple[object, ...]) -> SignatureKey:
        if self._settings.key is not None:
            return self._opened()
        from gateway.orders.token_key import PinRefused

        if self._refused is not None and self._refused[0] == marks:
            raise self._refused[1]
        try:
            return self._opened()
        except PinRefused as refusal:
            self._refused = marks, refusal
            raise

    def _certificate_in_file(self) -> x509.Certificate:
        """The first one in the file: those behind it are its issuers'."""
        try:
            return x509.load_pem_x509_certificates(read_secret(self._role, self._settings.certificate).encode())[0]
        except (ValueError, IndexError):
            raise self._cannot(
                Phrase("{file} holds no certificate in PEM form", file=self._settings.certificate)
            ) from None

    def _opened(self) -> SignatureKey:
        settings = self._settings
        if settings.key is None:
            from gateway.orders.token_key import open_token_key

            pin = "" if settings.pin is None else read_secret(self._role, settings.pin)
            return open_token_key(self._role, settings.pkcs11 or "", pin, settings.algorithm)
        try:
            key = load_pem_private_key(read_secret(self._role, settings.key).encode(), password=None)
        except TypeError:
            raise self._cannot(Phrase("{file} is encrypted: keep it without a password", file=settings.key)) from None
        except (ValueError, UnsupportedAlgorithm):
            raise self._cannot(Phrase("{file} holds no private key in PEM form", file=settings.key)) from None
        if settings.algorithm is SignatureAlgorithm.RS256 and isinstance(key, rsa.RSAPrivateKey):
            if key.key_size < _SMALLEST_RSA:
                raise self._cannot(Phrase("its RSA key is too short: at least {bits} bits", bits=_SMALLEST_RSA))
            return _RsaKey(key)
        if settings.algorithm is SignatureAlgorithm.ES256 and isinstance(key, ec.EllipticCurvePrivateKey):
            if not isinstance(key.curve, ec.SECP256R1):
                raise self._cannot(Phrase("its key is not on the curve P-256"))
            return _EcKey(key)
        raise self._cannot(Phrase("its key is not one for {algorithm}", algorithm=settings.algorithm.value))

    def _cannot(self, why: Phrase) -> OrderNotNow:
        return OrderNotNow(Phrase("{role} cannot sign: {why}", role=self._role, why=why))


def read_secret(role: str, secret: Secret) -> str:
    """
    Raises:
        OrderNotNow: its file cannot be read.
    """
    try:
        return secret.read()
    except FormError as fault:
        why = Phrase("{wrong}; {right}", wrong=fault.wrong, right=fault.right)
        raise OrderNotNow(Phrase("{role} cannot sign: {why}", role=role, why=why)) from None


class _RsaKey:
    """In memory."""

    def __init__(self, key: rsa.RSAPrivateKey) -> None:
        self._key = key

    def sign(self, content: bytes) -> bytes:
        return self._key.sign(content, padding.PKCS1v15(), hashes.SHA256())

    def belongs_to(self, certificate: x509.Certificate) -> bool:
        return self._key.public_key() == certificate.public_key()

    def close(self) -> None:
        """Nothing is open."""


class _EcKey:
    """In memory."""

    def __init__(self, key: ec.EllipticCurvePrivateKey) -> None:
        self._key = key

    def sign(self, content: bytes) -> bytes:
        r, s = decode_dss_signature(self._key.sign(content, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(_HALF, "big") + s.to_bytes(_HALF, "big")

    def belongs_to(self, certificate: x509.Certificate) -> bool:
        return self._key.public_key() == certificate.public_key()

    def close(self) -> None:
        """Nothing is open."""


def _mark(secret: Secret | None) -> object:
    """What is another one once somebody has written the file anew."""
    place = None if secret is None else secret.place
    if place is None:
        return secret
    try:
        found = place.stat()
    except OSError as error:
        return error.errno
    return found.st_mtime_ns, found.st_size, found.st_ino
