"""The daemon's and the page's models are plain classes (`gateway.runtime.plain_models`). Whatever either can come to,
also by an import within a function, asks nothing of a model that pydantic alone can do."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

import pytest

from gateway.runtime import plain_models
from tests.architecture.test_import_graph import ROOT, modules_of

PROGRAMS = ("gateway.app.foreground", "gateway.web.station_page")
OTHER_PROCESSES = {"gateway.runtime.load_in_child", "gateway.runtime.load_apart"}
"""They read the configuration, with pydantic, and hand it over."""
PYDANTIC_ALONE = {
    "TypeAdapter",
    "model_construct",
    "model_copy",
    "model_dump",
    "model_dump_json",
    "model_extra",
    "model_json_schema",
    "model_rebuild",
    "model_validate",
    "model_validate_json",
    "validate_json",
    "validate_python",
}
WHERE_IT_IS_READ = {
    "gateway.config.builtin_tables.air_scales": "a table, which comes with the configuration",
    "gateway.config.builtin_tables.catalogue": "tables, which come with the configuration",
    "gateway.config.builtin_tables.molar_masses": "a table, which comes with the configuration",
    "gateway.config.builtin_tables.names": "a table; of what is asked while the file is checked, and by the page",
    "gateway.config.configuration": "a validator",
    "gateway.config.fingerprint": "Configuration.fingerprints, which is worked out before it is handed over",
    "gateway.config.load": "reads the file",
    "gateway.config.parameters.limits": "a serializer",
    "gateway.config.profiles.shelf": "reads a profile's file",
    "gateway.config.standards.reading": "reads a table's file",
}
READS_ITS_ERRORS = {"gateway.config.file.messages"}
MODULES = modules_of(ROOT, "gateway")


@pytest.fixture(scope="module")
def reached() -> Mapping[str, ast.Module]:
    trees: dict[str, ast.Module] = {}
    waiting = [*PROGRAMS]
    while waiting:
        name = waiting.pop()
        if name in MODULES and name not in trees and name not in OTHER_PROCESSES:
            trees[name] = ast.parse(MODULES[name].read_text("utf-8"))
            waiting.extend(_imported(trees[name]))
    return trees


def test_what_they_come_to_asks_nothing_of_pydantic(reached: Mapping[str, ast.Module]) -> None:
    asking = {name for name, tree in reached.items() if PYDANTIC_ALONE & set(_names(tree))}
    assert asking == set(WHERE_IT_IS_READ)


def test_what_they_import_of_pydantic_is_there(reached: Mapping[str, ast.Module]) -> None:
    lacking = {
        (name, one)
        for name, tree in reached.items()
        if name not in READS_ITS_ERRORS
        for one in _imported(tree)
        if one.startswith("pydantic.") and not hasattr(plain_models, one.removeprefix("pydantic."))
    }
    assert lacking == set()


def _imported(tree: ast.Module) -> Iterator[str]:
    """Modules with the packages around them, and what is taken out of them; not what is for type checking only."""
    for node in _run(tree):
        if isinstance(node, ast.Import):
            for one in node.names:
                yield from _with_packages(one.name)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            yield from _with_packages(node.module)
            yield from (f"{node.module}.{one.name}" for one in node.names)


def _with_packages(name: str) -> Iterator[str]:
    parts = name.split(".")
    yield from (".".join(parts[:length]) for length in range(1, len(parts) + 1))


def _names(tree: ast.Module) -> Iterator[str]:
    for node in _run(tree):
        if isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.Name):
            yield node.id


def _run(tree: ast.AST) -> Iterator[ast.AST]:
    yield tree
    for node in ast.iter_child_nodes(tree):
        if not (isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"):
            yield from _run(node)
