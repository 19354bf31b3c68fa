"""Whoever changes something is kept with it, also where the system has no name for them, and also behind sudo."""

from __future__ import annotations

import os
import pwd
from pathlib import Path

import pytest

from gateway.cli.user import user_name

NOBODY = pwd.getpwnam("nobody")
BIN = pwd.getpwnam("bin")


@pytest.fixture
def login(tmp_path: Path) -> Path:
    return tmp_path / "loginuid"


def be(monkeypatch: pytest.MonkeyPatch, number: int, **environment: str) -> None:
    monkeypatch.setattr(os, "getuid", lambda: number)
    for name in ("SUDO_USER", "LOGNAME", "USER"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)


def test_a_number_without_a_name_is_a_name(monkeypatch: pytest.MonkeyPatch, login: Path) -> None:
    be(monkeypatch, 1_234_567)
    assert user_name(login) == "user 1234567"


def test_whoever_called_sudo_is_meant(monkeypatch: pytest.MonkeyPatch, login: Path) -> None:
    be(monkeypatch, 0, SUDO_USER="nobody")
    assert user_name(login) == "nobody"
    be(monkeypatch, BIN.pw_uid, SUDO_USER="nobody")
    assert user_name(login) == "nobody"


@pytest.mark.parametrize("said", ["", "root", "nobody there", "a\nb"])
def test_nobody_is_called_what_no_person_is_called(monkeypatch: pytest.MonkeyPatch, login: Path, said: str) -> None:
    be(monkeypatch, 0, SUDO_USER=said)
    assert user_name(login) == "root"


def test_a_person_cannot_act_under_another_name(monkeypatch: pytest.MonkeyPatch, login: Path) -> None:
    be(monkeypatch, NOBODY.pw_uid, SUDO_USER="bin", LOGNAME="bin", USER="bin")
    assert user_name(login) == "nobody"


def test_whoever_logged_in_stays_the_same_whatever_they_became(monkeypatch: pytest.MonkeyPatch, login: Path) -> None:
    login.write_text(f"{NOBODY.pw_uid}\n")
    be(monkeypatch, 0, SUDO_USER="bin")
    assert user_name(login) == "nobody"


@pytest.mark.parametrize("kept", ["4294967295", "0", "", "x"])
def test_where_nobody_logged_in_the_account_counts(monkeypatch: pytest.MonkeyPatch, login: Path, kept: str) -> None:
    login.write_text(kept)
    be(monkeypatch, BIN.pw_uid)
    assert user_name(login) == "bin"
