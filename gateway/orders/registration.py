"""What a coach station registers at the road administration with: a key pair, the request for its certificate, and what
the authority's form asks for.

Promises: nothing that is there is overwritten, and a key is readable for its owner and the daemon alone.
"""

from __future__ import annotations

import hashlib
import os
import socket
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID

from gateway.config.orders.signing import SignatureAlgorithm
from gateway.core.errors import GatewayError
from gateway.core.phrase import Phrase
from gateway.runtime.daemon_group import make_shared_folder, share_with_daemon
from gateway.runtime.sync import sync

RSA_BITS = 3072
_COUNTRY = "VN"

SigningKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey


@dataclass(frozen=True, slots=True)
class RegisteredKey:
    """`sha256`: of the public key in DER form, in hexadecimal digits; both sides compare it. `is_new`: the key was made
    now. `key_file`: `None`: it is in a token."""

    key_file: Path | None
    request_file: Path
    public: str
    sha256: str
    is_new: bool


def registered_key(
    folder: Path, role: str, algorithm: SignatureAlgorithm, holder: str, known: Path | None
) -> RegisteredKey:
    """The key, made unless it is there, at `known`, which the configuration names, or in the folder where it names no
    file; and the request for its certificate, which names the holder.

    Raises:
        GatewayError: a file is there already, the key is of another kind, or the folder cannot be written.
    """
    request_file = request_in(folder, role)
    key_file = folder / f"orders-{role}.key" if known is None else known
    try:
        is_new = not key_file.exists()
        refuse_what_is_there(request_file)
        key = _new_key(algorithm) if is_new else _key_in(key_file, algorithm)
        make_shared_folder(folder)
        if is_new:
            make_shared_folder(key_file.parent)
            private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            write_new(key_file, private, 0o600)
            share_with_daemon(key_file)
        request = x509.CertificateSigningRequestBuilder().subject_name(holder_name(holder)).sign(key, hashes.SHA256())
        write_new(request_file, request.public_bytes(Encoding.PEM), 0o644)
    except OSError as error:
        told = Phrase("{file} cannot be used: {why}", file=error.filename or folder, why=error.strerror)
        raise GatewayError(told) from error
    return described(key.public_key(), key_file, request_file, is_new)


def described(public: PublicKey, key_file: Path | None, request_file: Path, is_new: bool) -> RegisteredKey:
    return RegisteredKey(
        key_file,
        request_file,
        public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode("ascii"),
        hashlib.sha256(public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest(),
        is_new,
    )


def holder_name(holder: str) -> x509.Name:
    """What a request for a certificate calls the holder; names are 64 characters long at the most (X.520)."""
    return x509.Name(
        [x509.NameAttribute(NameOID.COUNTRY_NAME, _COUNTRY), x509.NameAttribute(NameOID.COMMON_NAME, holder[:64])]
    )


def request_in(folder: Path, role: str) -> Path:
    return folder / f"orders-{role}.csr"


def refuse_what_is_there(*files: Path) -> None:
    """
    Raises:
        GatewayError: one is there.
    """
    for file in files:
        if file.is_symlink() or file.exists():
            raise GatewayError(Phrase("{file} is there already and is not overwritten: move it away", file=file))


def write_new(file: Path, content: bytes, mode: int) -> None:
    """O_EXCL: of two who make the same name at once, one is told so. What cannot be written whole is not left behind.

    Raises:
        OSError: it cannot be written, or is there.
    """
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as opened:
        try:
            opened.write(content)
            opened.flush()
            os.fsync(opened.fileno())
        except OSError as error:
            file.unlink(missing_ok=True)
            raise OSError(error.errno, error.strerror, str(file)) from error
    sync(file.parent)


def source_address(host: str, port: int) -> str | None:
    """This machine's address on the way to a server; nothing is sent. `None`: there is no way now."""
    with suppress(OSError):
        for family, kind, protocol, _, where in socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM):
            with suppress(OSError), socket.socket(family, kind, protocol) as probe:
                probe.connect(where)
                return str(probe.getsockname()[0])
    return None


def is_seen_otherwise(address: str) -> bool:
    """Whether the authority sees another one: a router's, or the provider's."""
    return ip_address(address).is_private


def _new_key(algorithm: SignatureAlgorithm) -> SigningKey:
    if algorithm is SignatureAlgorithm.ES256:
        return ec.generate_private_key(ec.SECP256R1())
    return rsa.generate_private_key(public_exponent=65537, key_size=RSA_BITS)


def _key_in(file: Path, algorithm: SignatureAlgorithm) -> SigningKey:
    kind = ec.EllipticCurvePrivateKey if algorithm is SignatureAlgorithm.ES256 else rsa.RSAPrivateKey
    try:
        key = load_pem_private_key(file.read_bytes(), password=None)
    except (ValueError, TypeError):
        raise GatewayError(Phrase("{file} holds no private key in PEM form", file=file)) from None
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) or not isinstance(key, kind):
        raise GatewayError(Phrase("{file} is not a key for {algorithm}", file=file, algorithm=algorithm.value))
    return key
