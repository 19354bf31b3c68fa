"""Versions: one place, a section of CHANGELOG.md for it, and a tag that says the same; the licence is there whole."""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import gateway

ROOT = Path(__file__).parents[2]
CHANGELOG = (ROOT / "CHANGELOG.md").read_text("utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def test_the_version_stands_in_one_place() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+", gateway.__version__)
    assert "version" in PROJECT["project"]["dynamic"]
    assert PROJECT["tool"]["setuptools"]["dynamic"]["version"] == {"attr": "gateway.__version__"}


def test_the_changelog_has_a_section_for_it_and_nothing_newer() -> None:
    sections = re.findall(r"^## \[(\d+\.\d+\.\d+)\]", CHANGELOG, re.MULTILINE)
    assert sections[0] == gateway.__version__
    numbers = [tuple(map(int, one.split("."))) for one in sections]
    assert numbers == sorted(set(numbers), reverse=True)


def test_a_tag_on_this_commit_says_the_same() -> None:
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        return
    asked = ["git", "-C", str(ROOT), "tag", "--points-at", "HEAD", "v*"]
    tags = subprocess.run(asked, capture_output=True, text=True, check=False).stdout.split()
    assert [tag for tag in tags if tag != f"v{gateway.__version__}"] == []


def test_the_licence_is_whole_and_named_where_tools_look() -> None:
    licence = (ROOT / "LICENSE").read_text("utf-8")
    assert "Apache License\n                           Version 2.0, January 2004" in licence
    assert "END OF TERMS AND CONDITIONS" in licence
    assert PROJECT["project"]["license"] == "Apache-2.0"
    assert all((ROOT / name).is_file() for name in PROJECT["project"]["license-files"])
    assert "uPlot" in (ROOT / "NOTICE").read_text("utf-8")
