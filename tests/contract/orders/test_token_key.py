"""Keys that never leave a token: Debian's SoftHSM signs, openssl verifies."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from gateway.core.order_faults import OrderNotNow
from gateway.orders.signing import OrderSigners
from gateway.runtime.clock import SystemClock
from stationsim.road.signatures import Signatures
from tests.support.order_keys import certificate_of, new_key
from tests.support.token import Token, new_token

NOW_MS = SystemClock().now().wall_ms


@pytest.fixture(scope="module")
def token(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Token]:
    """With a key and its certificate for each algorithm."""
    with new_token(tmp_path_factory.mktemp("token")) as made:
        for number, algorithm in enumerate(("RS256", "ES256"), start=1):
            key = new_key(algorithm)
            made.take(key, algorithm, number)
            certificate = certificate_of(key, "station", timedelta(days=-1), timedelta(days=100))
            (made.folder / f"{algorithm}.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
        yield made


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
