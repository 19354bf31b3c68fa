"""Algorithms over SHA-1 for servers that have nothing newer, used only where `legacy` names them.

paramiko has dropped them; what they are made of it still has.
"""

from __future__ import annotations

from hashlib import sha1
from typing import Final

from cryptography.hazmat.primitives import hashes
from paramiko import RSAKey
from paramiko.kex_gex import KexGexSHA256
from paramiko.kex_group14 import KexGroup14SHA256

SSH_RSA: Final = "ssh-rsa"


class Group14Sha1(KexGroup14SHA256):
    name = "diffie-hellman-group14-sha1"
    hash_algo = sha1


class GroupExchangeSha1(KexGexSHA256):
    name = "diffie-hellman-group-exchange-sha1"
    hash_algo = sha1
    min_bits = 1024


class Group1Sha1(KexGroup14SHA256):
    """RFC 2409, 6.2: 1024 bits."""

    name = "diffie-hellman-group1-sha1"
    hash_algo = sha1
    P = int(
        "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DD"
        "EF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED"
        "EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE65381FFFFFFFFFFFFFFFF",
        16,
    )


class Sha1RsaKey(RSAKey):
    """Signs and verifies also as `ssh-rsa` did: with SHA-1."""

    HASHES = {**RSAKey.HASHES, SSH_RSA: hashes.SHA1, "ssh-rsa-cert-v01@openssh.com": hashes.SHA1}  # type: ignore[misc]


OLD_KEY_EXCHANGES: Final = (Group14Sha1, GroupExchangeSha1, Group1Sha1)
"""The least weak first."""
