"""An order is signed as openssl verifies it, by whoever may, and by nobody whose certificate is not valid."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from gateway.core.order_faults import OrderNotNow
from gateway.orders.canonical import canonical
from gateway.orders.signing import OrderSigners
from gateway.runtime.clock import SystemClock
from stationsim.road.signatures import Signatures
from tests.support.order_keys import new_key, signer_files

NOW_MS = SystemClock().now().wall_ms
ORDER = {
    "id": "L-1",
    "plate": "30E12345",
    "position": {"lat": 21.02, "lon": 105.85},
    "driver": {"name": "Nguyễn Văn A"},
}


def verdict(document: bytes, roles: list[str], *registered: Path) -> tuple[int, str] | None:
    """What the administration's openssl makes of it."""
    return Signatures(roles, registered).fault(json.loads(document))


@pytest.mark.parametrize("algorithm", ["RS256", "ES256"])
def test_openssl_verifies_what_is_signed(tmp_path: Path, algorithm: str) -> None:
    files = signer_files(tmp_path, key=new_key(algorithm))
    document = OrderSigners([files.settings(algorithm=algorithm)]).signed(ORDER, NOW_MS)
    assert verdict(document, ["station"], files.certificate) is None
    assert document == canonical(json.loads(document))
    (signature,) = json.loads(document)["signatures"]
    assert (signature["role"], signature["algorithm"]) == ("station", algorithm)


def test_each_of_several_signs_the_same(tmp_path: Path) -> None:
    station, operator = signer_files(tmp_path), signer_files(tmp_path, "operator", new_key("ES256"))
    signers = OrderSigners([station.settings(), operator.settings("operator", "ES256")])
    document = signers.signed(ORDER, NOW_MS)
    assert verdict(document, ["station", "operator"], station.certificate, operator.certificate) is None
    assert [one.holder for one in signers.seen()] == ["CN=station", "CN=operator"]


def test_whatever_byte_is_flipped_the_document_is_not_what_was_signed(tmp_path: Path) -> None:
    """By another mind, and in memory: openssl for each of a thousand bytes would take a minute."""
    import base64

    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding

    key = new_key()
    document = OrderSigners([signer_files(tmp_path, key=key).settings()]).signed(ORDER, NOW_MS)
    whole = json.loads(document)
    public: Any = key.public_key()

    def is_good(sent: Any) -> bool:
        try:
            value = base64.b64decode(sent["signatures"][0]["value"], validate=True)
            signed = canonical({name: one for name, one in sent.items() if name != "signatures"})
            public.verify(value, signed, padding.PKCS1v15(), hashes.SHA256())
        except (InvalidSignature, ValueError, KeyError, IndexError, TypeError):
            return False
        return True

    assert is_good(whole)
    about = ("role", "algorithm", "certificate")
    for place in range(len(document)):
        flipped = bytearray(document)
        flipped[place] ^= 1
        try:
            sent = json.loads(flipped)
        except ValueError:
            continue
        same_order = {**sent, "signatures": None} == {**whole, "signatures": None}
        if same_order and all(sent["signatures"][0].get(one) != whole["signatures"][0][one] for one in about):
            continue
        if same_order and sent["signatures"][0].get("value") == whole["signatures"][0]["value"]:
            continue  # it was in what says who signed, which the authority holds against its register
        assert not is_good(sent), place


@pytest.mark.parametrize(
    ("valid_from", "valid_for", "said"),
    [
        (timedelta(days=1), timedelta(days=10), "valid from"),
        (timedelta(days=-10), timedelta(days=9), "ended on"),
    ],
)
def test_nobody_signs_outside_of_the_certificates_time(
    tmp_path: Path, valid_from: timedelta, valid_for: timedelta, said: str
) -> None:
    files = signer_files(tmp_path, valid_from=valid_from, valid_for=valid_for)
    with pytest.raises(OrderNotNow, match=said):
        OrderSigners([files.settings()]).signed(ORDER, NOW_MS)


def test_what_cannot_sign_is_said_and_works_once_it_is_put_right(tmp_path: Path) -> None:
    files = signer_files(tmp_path)
    key, certificate = files.key.read_bytes(), files.certificate.read_bytes()
    signers = OrderSigners([files.settings()])
    signers.signed(ORDER, NOW_MS)
    others = signer_files(tmp_path, "others")
    for content, of, said in [
        (b"nothing", files.key, "holds no private key"),
        (others.key.read_bytes(), files.key, "not that of its key"),
        (b"nothing", files.certificate, "holds no certificate"),
    ]:
        of.write_bytes(content)
        with pytest.raises(OrderNotNow, match=said):
            signers.signed(ORDER, NOW_MS)
        files.key.write_bytes(key)
        files.certificate.write_bytes(certificate)
    files.key.unlink()
    with pytest.raises(OrderNotNow, match="does not exist"):
        signers.signed(ORDER, NOW_MS)
    files.key.write_bytes(key)
    files.key.chmod(0o644)
    with pytest.raises(OrderNotNow, match="read by everybody"):
        signers.signed(ORDER, NOW_MS)
    files.key.chmod(0o600)
    assert verdict(signers.signed(ORDER, NOW_MS), ["station"], files.certificate) is None


def test_a_key_that_is_replaced_signs_from_the_next_order_on(tmp_path: Path) -> None:
    signers = OrderSigners([signer_files(tmp_path).settings()])
    signers.signed(ORDER, NOW_MS)
    renewed = signer_files(tmp_path)
    assert verdict(signers.signed(ORDER, NOW_MS), ["station"], renewed.certificate) is None


@pytest.mark.parametrize(
    ("made", "algorithm", "said"),
    [
        (("ES256", 0), "RS256", "not one for RS256"),
        (("RS256", 2048), "ES256", "not one for ES256"),
        (("RS256", 1024), "RS256", "too short"),
    ],
)
def test_a_key_of_another_kind_is_refused(tmp_path: Path, made: tuple[str, int], algorithm: str, said: str) -> None:
    files = signer_files(tmp_path, key=new_key(*made))
    with pytest.raises(OrderNotNow, match=said):
        OrderSigners([files.settings(algorithm=algorithm)]).signed(ORDER, NOW_MS)
