"""`--help` in Vietnamese: of every command, with Typer's own words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

import gateway
from gateway.cli.main import app
from gateway.cli.speech import help_language
from gateway.cli.spoken_help import paragraphs_of
from tests.support.vietnamese import english_in

LINES = (Path(gateway.__file__).parent / "texts/help.vi.yaml").read_text("utf-8").splitlines()
CATALOGUE: dict[str, str] = json.loads("{" + ",".join(line for line in LINES if line.startswith('"')) + "}")
CODES = {
    *(
        "gateway",
        "an",
        "default",
        "list",
        "show",
        "apply",
        "confirm",
        "revert",
        "keep",
        "moved",
        "profile",
        "instruments",
    ),
    *("ports", "status", "all", "zero", "span", "comparison", "viewer", "authority", "operator", "start", "seal"),
    *("log", "slot", "options", "text", "exceedance", "exceedances", "negative", "quality", "outage", "outages"),
    *(
        "delivery",
        "storage",
        "clock",
        "box",
        "instrument",
        "camera",
        "calibrations",
        "cameras",
        "seals",
        "completeness",
    ),
    *("daily", "monthly", "station", "reporting", "commit", "destinations", "password", "from", "file", "code"),
    *("port", "closed", "empty", "waiting", "delivered", "refused", "locked", "unused", "verify", "journal"),
}
"""What is typed as it stands."""


def _commands(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    yield path, command
    for name, below in getattr(command, "commands", {}).items():
        yield from _commands(below, (*path, name))


COMMANDS = dict(_commands(typer.main.get_command(app)))


def _sentences() -> dict[str, None]:
    found: dict[str, None] = {}
    for command in COMMANDS.values():
        found |= dict.fromkeys(paragraphs_of(command.help or ""))
        for own in command.params:
            found |= dict.fromkeys([" ".join(own.help.split())] if getattr(own, "help", None) else [])
    return found


def test_every_sentence_of_the_help_has_its_vietnamese_and_none_is_left_over() -> None:
    assert set(CATALOGUE) == set(_sentences())


def test_the_catalogue_is_in_order() -> None:
    assert list(CATALOGUE) == sorted(CATALOGUE, key=lambda sentence: (sentence.lower(), sentence))
    assert len(CATALOGUE) == sum(line.startswith('"') for line in LINES)


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_the_help_of_each_command_is_vietnamese(path: tuple[str, ...]) -> None:
    in_english = CliRunner().invoke(app, [*path, "--help"], env={"GATEWAY_LANGUAGE": "en"})
    shown = CliRunner().invoke(app, [*path, "--help"], env={"GATEWAY_LANGUAGE": "vi"})
    assert (in_english.exit_code, shown.exit_code) == (0, 0)
    assert shown.output.startswith("Cách dùng: ")
    assert in_english.output.startswith("Usage: ")
    for word in ("Options:", "Commands:", "Arguments:", "Usage:", "required", "default:", "env var", "Show this"):
        assert word not in shown.output
    prose = "\n".join(CATALOGUE[one] for one in _of(path))
    assert english_in(prose, CODES) == []


def _of(path: tuple[str, ...]) -> list[str]:
    command = COMMANDS[path]
    helps = [" ".join(own.help.split()) for own in command.params if getattr(own, "help", None)]
    examples = ("gateway ", "csv, tt10")
    return [one for one in [*paragraphs_of(command.help or ""), *helps] if not one.startswith(examples)]


@pytest.mark.parametrize(
    ("written", "language"),
    [
        ("station:\n  name: x\n  language: vi   # vi | en\n", "vi"),
        ("station: # which\n\n  # a comment\n  language: en\n", "en"),
        ("station:\n  name: x\nother:\n  language: vi\n", "en"),
        ("", "en"),
    ],
)
def test_help_speaks_as_the_station_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: str, language: str
) -> None:
    for name in ("GATEWAY_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("gateway.cli.speech._Speech.asked", None)
    monkeypatch.setattr("gateway.cli.speech._Speech.station", None)
    (tmp_path / "gateway.yaml").write_text(written, "utf-8")
    assert help_language(None, tmp_path / "gateway.yaml") == language
