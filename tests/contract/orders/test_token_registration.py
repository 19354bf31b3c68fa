"""`gateway orders register` with a key in a token: made or found there; openssl verifies what the token signed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.order_keys import new_key
from tests.support.token import Token, new_token
from tests.unit.config.test_orders import COACH


@pytest.fixture(scope="module")
def token(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Token]:
    with new_token(tmp_path_factory.mktemp("token")) as made:
        yield made


def register(
    folder: Path, token: Token, key: str, algorithm: str, out: Path, pin: str = "4711"
) -> subprocess.CompletedProcess[str]:
    """In a process of its own: a module of PKCS#11 reads its settings once."""
    signs = {
        "role": "station",
        "pkcs11": token.uri(key),
        "pin": {"file": str(token.pin_file(pin))},
        "certificate": {"file": str(folder / "station.pem")},
        "algorithm": algorithm,
    }
    file = folder / "gateway.yaml"
    text = COACH.replace("api.example.vn", "127.0.0.1")
    signers = json.dumps([signs])
    file.write_text(text.replace("[{role: station, key: {file: /k}, certificate: {file: /c}}]", signers), "utf-8")
    command = [sys.executable, "-m", "gateway", "orders", "register", "-c", str(file), "-o", str(out), "--json"]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ, timeout=120)


def told(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def public_key_in(request: str) -> str:
    """openssl verifies the request's signature before it tells."""
    command = ["openssl", "req", "-in", request, "-noout", "-verify", "-pubkey"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "verify OK" in done.stderr
    return done.stdout


@pytest.mark.parametrize("algorithm", ["RS256", "ES256"])
def test_a_key_is_made_in_the_token_once_and_signs_its_request(token: Token, tmp_path: Path, algorithm: str) -> None:
    first = told(register(tmp_path, token, f"made-{algorithm}", algorithm, tmp_path / "first"))
    assert (first["new"], first["key_file"], first["pkcs11"]) == (True, None, token.uri(f"made-{algorithm}"))
    assert public_key_in(first["request_file"]) == first["public_key"]
    again = told(register(tmp_path, token, f"made-{algorithm}", algorithm, tmp_path / "again"))
    assert (again["new"], again["public_key"]) == (False, first["public_key"])
    assert sorted(one.name for one in (tmp_path / "again").iterdir()) == [
        "orders-station.csr",
        "registration.docx",
        "registration.json",
    ]


@pytest.mark.parametrize("algorithm", ["RS256", "ES256"])
def test_a_key_that_the_token_has_is_used(token: Token, tmp_path: Path, algorithm: str) -> None:
    token.take(new_key(algorithm), f"brought-{algorithm}", 21 if algorithm == "RS256" else 22)
    found = told(register(tmp_path, token, f"brought-{algorithm}", algorithm, tmp_path / "out"))
    assert found["new"] is False
    assert public_key_in(found["request_file"]) == found["public_key"]


def test_what_the_token_refuses_is_said_and_nothing_is_made(token: Token, tmp_path: Path) -> None:
    done = register(tmp_path, token, "refused", "RS256", tmp_path / "out", pin="0000")
    assert (done.returncode, "pin incorrect" in done.stderr) == (1, True)
    token.take(new_key("ES256"), "curve", 31)
    done = register(tmp_path, token, "curve", "RS256", tmp_path / "out")
    assert (done.returncode, "is not a key for RS256" in done.stderr) == (1, True)
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()
