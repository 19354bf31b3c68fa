"""`certificate` and `client`: what can never work is a fault, and what is not there yet a warning."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519

from tests.support.certificates import Authority, ServerCertificate
from tests.unit.config.wording import edited, faults, load_text, warnings

PIN = "SHA256:nThbg6kXUpJWGl7E1IGOCspRomTxdCARLviKw6E5SY8"
HEXADECIMAL = "9D:38:5B:83:A9:17:52:92:56:1A:5E:C4:D4:81:8E:0A:CA:51:A2:64:F1:74:20:11:2E:F8:8A:C3:A1:39:49:8F"
SFTP = f'    url: sftp://nuo001@ftp.example.vn/NUO001\n    password: {{env: SO_TNMT}}\n    host_key: "{PIN}"\n'


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> ServerCertificate:
    return Authority(tmp_path_factory.mktemp("authority")).issue("station", for_clients=True)


def ftps(*lines: str, password: bool = True) -> str:
    known = ("password: {env: SO_TNMT}",) if password else ()
    keys = "".join(f"    {line}\n" for line in ("url: ftps://nuo001@ftp.example.vn/NUO001", *known, *lines))
    return edited((SFTP, keys))


def client(certificate: Path, key: Path) -> str:
    return f"client: {{certificate: {{file: {certificate}}}, key: {{file: {key}}}}}"


@pytest.mark.parametrize("written", [f'"{PIN}"', f'"{HEXADECIMAL}"', f'["{PIN}"]', f'"{HEXADECIMAL.replace(":", "")}"'])
def test_a_fingerprint_as_it_is_shown_anywhere(tmp_path: Path, written: str) -> None:
    assert load_text(ftps(f"certificate: {written}"), tmp_path).destinations[0].certificate == (PIN,)


def test_who_shows_a_certificate_needs_no_password(tmp_path: Path, ours: ServerCertificate) -> None:
    assert faults(ftps(client(ours.certificate, ours.key), password=False), tmp_path) == []
    assert faults(ftps(password=False), tmp_path) != []


def test_a_certificate_may_be_read_by_everybody_and_its_key_may_not(tmp_path: Path, ours: ServerCertificate) -> None:
    certificate, key = tmp_path / "our.crt", tmp_path / "our.key"
    for copy, original in ((certificate, ours.certificate), (key, ours.key)):
        copy.write_bytes(original.read_bytes())
    certificate.chmod(0o644)
    key.chmod(0o600)
    assert faults(ftps(client(certificate, key)), tmp_path) == []
    key.chmod(0o644)
    (fault,) = faults(ftps(client(certificate, key)), tmp_path)
    assert "can be read by everybody" in fault


def test_what_is_not_there_yet_is_warned_of(tmp_path: Path, ours: ServerCertificate) -> None:
    found = "\n".join(warnings(ftps(client(tmp_path / "our.crt", tmp_path / "our.key")), tmp_path))
    assert "client.certificate: " in found
    assert "put the certificate there" in found
    assert "client.key: " in found
    assert "keys new" not in found


def test_what_no_server_will_ever_take(tmp_path: Path, ours: ServerCertificate) -> None:
    other = Authority(tmp_path / "other").issue("station", for_clients=True)
    made = ed25519.Ed25519PrivateKey.generate()
    protected, for_ssh = tmp_path / "protected.key", tmp_path / "ssh.key"
    form = serialization.PrivateFormat
    protected.write_bytes(
        made.private_bytes(serialization.Encoding.PEM, form.PKCS8, serialization.BestAvailableEncryption(b"x"))
    )
    for_ssh.write_bytes(made.private_bytes(serialization.Encoding.PEM, form.OpenSSH, serialization.NoEncryption()))
    for file in (protected, for_ssh):
        file.chmod(0o600)
    for certificate, key, words in (
        (ours.certificate, other.key, "is not the key of"),
        (ours.certificate, protected, "asks for a passphrase"),
        (ours.certificate, for_ssh, "is an SSH key"),
        (ours.key, ours.key, "has no certificate in it"),
        (ours.certificate, ours.certificate, "has no private key in it"),
    ):
        (fault,) = faults(ftps(client(certificate, key)), tmp_path)
        assert words in fault
