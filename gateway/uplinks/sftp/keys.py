"""Key pairs for SFTP: made here, so that the private half never travels.

Promises: a file that is there is never overwritten; the private key is never readable by everybody, not for a moment.
"""

from __future__ import annotations

import base64
import hashlib
import os
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa

from gateway.core.errors import GatewayError
from gateway.core.phrase import Phrase
from gateway.runtime.daemon_group import make_shared_folder, share_with_daemon

RSA_BITS = 3072
"""NIST SP 800-57, part 1: sufficient beyond 2030."""


class KeyType(StrEnum):
    ED25519 = "ed25519"
    RSA = "rsa"
    """For servers too old for ed25519."""


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A new pair. `public` is the line for the authority, `fingerprint` what both sides compare on the telephone."""

    private_file: Path
    public_file: Path
    public: str
    fingerprint: str


def make_key(folder: Path, name: str, kind: KeyType, comment: str) -> KeyPair:
    """Make `folder/name` and `folder/name.pub`.

    The private key is for its owner alone, or for the group `gateway`, too, where there is one and we may give it away.

    Raises:
        GatewayError: one of the files is there already, or the folder cannot be written.
    """
    private_file, public_file = folder / name, folder / f"{name}.pub"
    for file in (private_file, public_file):
        if _is_there(file):
            raise GatewayError(
                Phrase(
                    "{file} is there already and is not overwritten; choose another name, such as {name}-key, or move"
                    " it away",
                    file=file,
                    name=name,
                )
            )
    key = _generate(kind)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption()
    )
    shown = key.public_key().public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH).decode()
    public = f"{shown} {comment}"
    try:
        make_shared_folder(folder)
        _write(private_file, private, 0o600)
        _write(public_file, f"{public}\n".encode(), 0o644)
        share_with_daemon(private_file)
    except PermissionError as error:
        told = Phrase(
            "{file} cannot be written: {why}; run this as root, or name your own folder with --out",
            file=error.filename or folder,
            why=error.strerror,
        )
        raise GatewayError(told) from error
    except OSError as error:
        told = Phrase("{file} cannot be written: {why}", file=error.filename or folder, why=error.strerror)
        raise GatewayError(told) from error
    return KeyPair(private_file, public_file, public, fingerprint_of(shown))


def _is_there(file: Path) -> bool:
    try:
        file.lstat()
    except OSError:  # a folder that we may not enter shows when we write
        return False
    return True


def _generate(kind: KeyType) -> ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey:
    if kind is KeyType.ED25519:
        return ed25519.Ed25519PrivateKey.generate()
    return rsa.generate_private_key(public_exponent=65537, key_size=RSA_BITS)


def _write(file: Path, content: bytes, mode: int) -> None:
    """O_EXCL: of two who make the same name at once, one is told so."""
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as opened:
        opened.write(content)
        opened.flush()
        os.fsync(opened.fileno())


def fingerprint_of(public: str) -> str:
    """As `ssh-keygen -lf` shows it."""
    digest = hashlib.sha256(base64.b64decode(public.split()[1])).digest()
    return "SHA256:" + base64.b64encode(digest).decode().rstrip("=")
