"""The certificate that the page makes itself."""

from __future__ import annotations

import ssl
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from gateway.core.errors import GatewayError
from gateway.web.own_certificate import RENEWED_BEFORE, VALID_FOR, make_if_needed
from gateway.web.tls import OWN_FILE, CertificateFiles, PageTls, certificate_sha256, own_certificate
from tests.support.certificates import Authority

NOW = datetime(2026, 6, 1, tzinfo=UTC)
NAMES, ALSO = ["10.0.0.7", "tram.example.vn"], ["localhost", "127.0.0.1"]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / OWN_FILE


def made(file: Path, now: datetime = NOW, names: list[str] = NAMES) -> str | None:  # noqa: B006 - never changed
    return make_if_needed(file, names, ALSO, now)[0]


def content(file: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(file.read_bytes())


def test_one_is_made_for_the_names_by_which_browsers_come(file: Path) -> None:
    assert made(file) is not None
    certificate = content(file)
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert {str(one.value) for one in names} == {*NAMES, *ALSO}
    key = certificate.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    assert key.curve.name == "secp256r1"
    assert not certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    assert certificate.not_valid_after_utc == NOW + VALID_FOR
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_one_that_is_good_stays(file: Path) -> None:
    made(file)
    before = file.read_bytes()
    assert made(file, NOW + VALID_FOR - RENEWED_BEFORE) is None
    assert made(file, names=["tram.example.vn"]) is None
    assert file.read_bytes() == before


@pytest.mark.parametrize(
    ("now", "names", "reason"),
    [
        (NOW + VALID_FOR - RENEWED_BEFORE + timedelta(seconds=1), NAMES, "ends soon"),
        (NOW + timedelta(days=4000), NAMES, "ends soon"),
        (NOW - timedelta(days=2), NAMES, "before it began"),  # made while the clock was ahead
        (NOW, [*NAMES, "moi.example.vn"], "moi.example.vn"),
    ],
)
def test_one_that_is_not_good_is_made_anew(file: Path, now: datetime, names: list[str], reason: str) -> None:
    made(file)
    before = content(file)
    assert reason in (made(file, now, names) or "")
    assert content(file).serial_number != before.serial_number
    assert made(file, now, names) is None


def flip(whole: bytes, place: int, bit: int) -> bytes:
    return whole[:place] + bytes([whole[place] ^ 1 << bit]) + whole[place + 1 :]


def test_whatever_a_power_cut_or_a_flipped_bit_leaves_is_made_anew(file: Path) -> None:
    made(file)
    whole = file.read_bytes()
    torn = [whole[:size] for size in range(0, len(whole), 97)]
    flipped = [flip(whole, place, 0) for place in range(30, len(whole), 53)]
    ends = [place for place, byte in enumerate(whole) if byte == ord("\n")]
    ends_flipped = [
        flip(whole, place, bit) for place in ends for bit in range(7)
    ]  # taken by one reader, not by the other
    for broken in [*torn, *flipped, *ends_flipped]:
        file.write_bytes(broken)
        made(file)
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(file)
        assert made(file) is None


def test_what_a_power_cut_left_beside_it_is_in_nobodys_way(file: Path) -> None:
    file.parent.mkdir()
    file.with_name("own.pem.new").write_bytes(b"half of")
    assert made(file) is not None
    assert [one.name for one in file.parent.iterdir()] == ["own.pem"]


def test_the_child_makes_it_and_tells_what_a_person_compares(tmp_path: Path) -> None:
    files = own_certificate(tmp_path, NAMES, ALSO, 1_780_000_000_000)
    assert own_certificate(tmp_path, NAMES, ALSO, 1_780_000_000_000) == files
    sha256 = certificate_sha256(files)
    assert len(sha256) == 32 * 3 - 1
    PageTls(files)


def test_a_link_that_somebody_planted_is_not_followed(tmp_path: Path, file: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_text("mine", "utf-8")
    file.parent.mkdir()
    file.symlink_to(precious)
    with pytest.raises(GatewayError, match=r"own\.pem.*symbolic link"):
        own_certificate(tmp_path, NAMES, ALSO, 1_780_000_000_000)
    assert precious.read_text("utf-8") == "mine"


def test_a_new_certificate_is_taken_without_a_restart_and_a_broken_one_is_not(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    authority = Authority(tmp_path / "authority")
    first, second = authority.issue("tram.example.vn"), authority.issue("tram.example.vn")
    certificate, key = tmp_path / "page.crt", tmp_path / "page.key"
    certificate.write_bytes(first.certificate.read_bytes())
    key.write_bytes(first.key.read_bytes())
    tls = PageTls(CertificateFiles(certificate, key))
    certificate.write_bytes(second.certificate.read_bytes())  # whoever renews writes one after the other
    tls.look()
    assert "do not belong together" in caplog.text
    assert shown(tls) == first.certificate.read_bytes()
    key.write_bytes(second.key.read_bytes())
    tls.look()
    assert shown(tls) == second.certificate.read_bytes()


def shown(tls: PageTls) -> bytes:
    """The certificate of a handshake in memory."""
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.check_hostname, client.verify_mode = False, ssl.CERT_NONE
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    one = client.wrap_bio(to_client, to_server)
    other = tls.context.wrap_bio(to_server, to_client, server_side=True)
    for _ in range(4):
        for end in (one, other):
            try:
                end.do_handshake()
            except ssl.SSLWantReadError:
                continue
    der = one.getpeercert(binary_form=True)
    assert der is not None
    return ssl.DER_cert_to_PEM_cert(der).encode()


@pytest.mark.parametrize("what", ["other key", "no certificate", "missing", "with a pass phrase"])
def test_what_cannot_be_used_is_told(tmp_path: Path, what: str) -> None:
    from cryptography.hazmat.primitives import serialization

    authority = Authority(tmp_path / "authority")
    issued, other = authority.issue("a.example"), authority.issue("b.example")
    files = CertificateFiles(issued.certificate, issued.key)
    if what == "other key":
        files = CertificateFiles(issued.certificate, other.key)
    elif what == "missing":
        files = CertificateFiles(tmp_path / "nothing.crt", issued.key)
    elif what == "no certificate":
        issued.certificate.write_text("hello", "utf-8")
    else:
        key = serialization.load_pem_private_key(issued.key.read_bytes(), None)
        locked = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(b"secret"),
        )
        issued.key.write_bytes(locked)
    with pytest.raises(GatewayError, match=str(files.certificate_file)):
        PageTls(files)
