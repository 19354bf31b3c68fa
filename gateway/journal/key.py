"""The key with which the journal's digests and exports are signed: Ed25519, in one file that openssl reads, too.

Behind the private half stand the public one, so that nothing has to be computed to know it, and a SHA-256 of both: a
file that is not as it was made is known, and one flipped bit is put right. What signs is loaded at the first signature.
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
from pathlib import Path

from gateway.core.errors import GatewayError
from gateway.core.phrase import Phrase
from gateway.runtime.plain_file import make_plain_file, open_plain_file
from gateway.runtime.sync import sync

NAME = "journal.key"
"""In the storage folder, for its owner alone."""
_DER_HEAD = bytes.fromhex("302e020100300506032b657004220420")
"""RFC 8410: before the 32 bytes of a private key."""
_FORM = re.compile(
    rb"-----BEGIN PRIVATE KEY-----\n([A-Za-z0-9+/]{64})\n-----END PRIVATE KEY-----\n"
    rb"public ([0-9a-f]{64})\ncheck ([0-9a-f]{64})\n"
)
_MOST_BYTES = 4096


class KeyUnusable(GatewayError):
    """The file is there, and is no key of ours any more."""


class JournalKey:
    """One pair. `public_hex`: 64 hexadecimal digits."""

    def __init__(self, seed: bytes, public_hex: str) -> None:
        self._seed = seed
        self.public_hex = public_hex

    def sign(self, content: bytes) -> str:
        """An Ed25519 signature, 128 hexadecimal digits.

        Raises:
            KeyUnusable: the two halves do not belong together.
        """
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # 12 MB, once a day

        private = Ed25519PrivateKey.from_private_bytes(self._seed)
        if private.public_key().public_bytes_raw().hex() != self.public_hex:
            raise KeyUnusable(Phrase("{name} holds a public key that is not the private one's", name=NAME))
        return private.sign(content).hex()


def is_signed(public_hex: str, content: bytes, signature_hex: str) -> bool:
    """Whether that key has signed it; no where one of them is not what it should be, or
    written otherwise."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_hex))
        signature = bytes.fromhex(signature_hex)
        public.verify(signature, content)
    except (InvalidSignature, ValueError):
        return False
    return signature.hex() == signature_hex


def read_key(file: Path) -> JournalKey:
    """The key that lies there.

    Raises:
        FileNotFoundError: there is none.
        KeyUnusable: it cannot be read, or more than one bit of it is wrong.
    """
    try:
        descriptor = open_plain_file(file, os.O_RDONLY)
        try:
            content = os.read(descriptor, _MOST_BYTES)
        finally:
            os.close(descriptor)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise KeyUnusable(Phrase("{file} cannot be read: {strerror}", file=file, strerror=error.strerror)) from None
    key = _parsed(content) or _mended(content)
    if key is None:
        raise KeyUnusable(Phrase("{file} does not hold what was written", file=file))
    return key


def make_key(file: Path) -> JournalKey:
    """A new one, on the card when this returns, in the place of whatever plain file bore the name.

    Raises:
        OSError: it cannot be kept.
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    seed = os.urandom(32)
    key = JournalKey(seed, Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw().hex())
    beside = file.with_name(f"{file.name}.new")
    descriptor = make_plain_file(beside)
    try:
        content = _content(seed, key.public_hex)
        if os.write(descriptor, content) != len(content):
            raise OSError(Phrase("the card took a part of it"))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    beside.rename(file)
    sync(file.parent)
    return key


def _content(seed: bytes, public_hex: str) -> bytes:
    private = base64.b64encode(_DER_HEAD + seed).decode()
    return (
        f"-----BEGIN PRIVATE KEY-----\n{private}\n-----END PRIVATE KEY-----\n"
        f"public {public_hex}\ncheck {_check(seed, public_hex)}\n"
    ).encode()


def _check(seed: bytes, public_hex: str) -> str:
    return hashlib.sha256(seed + bytes.fromhex(public_hex)).hexdigest()


def _parsed(content: bytes) -> JournalKey | None:
    """`None`: not a byte of it may be other than it was written."""
    found = _FORM.fullmatch(content)
    if found is None:
        return None
    private, public_hex = base64.b64decode(found[1]), found[2].decode()
    seed = private[len(_DER_HEAD) :]
    if private[: len(_DER_HEAD)] != _DER_HEAD or _check(seed, public_hex) != found[3].decode():
        return None
    return JournalKey(seed, public_hex)


def _mended(content: bytes) -> JournalKey | None:
    """As it was before one bit of it flipped; `None`: more than one did."""
    for place, byte in enumerate(content):
        for bit in range(8):
            key = _parsed(content[:place] + bytes([byte ^ 1 << bit]) + content[place + 1 :])
            if key is not None:
                return key
    return None
