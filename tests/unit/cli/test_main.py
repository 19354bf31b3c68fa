"""How the command ends where its output has no place."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["check", "--json", "--config", "/nowhere"]])
def test_an_output_on_a_full_disk_is_told_in_a_line(arguments: list[str]) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "gateway", *arguments],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr == "gateway: the output cannot be written: No space left on device\n"


def test_help_loads_nothing_that_commands_load_when_they_are_called() -> None:
    """A quarter of a second on a slow board: one import at the head of a command's file costs all of them."""
    ours = ("gateway.config", "gateway.core.act", "gateway.db")
    theirs = (
        "hashlib",
        "importlib.resources",
        "logging",
        "pydantic",
        "rich",
        "ruamel",
        "socket",
        "sqlite3",
        "zoneinfo",
    )
    costly = (*ours, *theirs)
    ask = f"import sys, gateway.cli.main; print(*(name for name in {costly} if name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
