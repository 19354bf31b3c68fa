"""`connections`, `publish` and `passive` of a destination: what they mean, and what is said when they mean nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.config.wording import edited, faults, warnings

AT = "gateway.yaml:29: destinations.so-tnmt"
HOST_KEY = '    host_key: "SHA256:nThbg6kXUpJWGl7E1IGOCspRomTxdCARLviKw6E5SY8"\n'
SFTP, FTPS = "sftp://nuo001@ftp.example.vn/NUO001", "ftps://nuo001@ftp.example.vn/NUO001"


def on_sftp(line: str) -> str:
    return edited((HOST_KEY, f"{HOST_KEY}    {line}\n"))


def on_ftps(line: str) -> str:
    return edited((SFTP, FTPS), (HOST_KEY, f"    {line}\n"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (on_sftp("connections: 3"), f"{AT}.connections: is more than SFTP has use for; write 2, or 1 if the server"),
        (on_sftp("passive: false"), f"{AT}.passive: means nothing to sftp; remove it: it is for ftp, ftps and"),
        (on_ftps("connections: 9"), "connections: "),
        (on_ftps("connections: 0"), "connections: "),
        (on_ftps("publish: rname"), "publish: "),
    ],
)
def test_refuses_what_means_nothing(text: str, said: str, tmp_path: Path) -> None:
    (fault,) = faults(text, tmp_path)
    assert said in fault


@pytest.mark.parametrize("line", ["connections: 1", "connections: 8", "publish: rename", "passive: false"])
def test_takes_what_has_a_use(line: str, tmp_path: Path) -> None:
    assert warnings(on_ftps(line), tmp_path) == []


@pytest.mark.parametrize(
    ("way", "said"),
    [
        ("direct", "is direct: while a file grows, and after a cut, the receiver may read half of it"),
        ("rename-delete", "is rename-delete: while a file is replaced there is none for a moment"),
    ],
)
def test_warns_of_the_weaker_ways(way: str, said: str, tmp_path: Path) -> None:
    (warning,) = warnings(on_ftps(f"publish: {way}"), tmp_path)
    assert warning.startswith(f"gateway.yaml:28: destinations.so-tnmt.publish: {said}")


def test_warns_of_weak_algorithms_that_are_let_in(tmp_path: Path) -> None:
    (warning,) = warnings(on_sftp("legacy: [ssh-rsa]"), tmp_path)
    assert "destinations.so-tnmt.legacy: lets in algorithms over SHA-1 (ssh-rsa)" in warning
