"""A key pair for logging in, made by the code of `gateway keys new`; one that a former run made is shown again."""

from __future__ import annotations

import socket

from gateway.cli.init.secret_files import SecretFiles
from gateway.uplinks.sftp.keys import KeyPair, KeyType, fingerprint_of, make_key


def made_key(secrets: SecretFiles, name: str) -> KeyPair:
    """
    Raises:
        GatewayError: a file of that name is there, or it cannot be written.
    """
    private_file = secrets.prepare(name)
    public_file = private_file.with_name(f"{name}.pub")
    if private_file.exists() and public_file.exists():
        public = public_file.read_text("utf-8").strip()
        return KeyPair(private_file, public_file, public, fingerprint_of(public))
    private_file.unlink(missing_ok=True)  # half a pair of a former run
    public_file.unlink(missing_ok=True)
    return make_key(secrets.folder, name, KeyType.ED25519, f"{name}@{socket.gethostname()}")
