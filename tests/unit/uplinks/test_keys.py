"""A new key pair: what OpenSSH and paramiko make of it, and what is never done to a file that is there."""

from __future__ import annotations

import grp
import json
import stat
import subprocess
from pathlib import Path

import paramiko
import pytest

from gateway.core.errors import GatewayError
from gateway.runtime import daemon_group
from gateway.uplinks.sftp.keys import KeyType, make_key
from tests.support.live.gateway import command
from tests.support.unprivileged import as_nobody


@pytest.mark.parametrize(("kind", "reader"), [("ed25519", paramiko.Ed25519Key), ("rsa", paramiko.RSAKey)])
def test_openssh_and_paramiko_read_it(tmp_path: Path, kind: str, reader: type[paramiko.PKey]) -> None:
    made = make_key(tmp_path / "secrets", "so-tnmt", KeyType(kind), "so-tnmt@station")
    shown = subprocess.run(["ssh-keygen", "-lf", made.private_file], capture_output=True, text=True, check=True).stdout
    assert shown.split()[1] == made.fingerprint
    derived = subprocess.run(["ssh-keygen", "-yf", made.private_file], capture_output=True, text=True, check=True)
    assert made.public.startswith(" ".join(derived.stdout.split()[:2]))
    assert made.public_file.read_text() == f"{made.public}\n"
    assert reader.from_private_key_file(str(made.private_file)).fingerprint == made.fingerprint


def test_nobody_else_can_read_the_private_half(tmp_path: Path) -> None:
    made = make_key(tmp_path, "so-tnmt", KeyType.ED25519, "so-tnmt")
    assert made.private_file.stat().st_mode & 0o007 == 0
    assert made.private_file.stat().st_mode & 0o020 == 0


@pytest.mark.root
def test_a_folder_that_is_made_for_it_is_one_that_the_daemon_may_enter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`gateway keys new` before anything else was put there."""
    monkeypatch.setattr(daemon_group, "GROUP", "daemon")
    made = make_key(tmp_path / "etc" / "secrets", "so-tnmt", KeyType.ED25519, "so-tnmt")
    for place, mode in ((made.private_file, 0o640), (tmp_path / "etc/secrets", 0o750), (tmp_path / "etc", 0o750)):
        assert stat.S_IMODE(place.stat().st_mode) == mode
        assert grp.getgrgid(place.stat().st_gid).gr_name == "daemon"


@pytest.mark.parametrize("there", ["so-tnmt", "so-tnmt.pub"])
def test_a_file_that_is_there_is_never_overwritten(tmp_path: Path, there: str) -> None:
    (tmp_path / there).write_text("precious")
    with pytest.raises(GatewayError, match=r"is there already.*such as so-tnmt-key"):
        make_key(tmp_path, "so-tnmt", KeyType.ED25519, "so-tnmt")
    assert [file.name for file in tmp_path.iterdir()] == [there]
    assert (tmp_path / there).read_text() == "precious"


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(GatewayError, match="cannot be written"):
        make_key(tmp_path / "file", "so-tnmt", KeyType.ED25519, "so-tnmt")


@pytest.mark.parametrize("inside", ["", "secrets"])
def test_a_folder_that_one_may_not_enter_is_no_traceback(tmp_path: Path, inside: str) -> None:
    """`gateway keys new` as a user outside the group `gateway`."""
    closed = tmp_path / "station-gateway"
    closed.mkdir(mode=0o000)
    with as_nobody(), pytest.raises(GatewayError, match=r"cannot be written: Permission denied; run this as root"):
        make_key(closed / inside, "so-tnmt", KeyType.ED25519, "so-tnmt")


def test_the_command_shows_what_to_send_and_what_to_write(tmp_path: Path) -> None:
    made = command("keys", "new", "so-tnmt", "--out", tmp_path)
    assert made.returncode == 0, made.stderr
    public = (tmp_path / "so-tnmt.pub").read_text().strip()
    assert public in made.stdout
    assert f"key: {{file: {tmp_path}/so-tnmt}}" in made.stdout
    again = command("keys", "new", "so-tnmt", "--out", tmp_path)
    assert (again.returncode, again.stdout) == (1, "")
    assert "is not overwritten" in again.stderr
    other = command("keys", "new", "old-server", "--type", "rsa", "--out", tmp_path, "--json")
    shown = json.loads(other.stdout)
    assert shown["public"].startswith("ssh-rsa ")
    assert set(shown) == {"private_file", "public_file", "public", "fingerprint"}


@pytest.mark.parametrize("arguments", [["../escape"], ["a.pub"], ["a", "--type", "dsa"]])
def test_the_command_refuses_odd_names_and_types(tmp_path: Path, arguments: list[str]) -> None:
    refused = command("keys", "new", *arguments, "--out", tmp_path)
    assert refused.returncode == 2
    assert list(tmp_path.iterdir()) == []
