"""What commands say in Vietnamese: no English is left, in their output or in their errors, and programs are told the
same as ever."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

import gateway.cli
from gateway.cli.main import app
from tests.support.explained_station import DESTINATION, ExplainedStation, usual
from tests.support.journey import MIDNIGHT_MS, SLOT_MS
from tests.support.vietnamese import english_in

SOURCE = Path(gateway.cli.__file__).parent
OWN_CATALOGUE = ("init",)
"""Commands that speak by other texts."""
SPEAK = {"say", "usage", "usage_error", "coloured", "add_column", "BadParameter", "Phrase"}
SHOWN = [
    ["status", DESTINATION],
    ["deliveries", DESTINATION, "--from", "2026-01-01"],
    ["events", "--from", "2026-01-01"],
    ["limits"],
    ["limits", "--all"],
    ["limits", "--standards"],
    ["limits", "--standard", "QCVN 19:2024"],
    ["seals", "list"],
    ["set-aside", "list"],
    ["journal", "show"],
    ["journal", "verify"],
    ["clock"],
    ["alerts", "list"],
    ["calibrate", "list"],
    ["calibrate", "results"],
    ["calibrate", "runs"],
    ["cameras", "list"],
    ["connections"],
    ["check", "--plan"],
    ["ports", "audit"],
    ["explain", "2026-01-01T00:05"],
    ["explain", "2026-01-01T00:05", DESTINATION],
    *(["report", kind, "--month", "2026-01"] for kind in ("completeness", "outages", "exceedances", "quality")),
]
WRONG = [
    ["status", "nobody"],
    ["deliveries", "nobody"],
    ["deliveries", DESTINATION, "--state", "lost"],
    ["deliveries", DESTINATION, "--from", "yesterday"],
    ["deliveries", DESTINATION, "--from", "2026-02-01", "--to", "2026-01-01"],
    ["deliveries", "close", DESTINATION, "--reason", " "],
    ["events", "--kind", "lost"],
    ["limits", "--on", "yesterday"],
    ["limits", "--standard", "QCVN 0:1900"],
    ["resend", DESTINATION],
    ["verify"],
    ["calibrate", "start", "nobody", "--reason", "thử"],
    ["calibrate", "run", "analyser", "--reason", "thử"],
    ["seals", "put", "usb:1", "--number", " ", "--who", "An", "--reason", "thử"],
    ["read", "nobody"],
    ["scan", "nobody"],
    ["alerts", "test"],
    ["cameras", "gaps", "nobody"],
    ["journal", "show", "--kind", "lost"],
    ["report", "nothing"],
    ["export"],
    ["symbols", "Unobtainium"],
    ["instruments", "show", "nothing"],
    ["sample", "--list"],
    ["status", "--check", "--watch"],
    ["alerts", "list", "--most", "0"],
    ["alerts", "list", "--most", "many"],
    ["deliveries", "close", DESTINATION],
    ["limits", "--bogus"],
    ["clock", "nobody"],
    ["seals", "nobody"],
    ["report"],
]
NAMES = {
    *("analyser", "mast", "both", "nobody", "nothing", "lost", "yesterday", "gateway", "test"),
    *("ministry", "gas", "up", "column", "power", "existing", "level", "source", "than", "commit"),
}
"""Names of the station, what was typed, what a command is called; codes of the configuration."""


@pytest.fixture(scope="module")
def station(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its file; the first five minutes of 2026 have a record."""
    made = ExplainedStation(tmp_path_factory.mktemp("station"))
    made.fill(MIDNIGHT_MS, MIDNIGHT_MS + SLOT_MS, usual)
    made.close(MIDNIGHT_MS + SLOT_MS + 3000)
    made.journey.database.close()
    return made.file


def run(station: Path, words: list[str], *more: str) -> tuple[int, str]:
    config = [] if words[0] == "symbols" else ["--config", str(station)]
    done = CliRunner().invoke(app, [*words, *config, *more])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        from gateway.cli.speech import words_of

        assert isinstance(done.exception, gateway.core.errors.GatewayError), done.exception
        return 1, done.output + words_of(done.exception)
    return done.exit_code, done.output


@pytest.mark.parametrize("words", SHOWN, ids=" ".join)
def test_what_is_shown_is_vietnamese(station: Path, words: list[str]) -> None:
    code, said = run(station, words, "--language", "vi")
    assert code == run(station, words, "--language", "en")[0]
    assert _english(said, station) == []


@pytest.mark.parametrize("words", WRONG, ids=" ".join)
def test_what_was_wrong_is_told_in_vietnamese(station: Path, words: list[str]) -> None:
    code, said = run(station, words, "--language", "vi")
    in_english = run(station, words, "--language", "en")
    assert code == in_english[0] != 0
    assert said != in_english[1]
    assert _english(said, station) == []


@pytest.mark.parametrize("words", [["status", DESTINATION], ["limits"], ["journal", "show"], ["seals", "list"]])
def test_programs_are_told_the_same_in_every_language(station: Path, words: list[str]) -> None:
    told = [
        CliRunner().invoke(app, [*words, "--config", str(station), "--json", "--language", language]).stdout
        for language in ("vi", "en")
    ]
    assert told[0] == told[1] != ""


def _english(said: str, station: Path) -> list[str]:
    """Sources are called what they call themselves, places what they are, and codes are listed as they are written."""
    listed = re.compile(r"(hãy ghi một trong|có|nguồn|hãy dùng một trong):? .*")
    return english_in(listed.sub("", said.replace(str(station.parent), "")), NAMES)


def _spoken(tree: ast.Module) -> Iterator[ast.expr]:
    """What is said, or raised, as it is written."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and _name(node.exc) != "AssertionError":
            yield from node.exc.args[:1]
        elif isinstance(node, ast.Call):
            name = _name(node)
            if name == "Phrase":
                yield from (one.value for one in node.keywords)
            elif name in SPEAK:
                yield from node.args if name == "say" else node.args[:1]


def _name(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")


def _written(node: ast.expr) -> str:
    """The words that stand in it and are no `Phrase`."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(map(_written, parts))
        case ast.FormattedValue(value=one) | ast.Starred(value=one):
            return _written(one)
        case ast.GeneratorExp(elt=one) | ast.ListComp(elt=one):
            return _written(one)
        case ast.IfExp(body=first, orelse=second) | ast.BinOp(left=first, right=second):
            return f"{_written(first)} {_written(second)}"
        case ast.BoolOp(values=parts):
            return " ".join(map(_written, parts))
    return ""


@pytest.mark.parametrize("file", sorted(SOURCE.rglob("*.py")), ids=lambda one: str(one.relative_to(SOURCE)))
def test_no_command_says_a_sentence_that_has_no_other_language(file: Path) -> None:
    if file.relative_to(SOURCE).parts[0] in OWN_CATALOGUE:
        return
    for node in _spoken(ast.parse(file.read_text("utf-8"))):
        assert english_in(_written(node), NAMES) == [], f"{file.name}:{node.lineno}: {ast.unparse(node)}"


def _phrases_of(function: ast.AST) -> set[str]:
    """Names in it that stand for a `Phrase`."""
    return {
        target.id
        for node in ast.walk(function)
        if isinstance(node, ast.Assign)
        if any(isinstance(one, ast.Call) and _name(one) == "Phrase" for one in ast.walk(node.value))
        for target in node.targets
        if isinstance(target, ast.Name)
    }


@pytest.mark.parametrize("file", sorted(SOURCE.rglob("*.py")), ids=lambda one: str(one.relative_to(SOURCE)))
def test_no_command_puts_a_sentence_into_a_text_that_forgets_its_language(file: Path) -> None:
    """In an f-string a `Phrase` is its English; as a field of another one it is said as that is."""
    for function in ast.walk(ast.parse(file.read_text("utf-8"))):
        if not isinstance(function, ast.FunctionDef):
            continue
        phrases = _phrases_of(function)
        for text in ast.walk(function):
            if isinstance(text, ast.JoinedStr):
                holes = {ast.unparse(one.value) for one in text.values if isinstance(one, ast.FormattedValue)}
                assert not holes & phrases, f"{file.name}:{text.lineno}: {ast.unparse(text)}"
