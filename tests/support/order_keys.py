"""Keys and certificates of those who sign transport orders."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from gateway.config.orders.signing import SignatureAlgorithm, SignerSettings

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@dataclass(frozen=True, slots=True)
class SignerFiles:
    key: Path
    certificate: Path

    def settings(self, role: str = "station", algorithm: str = "RS256") -> SignerSettings:
        return SignerSettings.model_validate(
            {
                "role": role,
                "key": {"file": str(self.key)},
                "certificate": {"file": str(self.certificate)},
                "algorithm": SignatureAlgorithm(algorithm),
            }
        )


def new_key(algorithm: str = "RS256", bits: int = 2048) -> PrivateKey:
    if algorithm == "ES256":
        return ec.generate_private_key(ec.SECP256R1())
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


@cache
def key_of(name: str) -> PrivateKey:
    """The same one for the whole run: an RSA key takes a good part of a second to make."""
    return new_key()


def signer_files(
    folder: Path,
    name: str = "station",
    key: PrivateKey | None = None,
    valid_from: timedelta = timedelta(days=-1),
    valid_for: timedelta = timedelta(days=100),
) -> SignerFiles:
    """A key and its certificate, signed by itself, valid from now + `valid_from` for `valid_for`."""
    folder.mkdir(parents=True, exist_ok=True)
    key = key or key_of(name)
    files = SignerFiles(folder / f"{name}.key", folder / f"{name}.pem")
    files.key.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    files.key.chmod(0o600)
    files.certificate.write_bytes(certificate_of(key, name, valid_from, valid_for).public_bytes(Encoding.PEM))
    return files


def certificate_of(key: PrivateKey, name: str, valid_from: timedelta, valid_for: timedelta) -> x509.Certificate:
    named = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    begin = datetime.now(UTC) + valid_from
    return (
        x509.CertificateBuilder()
        .subject_name(named)
        .issuer_name(named)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(begin + valid_for)
        .sign(key, hashes.SHA256())
    )
