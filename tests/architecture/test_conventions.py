"""What `docs/conventions.md` says of the house is so: its rooms, who may import whom, who writes which table, and the
files and functions of a reading's way, and of a camera's packet."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

import pytest

from tests.architecture.test_tables import written_by_room

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/conventions.md").read_text("utf-8")
CODE = re.compile(r"`([^`]+)`")
STEP = re.compile(r"^[①②③④⑤⑥ ] (?P<file>[a-z0-9_/]+\.py) +(?P<function>[A-Za-z_.]+)  ", re.MULTILINE)


def chapter(name: str) -> str:
    return PAGE.split(f"\n## {name}\n", 1)[1].split("\n## ", 1)[0]


def rows(text: str) -> list[list[str]]:
    """The cells of a chapter's table, without its head."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def defined_in(file: Path) -> set[str]:
    """`function`, `Class` and `Class.method` of a module."""
    found = set()
    for node in ast.parse(file.read_text("utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        if isinstance(node, ast.ClassDef):
            found |= {f"{node.name}.{inner.name}" for inner in node.body if isinstance(inner, ast.FunctionDef)}
    return found


def test_the_map_shows_every_room_and_no_other() -> None:
    shown = [CODE.findall(row[0])[0] for row in rows(chapter("The map"))]
    rooms = {file.parent.name for file in (ROOT / "gateway").glob("*/__init__.py")}
    assert sorted(shown) == sorted(rooms)


def test_the_map_says_which_room_writes_which_table() -> None:
    shown = {CODE.findall(row[0])[0]: set(CODE.findall(row[2])) for row in rows(chapter("The map"))}
    assert {room: tables for room, tables in shown.items() if tables} == written_by_room()


def test_the_arrows_are_those_that_are_held() -> None:
    [arrows] = [line for line in chapter("The map").splitlines() if line.startswith("cli ")]
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    [layers] = [contract["layers"] for contract in contracts if contract.get("containers") == ["gateway"]]
    assert arrows.split(" → ") == layers


@pytest.mark.parametrize(
    ("way", "least"), [("How a reading becomes a file", 25), ("How a camera's packet becomes video", 15)]
)
def test_each_way_leads_through_what_there_is(way: str, least: int) -> None:
    steps = list(STEP.finditer(chapter(way)))
    assert len(steps) >= least
    missing = [step[0].strip() for step in steps if step["function"] not in defined_in(ROOT / "gateway" / step["file"])]
    assert missing == []


def test_whoever_changes_something_is_shown_where() -> None:
    named = [path for row in rows(chapter("Where to begin")) for cell in row[1:] for path in CODE.findall(cell)]
    assert len(named) > 20
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_a_class_name_stands_once() -> None:
    """So that whoever searches for it finds one thing."""
    seen: dict[str, str] = {}
    twice = []
    for file in sorted((ROOT / "gateway").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.ClassDef):
                place = f"{file.relative_to(ROOT)}:{node.lineno}"
                if (first := seen.setdefault(node.name, place)) != place:
                    twice.append(f"{node.name}: {first} and {place}")
    assert twice == []
