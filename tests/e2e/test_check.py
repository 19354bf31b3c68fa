"""`gateway check` on the very configuration that runs, and on one that a tired hand has edited."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.support.live.configuration import Server, Wanted, write
from tests.support.live.gateway import command

INSTRUMENTS = {"plc": {"host": "127.0.0.1", "port": 502}, "bus": {"device": "/dev/ttyUSB0"}}
PROVINCE = Wanted("province", Server("sftp", "127.0.0.1", 22, "nuo001", "Nuoc thai 5 phut", f"SHA256:{'A' * 43}"))


@pytest.fixture
def configuration(tmp_path: Path) -> Path:
    return write(tmp_path, INSTRUMENTS, [PROVINCE])


def test_a_sound_configuration_is_summarised(configuration: Path) -> None:
    checked = command("check", "--config", configuration)
    assert checked.returncode == 0, checked.stderr
    assert "is sound" in checked.stdout
    assert "NUO001" in checked.stdout
    assert "Traceback" not in checked.stderr


def test_every_fault_is_told_with_its_line(configuration: Path) -> None:
    text = configuration.read_text("utf-8")
    broken = text.replace("unit: m3/h", "unit: l/s").replace("baudrate:", "baudrat:").replace("link: plc", "link: plx")
    configuration.write_text(broken, encoding="utf-8")
    lines = broken.splitlines()
    expected = {
        number
        for number, line in enumerate(lines, 1)
        if "unit: l/s" in line or "baudrat:" in line or "link: plx" in line
    }
    for verb in ("check", "run"):
        refused = command(verb, "--config", configuration)
        assert refused.returncode == 2
        told = re.findall(rf"^{re.escape(str(configuration))}:(\d+): ", refused.stderr, re.MULTILINE)
        assert {int(number) for number in told} == expected
        assert "did you mean" in refused.stderr
        assert "Traceback" not in refused.stderr
    assert not (configuration.parent / "storage").exists()


def test_a_password_that_others_can_read_is_refused(configuration: Path) -> None:
    secret = configuration.parent / "province.secret"
    secret.chmod(0o644)
    refused = command("check", "--config", configuration)
    assert refused.returncode == 2
    assert str(secret) in refused.stderr
    assert "Nuoc thai" not in refused.stderr


@pytest.mark.parametrize(
    ("named", "wrong", "sai"),
    [
        ("damaged", "is none of ed25519, ecdsa, rsa, or damaged", "hoặc đã hỏng"),
        ("locked", "asks for a passphrase", "đòi mật khẩu khóa"),
        ("sound.pub", "is a public one", "là khóa công khai"),
        ("sound", None, None),
    ],
)
def test_a_key_that_lets_nobody_in_is_told(tmp_path: Path, named: str, wrong: str | None, sai: str | None) -> None:
    for name, passphrase in (("sound", ""), ("locked", "secret")):
        made = ["ssh-keygen", "-q", "-t", "ed25519", "-N", passphrase, "-f", str(tmp_path / name)]
        subprocess.run(made, check=True)
    lines = (tmp_path / "sound").read_text().splitlines()
    (tmp_path / "damaged").write_text("\n".join([lines[0], "garbage", *lines[2:], ""]))
    for name in ("damaged", "sound.pub"):
        (tmp_path / name).chmod(0o600)
    file = write(tmp_path, INSTRUMENTS, [PROVINCE])
    file.write_text(file.read_text("utf-8").replace("A" * 43, "nThbg6kXUpJWGl7E1IGOCspRomTxdCARLviKw6E5SY8"), "utf-8")
    text = re.sub(r"password: .*", f"key: {{file: {tmp_path / named}}}", file.read_text("utf-8"))
    file.write_text(text, "utf-8")
    checked = command("check", "-c", file, "-l", "en")
    if wrong is None:
        assert "private key" not in checked.stderr
        assert "cannot be reached" not in checked.stdout
        return
    assert f"destinations.province.key: the private key {wrong}" in checked.stderr
    assert "1 destination cannot be reached" in checked.stdout
    assert command("check", "--strict", "-c", file).returncode == 1
    assert sai is not None
    assert sai in command("check", "-c", file, "-l", "vi").stderr
