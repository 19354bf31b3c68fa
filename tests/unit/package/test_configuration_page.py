"""gateway.yaml(5): every section with what it is for, an example that is whole, and roff that man understands."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from config.debian.configuration_page import EXAMPLE, described, page
from gateway.config.configuration import Sections


def test_every_section_is_described() -> None:
    assert list(described()) == list(Sections.model_fields)
    assert all(text.endswith(".") for text in described().values())


@pytest.mark.skipif(shutil.which("man") is None, reason="no man")
def test_man_shows_it_without_a_warning_and_the_example_as_it_is() -> None:
    shown = subprocess.run(
        ["man", "--warnings", "-E", "UTF-8", "-l", "-"],
        input=page(), capture_output=True, text=True, check=True,
        env={"PATH": "/usr/bin:/bin", "MANWIDTH": "200", "LC_ALL": "C.UTF-8"},
    )  # fmt: skip
    assert shown.stderr == ""
    lines = {" ".join(line.split()) for line in shown.stdout.splitlines()}
    written = EXAMPLE.read_text("utf-8").replace("…", "...").replace("→", "->")
    missing = [line for line in written.splitlines() if " ".join(line.split()) not in lines]
    assert missing == []
