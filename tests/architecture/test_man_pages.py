"""Manual pages: each command and group has one, with all that `--help` knows, and troff warns of nothing."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
from pathlib import Path
from types import ModuleType

import pytest
import typer.main

from gateway.cli.main import app

MAKER = Path(__file__).parents[2] / "config/debian/man_pages.py"


def made_by(file: Path) -> ModuleType:
    specification = importlib.util.spec_from_file_location("man_pages", file)
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    made: dict[str, str] = made_by(MAKER).pages()
    return made


def test_each_command_has_a_page_with_each_of_its_options(pages: dict[str, str]) -> None:
    root = typer.main.get_command(app)
    assert set(pages) == {"gateway.1", *(f"gateway-{name}.1" for name in root.commands)}  # type: ignore[attr-defined]
    assert r"\fBgateway\-set\-aside\fR(1)" in pages["gateway.1"]
    assert (
        r"\fB\-\-store <path>\fR" in pages["gateway-set-aside.1"]
        or r"gateway set\-aside" in pages["gateway-set-aside.1"]
    )
    assert r"\fB\-c, \-\-config <path>\fR" in pages["gateway-check.1"]
    assert '.SS "gateway ports policy confirm"' in pages["gateway-ports.1"], "commands of groups in groups"


def test_they_are_the_same_each_time_but_for_the_day_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    maker = made_by(MAKER)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1767225600")
    assert maker.pages() == maker.pages()
    assert '"2026-01-01"' in maker.pages()["gateway.1"].splitlines()[0]


@pytest.mark.parametrize("text", [".SH is no request", "'tis none", r"a\nb"])
def test_no_text_is_taken_for_a_request(text: str) -> None:
    escaped = made_by(MAKER).escaped(text)
    assert not escaped.startswith((".", "'"))
    assert "\\n" not in escaped.replace("\\e", "")


@pytest.mark.skipif(shutil.which("groff") is None, reason="groff is not installed")
def test_troff_warns_of_nothing(pages: dict[str, str], tmp_path: Path) -> None:
    for name, page in pages.items():
        (tmp_path / name).write_text(page, encoding="utf-8")
    asked = ["groff", "-man", "-ww", "-z", "-Kutf8", "-Tutf8", *sorted(pages)]
    environment = os.environ | {"MAN_KEEP_FORMATTING": "1"}
    told = subprocess.run(asked, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert (told.returncode, told.stderr) == (0, "")
