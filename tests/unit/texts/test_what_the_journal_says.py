"""The operator's table of what the log says: each line of it is one that the code logs, or that an error says, and both
languages have the same lines."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import gateway

SOURCE = Path(gateway.__file__).parent
DOCS = SOURCE.parent / "docs"
HEADINGS = {"operator.md": "## What the journal says", "operator.vi.md": "## Nhật ký nói gì"}
_HOLE = re.compile(r"%[-+0-9.]*[a-zA-Z]|\{[^{}]*\}")


def lines_of(guide: str) -> list[str]:
    """The code in the first cells of the table, as it is written there."""
    section = (DOCS / guide).read_text("utf-8").split(f"{HEADINGS[guide]}\n")[1].split("\n## ")[0]
    rows = [row.replace("\\|", "¦").split("|")[1] for row in section.splitlines() if row.startswith("| `")]
    return [line for first in rows for line in re.findall(r"`([^`]+)`", first)]


@cache
def said_by_the_code() -> tuple[str, ...]:
    """Every text in the package but what it tells of itself, with a mark where something is put in."""
    found = []
    for file in SOURCE.rglob("*.py"):
        tree = ast.parse(file.read_text("utf-8"))
        told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            if id(node) in told:
                continue
            match node:
                case ast.Constant(value=str(text)):
                    found.append(_HOLE.sub("…", text))
                case ast.JoinedStr(values=parts):
                    found.append("".join(one.value if isinstance(one, ast.Constant) else "…" for one in parts))
    return tuple(found)


def pieces(line: str) -> Iterator[list[str]]:
    """What of it stands between two marks, in words."""
    yield from (words for piece in line.split("…") if (words := re.findall(r"[^\s();:,]+", piece)))


def is_said(line: str) -> bool:
    """Each piece stands in one text of the code, but for codes that are put in there."""
    return all(any(_stands_in(piece, text) for text in said_by_the_code()) for piece in pieces(line))


def _stands_in(words: list[str], text: str) -> bool:
    if not any(word.partition("=")[0] in text for word in words):
        return False
    return re.search(r"\W+".join(map(_either, words)), text.replace("…", " … ").replace("  ", " ")) is not None


def _either(word: str) -> str:
    """The word, or a mark where the code puts in a word that is a code of its own."""
    name, is_pair, code = word.partition("=")
    if is_pair:
        given = r"\W*…?" if not code or code in codes() else re.escape(code)
        return rf"(?:{re.escape(name)}={given}|…)"
    return rf"(?:{re.escape(word)}|…)" if word.removesuffix("-wal") in codes() else re.escape(word)


@cache
def codes() -> frozenset[str]:
    return frozenset(text for text in said_by_the_code() if re.fullmatch(r"[\w.-]+", text))


@pytest.mark.parametrize("guide", HEADINGS)
def test_each_line_of_the_table_is_logged(guide: str) -> None:
    assert [line for line in lines_of(guide) if not is_said(line)] == []


def test_both_languages_have_the_same_lines() -> None:
    assert sorted(lines_of("operator.vi.md")) == sorted(lines_of("operator.md")) != []


def test_a_line_that_nobody_logs_would_be_found() -> None:
    assert not is_said("the moon is down …")
