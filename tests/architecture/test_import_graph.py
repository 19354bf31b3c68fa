"""No module needs itself in a roundabout way, not even for its types: who reads it need not read what is above it."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def modules_of(root: Path, package: str) -> Mapping[str, Path]:
    """Every module of the package below `root`, by its dotted name."""
    files = {file.relative_to(root).with_suffix("").parts: file for file in sorted((root / package).rglob("*.py"))}
    return {".".join(parts[:-1] if parts[-1] == "__init__" else parts): file for parts, file in files.items()}


def imports_of(file: Path, modules: Mapping[str, Path]) -> Iterator[str]:
    """The modules that it imports, wherever in it: at its top, in a function, for type checking only."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names if name.name in modules)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            for name in node.names:
                full = f"{node.module}.{name.name}"
                yield full if full in modules else node.module


def graph_of(root: Path, package: str) -> dict[str, set[str]]:
    """Which modules of the package each of them imports."""
    modules = modules_of(root, package)
    return {name: {one for one in imports_of(file, modules) if one in modules} for name, file in modules.items()}


def rooms_of(graph: Mapping[str, set[str]], house: str) -> dict[str, set[str]]:
    """The same between what lies directly in `house`: packages as a whole, and modules."""
    depth = house.count(".") + 2
    rooms: dict[str, set[str]] = {}
    for name, imported in graph.items():
        if name.startswith(f"{house}."):
            room = ".".join(name.split(".")[:depth])
            others = {".".join(one.split(".")[:depth]) for one in imported if one.startswith(f"{house}.")}
            rooms.setdefault(room, set()).update(others - {room})
    return rooms


def circle_in(graph: Mapping[str, set[str]]) -> list[str]:
    """Names that need one another in a ring; empty when none do."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as circle:
        return list(circle.args[1])
    return []


def test_no_imports_of_the_gateway_run_in_a_circle() -> None:
    assert circle_in(graph_of(ROOT, "gateway")) == []


def test_the_rooms_of_the_configuration_stand_on_one_another() -> None:
    assert circle_in(rooms_of(graph_of(ROOT, "gateway"), "gateway.config")) == []


@pytest.mark.parametrize(
    "back_up",
    ["from house import roof", "if TYPE_CHECKING:\n    import house.roof", "def f():\n    from house.roof import X"],
)
def test_a_circle_is_found_whichever_way_it_is_hidden(tmp_path: Path, back_up: str) -> None:
    house = tmp_path / "house"
    house.mkdir()
    (house / "__init__.py").write_text("", "utf-8")
    (house / "roof.py").write_text("from house.wall import Wall\n", "utf-8")
    (house / "wall.py").write_text(f"{back_up}\n", "utf-8")
    assert set(circle_in(graph_of(tmp_path, "house"))) == {"house.roof", "house.wall"}


def test_rooms_that_need_one_another_are_found_though_no_modules_do() -> None:
    graph = {"house.up.a": {"house.down.b"}, "house.down.b": set(), "house.down.c": {"house.up.d"}, "house.up.d": set()}
    assert circle_in(graph) == []
    assert set(circle_in(rooms_of(graph, "house"))) == {"house.up", "house.down"}
