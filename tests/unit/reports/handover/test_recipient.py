"""Whom secrets are for: the right key is taken, a wrong one told, a private one never shown."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from gateway.reports.handover.bech32 import decode
from gateway.reports.handover.recipient import RecipientUnusable, recipient_of

AGE = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"
"""The recipient of age's own manual page."""
PRIVATE = "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX"
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)


def certificate(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Sở Nông nghiệp")])
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, BEGAN, BEGAN + timedelta(days=365))
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)


def test_ages_recipient_is_read_from_the_command_and_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "recipient.txt"
    file.write_text(f"# the department's\n{AGE}\n")
    assert recipient_of(AGE).words == recipient_of(str(file)).words == f"age {AGE}"


def test_a_certificate_says_whose_it_is_and_until_when(tmp_path: Path) -> None:
    file = tmp_path / "department.crt"
    file.write_bytes(certificate(rsa.generate_private_key(65537, 2048)))
    found = recipient_of(str(file))
    assert "Sở Nông nghiệp" in found.words
    assert found.doubts(int(BEGAN.timestamp() * 1000)) is None
    late = found.doubts(int((BEGAN + timedelta(days=366)).timestamp() * 1000))
    assert late is not None
    assert "2027-01-01" in late


@pytest.mark.parametrize("at", range(5, len(AGE)))
def test_a_misspelt_recipient_is_told(at: int) -> None:
    other = "q" if AGE[at] != "q" else "p"
    with pytest.raises(RecipientUnusable, match="misspelt|another kind|bits left over"):
        recipient_of(AGE[:at] + other + AGE[at + 1 :])


def test_bech32_knows_its_own_examples() -> None:
    """Of BIP 173."""
    assert decode("A12UEL5L") == ("a", b"")
    for wrong in ("A1G7SGD8", "10a06t8", "1qzzfhee", "pzry9x0s0muk", "de1lg7wt\xff", "x1b4n0q5v", "A12uEL5L"):
        with pytest.raises(ValueError, match="is|has"):
            decode(wrong)


def test_a_private_key_is_refused_and_never_shown(tmp_path: Path) -> None:
    file = tmp_path / "key.pem"
    private = rsa.generate_private_key(65537, 2048).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    for given, content in ((PRIVATE, None), (str(file), PRIVATE.encode()), (str(file), private)):
        if content is not None:
            file.write_bytes(content)
        with pytest.raises(RecipientUnusable, match="private key") as refused:
            recipient_of(given)
        assert PRIVATE not in str(refused.value)
        assert private.decode()[100:140] not in str(refused.value)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "cannot be read"),
        (b"", "no certificate"),
        (b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "no certificate"),
        (b"\x30\x82" + bytes(100), "no certificate"),
        (bytes(70_000), "larger than"),
        (f"{AGE}\n{AGE}\n".encode(), "has 2 recipients"),
        (certificate(ec.generate_private_key(ec.SECP256R1())), "not RSA"),
        (certificate(rsa.generate_private_key(65537, 1024)), "1024 bits only"),  # noqa: S505  # weak on purpose
    ],
    ids=["none", "empty", "nonsense in PEM", "nonsense in DER", "large", "two", "EC", "weak"],
)
def test_what_nothing_can_be_encrypted_for_is_told(tmp_path: Path, content: bytes | None, said: str) -> None:
    file = tmp_path / "given"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(RecipientUnusable, match=said):
        recipient_of(str(file))


def test_a_key_by_which_everybody_would_agree_is_refused() -> None:
    """Of 32 zeros."""
    zeros = "age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq5cu47z"
    try:
        recipient = recipient_of(zeros)
    except RecipientUnusable:
        pytest.fail("its checksum is right")
    with pytest.raises(RecipientUnusable, match="no key for which"):
        recipient.encrypt(b"mat khau")


@pytest.mark.timeout(20)
def test_a_pipe_in_the_certificates_place_keeps_nobody_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "department.crt")
    with pytest.raises(RecipientUnusable, match="is a pipe"):
        recipient_of(str(tmp_path / "department.crt"))


def test_a_recipient_in_capitals_is_the_same() -> None:
    assert recipient_of(AGE.upper()).words == f"age {AGE}"
