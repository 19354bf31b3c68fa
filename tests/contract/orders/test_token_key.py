"""Keys that never leave a token: Debian's SoftHSM signs, openssl verifies."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from gateway.config.orders.signing import SignerSettings
from gateway.core.order_faults import OrderNotNow
from gateway.orders.signing import OrderSigners
from gateway.runtime.clock import SystemClock
from stationsim.road.signatures import Signatures
from tests.support.debian import library_path, unpacked
from tests.support.order_keys import certificate_of, new_key
from tests.support.servers.softhsm import PACKAGES

NOW_MS = SystemClock().now().wall_ms
PIN = "4711"


@dataclass(frozen=True, slots=True)
class Token:
    """A token with a key for each algorithm."""

    folder: Path
    module: Path

    def settings(self, algorithm: str, *, pin: str = PIN, certificate_of: str = "", key: str = "") -> SignerSettings:
        pin_file = self.folder / "pin"
        pin_file.write_text(pin)
        pin_file.chmod(0o600)
        uri = f"pkcs11:token=coach;object={key or algorithm}?module-path={self.module}"
        certificate = self.folder / f"{certificate_of or algorithm}.pem"
        return SignerSettings.model_validate(
            {
                "role": "station",
                "pkcs11": uri,
                "pin": {"file": str(pin_file)},
                "certificate": {"file": str(certificate)},
                "algorithm": algorithm,
            }
        )


@pytest.fixture(scope="module")
def token(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Token]:
    folder, root = tmp_path_factory.mktemp("token"), unpacked(*PACKAGES)
    (folder / "tokens").mkdir()
    conf = folder / "softhsm2.conf"
    conf.write_text(f"directories.tokendir = {folder / 'tokens'}\nobjectstore.backend = file\nlog.level = ERROR\n")
    module = next(root.rglob("libsofthsm2.so"))
    environment = library_path(root) | {"SOFTHSM2_CONF": str(conf)}

    def softhsm(*arguments: str) -> None:
        tool = root / "usr/bin/softhsm2-util"
        subprocess.run([tool, "--module", module, *arguments], env=environment, check=True, capture_output=True)

    softhsm("--init-token", "--free", "--label", "coach", "--pin", PIN, "--so-pin", "0815")
    for number, algorithm in enumerate(("RS256", "ES256"), start=1):
        key, file = new_key(algorithm), folder / f"{algorithm}.key"
        file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        softhsm(*("--import", str(file), "--token", "coach", "--label", algorithm, "--id", f"0{number}", "--pin", PIN))
        file.unlink()
        certificate = certificate_of(key, "station", timedelta(days=-1), timedelta(days=100))
        (folder / f"{algorithm}.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    before = os.environ.get("SOFTHSM2_CONF")
    os.environ["SOFTHSM2_CONF"] = str(conf)
    yield Token(folder, module)
    if before is None:
        del os.environ["SOFTHSM2_CONF"]
    else:
        os.environ["SOFTHSM2_CONF"] = before


@pytest.mark.parametrize("algorithm", ["RS256", "ES256"])
def test_openssl_verifies_what_the_token_signs(token: Token, algorithm: str) -> None:
    signers = OrderSigners([token.settings(algorithm)])
    for number in range(3):
        document = signers.signed({"id": f"L-{number}", "driver": "Nguyễn Văn A"}, NOW_MS)
        registered = [token.folder / f"{algorithm}.pem"]
        assert Signatures(["station"], registered).fault(json.loads(document)) is None
    signers.close()


@pytest.mark.parametrize(
    ("differences", "said"),
    [
        ({"pin": "0000"}, "pin incorrect"),
        ({"key": "nothing"}, "no such key"),
        ({"certificate_of": "ES256"}, "not that of its key"),
    ],
)
def test_what_the_token_refuses_is_said(token: Token, differences: dict[str, str], said: str) -> None:
    with pytest.raises(OrderNotNow, match=said):
        OrderSigners([token.settings("RS256", **differences)]).signed({"id": "L-1"}, NOW_MS)


def test_a_token_that_is_not_there_is_said(token: Token) -> None:
    settings = token.settings("RS256")
    elsewhere = settings.model_copy(update={"pkcs11": f"pkcs11:token=lost;object=RS256?module-path={token.module}"})
    with pytest.raises(OrderNotNow, match="no such token"):
        OrderSigners([elsewhere]).signed({"id": "L-1"}, NOW_MS)
    nowhere = settings.model_copy(update={"pkcs11": "pkcs11:token=coach;object=RS256?module-path=/nothing.so"})
    with pytest.raises(OrderNotNow, match="cannot sign"):
        OrderSigners([nowhere]).signed({"id": "L-1"}, NOW_MS)
