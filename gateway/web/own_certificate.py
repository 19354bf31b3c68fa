"""Makes the page's own certificate if it has to be made: a program of its own, for its library is large.

    python -m gateway.web.own_certificate FILE NOW_MS NAME… -- NAME…

It has to bear the names before `--`, and gets those behind it, too, when it is made. Prints one JSON object: `reason`
(why it was made; `null`: it was good), `until` (its end, UTC).
"""

from __future__ import annotations

import ipaddress
import json
import os
import ssl
import sys
from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from gateway.runtime.plain_file import NoPlainFile, make_plain_file, open_plain_file
from gateway.runtime.sync import sync

VALID_FOR = timedelta(days=730)
RENEWED_BEFORE = timedelta(days=30)
_BEGINS_BEFORE = timedelta(days=1)
"""Browsers' clocks differ."""
_MOST_BYTES = 65_536
_COMMON_NAME = "Station Gateway"


def make_if_needed(file: Path, names: Sequence[str], also: Sequence[str], now: datetime) -> tuple[str | None, datetime]:
    """Why it was made, `None` where it was good, and when it ends.

    Raises:
        OSError: it cannot be read or written.
    """
    certificate = _kept(file)
    reason = _why_not(certificate, names, now)
    if certificate is not None and reason is None:
        return None, certificate.not_valid_after_utc
    made, content = _made([*names, *also], now)
    _write(file, content)
    return reason, made.not_valid_after_utc


def _why_not(certificate: x509.Certificate | None, names: Collection[str], now: datetime) -> str | None:
    """`None`: it is good for a while."""
    if certificate is None:
        return "there was none, or not as it was written"
    if now < certificate.not_valid_before_utc:
        return "the clock shows a time before it began"
    if now > certificate.not_valid_after_utc - RENEWED_BEFORE:
        return "it ends soon, or has ended"
    missing = sorted(set(names) - _names_of(certificate))
    return f"it does not bear {', '.join(missing)}" if missing else None


def _kept(file: Path) -> x509.Certificate | None:
    """The certificate, if the file holds it and its key."""
    try:
        descriptor = open_plain_file(file, os.O_RDONLY)
    except FileNotFoundError:
        return None
    with os.fdopen(descriptor, "rb") as opened:
        content = opened.read(_MOST_BYTES)
    try:
        certificate = x509.load_pem_x509_certificate(content)
        key = serialization.load_pem_private_key(content, None)
        if certificate.public_key() != key.public_key():
            return None
        certificate.verify_directly_issued_by(certificate)  # a flipped bit shows here
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(
            file
        )  # OpenSSL is more particular, and the page takes it
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm, x509.InvalidVersion, ssl.SSLError):
        return None
    return certificate


def _names_of(certificate: x509.Certificate) -> set[str]:
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return set()
    return {str(one.value) for one in found}


def _made(names: Sequence[str], now: datetime) -> tuple[x509.Certificate, bytes]:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, _COMMON_NAME)])
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    usage = x509.KeyUsage(True, False, False, False, False, False, False, False, False)  # noqa: FBT003
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _BEGINS_BEFORE)
        .not_valid_after(now + VALID_FOR)
        .add_extension(x509.SubjectAlternativeName([_general(one) for one in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(identifier, critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return certificate, private + certificate.public_bytes(serialization.Encoding.PEM)


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name.encode("idna").decode())


def _write(file: Path, content: bytes) -> None:
    """On the card when this returns, all of it or nothing; for its owner alone."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    beside = file.with_name(f"{file.name}.new")
    with os.fdopen(make_plain_file(beside, 0o600), "wb") as opened:
        opened.write(content)
        opened.flush()
        os.fsync(opened.fileno())
    beside.replace(file)
    sync(file.parent)
    sync(file.parent.parent)


def main(arguments: Sequence[str]) -> int:
    file, now_ms, *names = arguments
    end = names.index("--")
    now = datetime.fromtimestamp(int(now_ms) // 1000, UTC)
    try:
        reason, until = make_if_needed(Path(file), names[:end], names[end + 1 :], now)
    except (OSError, NoPlainFile) as error:
        sys.stderr.write(f"{error.filename or file}: {error.strerror or error}\n")
        return 1
    sys.stdout.buffer.write(json.dumps({"reason": reason, "until": f"{until:%Y-%m-%d}"}).encode())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
