"""What is encrypted for the department opens with Debian's own age and openssl, and with nobody else's key."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from gateway.reports.handover.recipient import recipient_of
from tests.support.department import Department, with_age, with_certificate

DEPARTMENTS: dict[str, Callable[[Path], Department]] = {
    "age": with_age,
    "certificate": with_certificate,
    "certificate in DER": lambda folder: with_certificate(folder, form="DER"),
}
CHUNK = 65_536


@pytest.mark.parametrize("department", DEPARTMENTS.values(), ids=DEPARTMENTS)
def test_the_department_opens_it_byte_for_byte(department: Callable[[Path], Department], tmp_path: Path) -> None:
    ours = department(tmp_path)
    recipient = recipient_of(ours.recipient)
    file = tmp_path / recipient.file_name
    for content in ("mật khẩu\r\n\n".encode(), b"", bytes(CHUNK), bytes(range(256)) * 300, b"x" * (2 * CHUNK)):
        file.write_bytes(recipient.encrypt(content))
        assert ours.open(file) == content


@pytest.mark.parametrize("department", DEPARTMENTS.values(), ids=DEPARTMENTS)
def test_nobody_else_does(department: Callable[[Path], Department], tmp_path: Path) -> None:
    for name in ("ours", "others"):
        (tmp_path / name).mkdir()
    recipient = recipient_of(department(tmp_path / "ours").recipient)
    file = tmp_path / recipient.file_name
    file.write_bytes(recipient.encrypt(b"mat khau"))
    others = department(tmp_path / "others")
    try:
        opened = others.open(file)
    except subprocess.CalledProcessError:
        opened = b""
    assert b"mat khau" not in opened


def test_not_a_bit_of_an_age_file_can_be_changed_nor_its_end_cut_off(tmp_path: Path) -> None:
    ours = with_age(tmp_path)
    file = tmp_path / "accounts.age"
    whole = recipient_of(ours.recipient).encrypt(b"mat khau")
    changed = [whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :] for at in range(0, len(whole), 23)]
    for content in (*changed, whole[:-1], whole[:-24]):
        file.write_bytes(content)
        with pytest.raises(subprocess.CalledProcessError):
            ours.open(file)


def test_the_commands_of_the_act_are_those_that_open_it(tmp_path: Path) -> None:
    for department in (with_age, with_certificate):
        ours = department(tmp_path)
        recipient = recipient_of(ours.recipient)
        (tmp_path / recipient.file_name).write_bytes(recipient.encrypt(b"mat khau"))
        words = recipient.opens_with.replace("KEY", str(ours.key)).split()
        subprocess.run([ours.opens[0], *words[1:]], cwd=tmp_path, check=True, capture_output=True, timeout=60)
        assert (tmp_path / "accounts.json").read_bytes() == b"mat khau"
        (tmp_path / "accounts.json").unlink()
