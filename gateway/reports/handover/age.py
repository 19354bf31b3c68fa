"""Encrypting for an age recipient (age-encryption.org/v1, X25519): a file that `age -d` opens.

The file key is wrapped for the recipient by X25519, HKDF-SHA-256 and ChaCha20-Poly1305; the content follows in chunks
of 64 KiB, each sealed with its number, the last one marked: nothing can be changed, taken away or cut off unseen.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os

_CHUNK = 65_536
_VERSION = b"age-encryption.org/v1"
_LABEL = b"age-encryption.org/v1/X25519"


def encrypt(content: bytes, public: bytes) -> bytes:
    """`public`: the recipient's 32 bytes.

    Raises:
        ValueError: they are no key with which a secret can be agreed.
    """
    file_key = os.urandom(16)
    header = b"".join((_VERSION, b"\n", _stanza(file_key, public), b"---"))
    mac = hmac.digest(_derived(file_key, b"", b"header"), header, hashlib.sha256)
    nonce = os.urandom(16)
    return b"".join((header, b" ", _text(mac), b"\n", nonce, _payload(content, _derived(file_key, nonce, b"payload"))))


def _stanza(file_key: bytes, public: bytes) -> bytes:
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

    ephemeral = X25519PrivateKey.generate()
    share = ephemeral.public_key().public_bytes_raw()
    agreed = ephemeral.exchange(X25519PublicKey.from_public_bytes(public))
    wrapped = ChaCha20Poly1305(_derived(agreed, share + public, _LABEL)).encrypt(bytes(12), file_key, None)
    return b"".join((b"-> X25519 ", _text(share), b"\n", _text(wrapped), b"\n"))


def _payload(content: bytes, key: bytes) -> bytes:
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

    cipher = ChaCha20Poly1305(key)
    chunks = [content[at : at + _CHUNK] for at in range(0, len(content), _CHUNK)] or [b""]
    last = len(chunks) - 1
    return b"".join(
        cipher.encrypt(number.to_bytes(11, "big") + bytes([number == last]), chunk, None)
        for number, chunk in enumerate(chunks)
    )


def _derived(secret: bytes, salt: bytes, purpose: bytes) -> bytes:
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(SHA256(), 32, salt or None, purpose).derive(secret)


def _text(content: bytes) -> bytes:
    return base64.b64encode(content).rstrip(b"=")
