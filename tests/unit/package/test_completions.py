"""What bash offers after `gateway`, asked of bash itself."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from config.debian.completions import bash, offers, zsh

_ASK = """. "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=(); _gateway; echo "${COMPREPLY[*]}" """


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("completions") / "gateway"
    file.write_text(bash(offers()), "utf-8")
    return file


@pytest.mark.skipif(shutil.which("bash") is None, reason="no bash")
@pytest.mark.parametrize(
    ("typed", "among", "not_among"),
    [
        (["che"], ("check",), ("status",)),
        ([""], ("check", "status", "ports"), ("--version", "policy")),
        (["-"], ("--version", "--help"), ("check",)),
        (["ports", "policy", ""], ("show", "apply", "confirm", "revert"), ("list",)),
        (["status", "--"], ("--config", "--json"), ("--version",)),
        (["web", "user", "add", "--role", ""], ("viewer", "authority", "operator"), ("--role",)),
        (["check", "--config", ""], (), ("--config",)),  # files
        (["set-as"], ("set-aside",), ("check",)),
    ],
    ids=" ".join,
)
def test_bash_offers_what_may_come_next(
    table: Path, typed: list[str], among: tuple[str, ...], not_among: tuple[str, ...]
) -> None:
    asked = ["bash", "-c", _ASK, "bash", str(table), "gateway", *typed]
    said = set(subprocess.run(asked, capture_output=True, text=True, check=True).stdout.split())
    assert said.issuperset(among)
    assert said.isdisjoint(not_among)


def test_zsh_knows_every_command_that_bash_knows() -> None:
    found = offers()
    table = zsh(found)
    for one in found:
        assert f'"{one.at}") offered=(' in table
