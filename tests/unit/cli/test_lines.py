"""Words on the command line that mean a line of the station's file."""

from __future__ import annotations

import pytest

from gateway.cli.lines import advice, line_meant

LINES = ("pH", "PM2,5", "TSS", "COD_2")


@pytest.mark.parametrize(
    ("word", "line"),
    [
        ("pH", "pH"),
        ("PM2,5", "PM2,5"),
        ("PM2.5", "PM2,5"),
        ("SS", "TSS"),
        ("COD_2", "COD_2"),
        ("COD", None),
        ("ph", None),
    ],
)
def test_a_line_is_known_by_its_symbol_and_by_its_other_spellings(word: str, line: str | None) -> None:
    assert line_meant(word, LINES) == line


def test_a_line_that_bears_another_spelling_itself_is_that_line() -> None:
    assert line_meant("SS", (*LINES, "SS")) == "SS"


def test_what_was_meant_is_guessed_or_all_is_named() -> None:
    assert advice("ph", LINES) == "did you mean pH?"
    assert advice("Flow", LINES) == "there are: pH, PM2,5, TSS, COD_2"
