"""A program that a command becomes: what it is told on its way, its exit codes, and the language of what it says."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.core.errors import ConfigError, GatewayError, Problem
from gateway.core.phrase import Phrase
from gateway.runtime.program import Program

FAULT = Problem("gateway.yaml", 3, "station", Phrase("is missing"), Phrase("add it"))


@pytest.fixture(autouse=True)
def _no_language(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GATEWAY_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)


def said(text: str, language: str) -> str:
    return f"{language}: {text}"


def failing(error: BaseException) -> object:
    def run(_: Program) -> int:
        raise error

    return run


@pytest.mark.parametrize(
    "program", [Program(Path("a b.yaml")), Program(Path("a.yaml"), verbose=True, asked="vi")], ids=["plain", "asked"]
)
def test_it_is_started_as_it_was_asked_for(program: Program) -> None:
    assert Program.started(program.arguments) == program


def test_it_ends_with_what_was_returned() -> None:
    assert Program(Path("x")).exit_code(lambda _: 3, said) == 3


@pytest.mark.parametrize(
    ("error", "code", "told"),
    [
        (ConfigError((FAULT,)), 2, "gateway.yaml:3: station: is missing; add it\n"),
        (GatewayError(Phrase("the card is\nfull")), 1, "gateway: the card is\\nfull\n"),
        (KeyboardInterrupt(), 1, "Aborted!\n"),
    ],
    ids=["faulty", "failed", "interrupted"],
)
def test_an_error_is_a_line_and_an_exit_code(
    error: BaseException, code: int, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert Program(Path("/nowhere")).exit_code(failing(error), said) == code  # type: ignore[arg-type]
    assert capsys.readouterr().err == told


def test_it_speaks_as_asked_else_as_the_station_does(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "gateway.yaml"
    file.write_text("station: {language: vi}\nlinks: 7\n", "utf-8")
    for program in (
        Program(file),
        Program(file, asked="en"),
        Program(file, station="en"),
        Program(tmp_path / "gone", station="vi"),
    ):
        program.exit_code(failing(ConfigError((FAULT,))), said)  # type: ignore[arg-type]
    told = capsys.readouterr().err.splitlines()
    assert [one.startswith("vi: ") for one in told] == [True, False, False, True]
