"""Whom secrets are for: a certificate, to which CMS is encrypted, or an age recipient.

What is given is public. Whoever gives a private key by mistake is told, and nothing of it is shown.
"""

from __future__ import annotations

import hashlib
import os
from abc import abstractmethod
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from gateway.core.errors import GatewayError
from gateway.core.instants import utc_text
from gateway.core.phrase import Phrase
from gateway.core.printable import printable
from gateway.reports.handover import age, bech32
from gateway.runtime.plain_file import open_plain_file

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.x509 import Certificate

_LARGEST = 65_536
_LEAST_BITS = 2048
_AGE_PREFIX, _AGE_SECRET = "age1", "AGE-SECRET-KEY-"
_WANTED = Phrase(
    "give the department's certificate (a file, PEM or DER) or its age recipient (age1…, or a file with it)"
)


class RecipientUnusable(GatewayError):
    """Nothing can be encrypted for what was given."""


class Recipient(Protocol):
    """`words`: who, for people. `fingerprint`: of the key, which the department compares. `file_name`: of what is
    encrypted. `opens_with`: the command, for the act."""

    words: str
    fingerprint: str
    file_name: str
    opens_with: str

    @abstractmethod
    def encrypt(self, content: bytes) -> bytes:
        """Only the recipient's private key opens it.

        Raises:
            RecipientUnusable: it is a key for which nothing can be.
        """

    @abstractmethod
    def doubts(self, now_ms: int) -> str | None:
        """What a person should look at before this is handed over; `None`: nothing."""


class AgeRecipient:
    """An X25519 key, as `age-keygen` makes it."""

    file_name = "accounts.age"
    opens_with = "age -d -i KEY -o accounts.json accounts.age"

    def __init__(self, text: str) -> None:
        """
        Raises:
            ValueError: it is none.
        """
        prefix, self._public = bech32.decode(text)
        if prefix != "age" or len(self._public) != 32:
            raise ValueError(Phrase("is another kind of key than age's X25519"))
        self.words = f"age {text.lower()}"
        self.fingerprint = hashlib.sha256(self._public).hexdigest()

    def encrypt(self, content: bytes) -> bytes:
        try:
            return age.encrypt(content, self._public)
        except ValueError:  # a point by which everybody would agree on the same secret
            raise RecipientUnusable(
                Phrase("{words} is no key for which anything can be encrypted", words=self.words)
            ) from None

    def doubts(self, now_ms: int) -> str | None:
        return None


class CertificateRecipient:
    """An X.509 certificate with an RSA key."""

    file_name = "accounts.p7m"
    opens_with = "openssl cms -decrypt -inform DER -in accounts.p7m -inkey KEY -out accounts.json"

    def __init__(self, certificate: Certificate) -> None:
        """
        Raises:
            ValueError: its key cannot be encrypted for.
        """
        from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

        key = certificate.public_key()
        if not isinstance(key, RSAPublicKey):
            raise ValueError(
                Phrase("is for a key that is not RSA; ask the department for an RSA one, or for an age recipient")
            )
        _refuse_weak(key)
        self._certificate = certificate
        self.words = printable(certificate.subject.rfc4514_string())
        self.fingerprint = hashlib.sha256(_der(certificate)).hexdigest()

    def encrypt(self, content: bytes) -> bytes:
        from cryptography.hazmat.primitives.serialization import Encoding
        from cryptography.hazmat.primitives.serialization.pkcs7 import PKCS7EnvelopeBuilder, PKCS7Options

        builder = PKCS7EnvelopeBuilder().set_data(content).add_recipient(self._certificate)
        return builder.encrypt(Encoding.DER, [PKCS7Options.Binary])

    def doubts(self, now_ms: int) -> str | None:
        begins_ms = int(self._certificate.not_valid_before_utc.timestamp() * 1000)
        ends_ms = int(self._certificate.not_valid_after_utc.timestamp() * 1000)
        if begins_ms <= now_ms <= ends_ms:
            return None
        return (
            f"the certificate is valid from {utc_text(begins_ms)} to {utc_text(ends_ms)} only; ask the department"
            " whether it still has the key, and for the present certificate"
        )


def _refuse_weak(key: RSAPublicKey) -> None:
    if key.key_size < _LEAST_BITS:
        raise ValueError(
            Phrase(
                "has a key of {key_size} bits only; ask for one of {least_bits} at least",
                key_size=key.key_size,
                least_bits=_LEAST_BITS,
            )
        )


def _der(certificate: Certificate) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding

    return certificate.public_bytes(Encoding.DER)


def recipient_of(given: str) -> Recipient:
    """What `--for` says: `age1…` itself, or a file with a certificate or a recipient.

    Raises:
        RecipientUnusable: it is neither.
    """
    if given.upper().startswith(_AGE_SECRET):
        raise RecipientUnusable(
            Phrase("this is a private key, which nobody but the department may have; {wanted}", wanted=_WANTED)
        )
    if given.lower().startswith(_AGE_PREFIX) and os.sep not in given and not Path(given).exists():
        return _age(given, given)
    file = Path(given)
    content = _read(file)
    if b"PRIVATE KEY" in content or _AGE_SECRET.encode() in content.upper():
        raise RecipientUnusable(
            Phrase(
                "{file} holds a private key, which nobody but the department may have; {wanted}",
                file=file,
                wanted=_WANTED,
            )
        )
    lines = [line.strip() for line in content.decode("utf-8", "replace").splitlines()]
    keys = [line for line in lines if line.startswith(_AGE_PREFIX)]
    if len(keys) > 1:
        raise RecipientUnusable(
            Phrase(
                "{file} has {count} recipients; the hand-over is for one, name it after --for",
                file=file,
                count=len(keys),
            )
        )
    return _age(keys[0], str(file)) if keys else _certificate(content, file)


def _age(text: str, where: str) -> Recipient:
    try:
        return AgeRecipient(text)
    except ValueError as fault:
        raise RecipientUnusable(f"{where} {fault}; {_WANTED}") from None


def _certificate(content: bytes, file: Path) -> Recipient:
    from cryptography.x509 import load_der_x509_certificate, load_pem_x509_certificate

    is_pem = b"-----BEGIN CERTIFICATE-----" in content
    try:
        found = load_pem_x509_certificate(content) if is_pem else load_der_x509_certificate(content)
    except ValueError:
        raise RecipientUnusable(
            Phrase("{file} is no certificate and no age recipient; {wanted}", file=file, wanted=_WANTED)
        ) from None
    try:
        return CertificateRecipient(found)
    except ValueError as fault:
        raise RecipientUnusable(f"{file} {fault}") from None


def _read(file: Path) -> bytes:
    try:
        with os.fdopen(open_plain_file(file.resolve(), os.O_RDONLY), "rb") as opened:
            content = opened.read(_LARGEST + 1)
    except OSError as error:
        raise RecipientUnusable(
            Phrase("{file} cannot be read: {strerror}; {wanted}", file=file, strerror=error.strerror, wanted=_WANTED)
        ) from None
    if len(content) > _LARGEST:
        raise RecipientUnusable(
            Phrase("{file} is larger than {largest} bytes; {wanted}", file=file, largest=_LARGEST, wanted=_WANTED)
        )
    return content
