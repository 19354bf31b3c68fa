"""Every kind of nonsense at every place of a full own table: it loads, or each fault has a file, a line, and advice."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from gateway.config.standards.own_tables import own_tables
from tests.unit.config.standards.own_table import FULL

Place = tuple[str | int, ...]
MOST_PLACES = int(os.environ.get("GATEWAY_TABLE_PLACES", "15"))
NONSENSE = (
    "null",
    "~",
    "true",
    "0",
    "-1",
    "1.5",
    ".nan",
    "-.inf",
    "1e999",
    "123456789012345678901234567890",
    "9" * 70,
    '""',
    '" "',
    '"\\0"',
    '"\\u00a0"',
    "text",
    "2026-02-30",
    "0001-01-01",
    "9999-12-31",
    "[]",
    "[[]]",
    "[null]",
    "[{}]",
    "{}",
    "{a: {b: c}}",
    "{1: 2}",
    "{? [a] : b}",
    "!!set {a}",
    "!!python/object:os.system x",
    "*unknown",
    "&a [*a]",
    "ạ́ῼ𝒳",
    "x" * 600,
)


def places(value: object, at: Place = ()) -> Iterator[Place]:
    """Every place of the document, itself included."""
    yield at
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from places(inner, (*at, key))
    elif isinstance(value, list):
        for position, inner in enumerate(value):
            yield from places(inner, (*at, position))


def written(value: object, at: Place, instead: str) -> str:
    """The document in YAML's flow style, with the nonsense at this place."""
    if not at:
        return instead
    if isinstance(value, dict):
        return "{" + ", ".join(f'"{key}": {_inside(inner, key, at, instead)}' for key, inner in value.items()) + "}"
    assert isinstance(value, list)
    return "[" + ", ".join(_inside(inner, position, at, instead) for position, inner in enumerate(value)) + "]"


def _inside(value: object, part: str | int, at: Place, instead: str) -> str:
    return written(value, at[1:], instead) if part == at[0] else shown(value)


def shown(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f'"{key}": {shown(inner)}' for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(shown(inner) for inner in value) + "]"
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, (int, float)) else f'"{value}"'


SOUND = YAML(typ="safe", pure=True).load(FULL)
PLACES = list(places(SOUND))


def outcome(folder: Path, text: str) -> tuple[int, list[str]]:
    """How many tables were taken, and what was told."""
    (folder / "table.yaml").write_text(text, encoding="utf-8")
    taken, problems = own_tables(folder, ("QCVN 40:2011",))
    for one in problems:
        assert one.file == str(folder / "table.yaml"), str(one)
        assert 1 <= one.line <= text.count("\n") + 1, str(one)
        assert one.wrong, text
        assert one.right, text
        assert "\n" not in str(one)
        assert str(one).isprintable()
    return len(taken), [str(one) for one in problems]


def test_the_table_as_it_stands_is_sound_in_this_form_too(tmp_path: Path) -> None:
    assert outcome(tmp_path, shown(SOUND)) == (1, [])
    assert len(PLACES) > 90


@pytest.mark.parametrize("nonsense", NONSENSE)
def test_nonsense_is_taken_or_told_wherever_it_stands(tmp_path: Path, nonsense: str) -> None:
    """At some of the places, other ones for each kind; the long campaign goes to all."""
    some = random.Random(nonsense).sample(PLACES, min(MOST_PLACES, len(PLACES)))
    refused = 0
    for place in some:
        taken, told = outcome(tmp_path, written(SOUND, place, nonsense))
        assert taken == (not told), (place, told)
        refused += bool(told)
    assert refused > len(some) // 3


@pytest.mark.parametrize("place", [place for place in PLACES if place and isinstance(place[-1], str)], ids=str)
def test_a_key_that_is_misspelt_missing_or_doubled_is_taken_or_told(tmp_path: Path, place: Place) -> None:
    key = str(place[-1])
    text = shown(SOUND)
    for other in (f"{key}x", "from"):
        renamed = text.replace(f'"{key}":', f'"{other}":', 1)
        taken, told = outcome(tmp_path, renamed)
        assert taken == (not told)
    taken, told = outcome(tmp_path, text.replace(f'"{key}":', f'"{key}": 1, "{key}":', 1))
    assert told, "the same key twice"
