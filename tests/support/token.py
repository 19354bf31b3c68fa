"""A token of Debian's SoftHSM, in a folder of its own."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from gateway.config.orders.signing import SignerSettings
from tests.support.debian import library_path, unpacked
from tests.support.order_keys import PrivateKey
from tests.support.servers.softhsm import PACKAGES

PIN = "4711"
_LABEL = "coach"


@dataclass(frozen=True, slots=True)
class Token:
    folder: Path
    module: Path
    tool: Path
    environment: Mapping[str, str]

    def uri(self, key: str) -> str:
        return f"pkcs11:token={_LABEL};object={key}?module-path={self.module}"

    def pin_file(self, pin: str = PIN) -> Path:
        file = self.folder / "pin"
        file.write_text(pin)
        file.chmod(0o600)
        return file

    def settings(self, algorithm: str, *, pin: str = PIN, certificate_of: str = "", key: str = "") -> SignerSettings:
        certificate = self.folder / f"{certificate_of or algorithm}.pem"
        return SignerSettings.model_validate(
            {
                "role": "station",
                "pkcs11": self.uri(key or algorithm),
                "pin": {"file": str(self.pin_file(pin))},
                "certificate": {"file": str(certificate)},
                "algorithm": algorithm,
            }
        )

    def take(self, key: PrivateKey, label: str, number: int) -> None:
        file = self.folder / f"{label}.key"
        file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        named = ("--token", _LABEL, "--label", label, "--id", f"{number:02}", "--pin", PIN)
        self.softhsm("--import", str(file), *named)
        file.unlink()

    def softhsm(self, *arguments: str) -> None:
        command = [str(self.tool), "--module", str(self.module), *arguments]
        subprocess.run(command, env=self.environment, check=True, capture_output=True)


@contextmanager
def new_token(folder: Path) -> Iterator[Token]:
    """Empty; this process and those it starts find it."""
    root = unpacked(*PACKAGES)
    (folder / "tokens").mkdir()
    settings = folder / "softhsm2.conf"
    settings.write_text(f"directories.tokendir = {folder / 'tokens'}\nobjectstore.backend = file\nlog.level = ERROR\n")
    module = next(root.rglob("libsofthsm2.so"))
    environment = library_path(root) | {"SOFTHSM2_CONF": str(settings)}
    token = Token(folder, module, root / "usr/bin/softhsm2-util", environment)
    token.softhsm("--init-token", "--free", "--label", _LABEL, "--pin", PIN, "--so-pin", "0815")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOFTHSM2_CONF", str(settings))
        yield token
