"""The house is built as planned: layers, one home per library, one catcher of everything, one reader of clocks."""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
MODULES = sorted((ROOT / "gateway").rglob("*.py"))
SUPERVISOR = ROOT / "gateway/runtime/supervisor.py"
CLERK = ROOT / "gateway/runtime/clerk.py"
RUNTIME = ROOT / "gateway/runtime"
UPGRADE = ROOT / "gateway/upgrade"
"""A program of its own, which can import nothing of the house: it waits for dpkg and for systemd."""

CLOCKS_AND_THREADS = {
    "time.time",
    "time.time_ns",
    "time.monotonic",
    "time.monotonic_ns",
    "time.sleep",
    "datetime.now",
    "datetime.utcnow",
    "datetime.today",
    "date.today",
    "threading.Thread",
    "threading.Timer",
}
WAYS_TO_A_TERMINAL = {"print", "typer.echo", "typer.secho", "click.echo", "Console", "rich.print", "sys.stdout.write"}
WORDS_THAT_SAY_NOTHING = {"manager", "handler", "helper", "helpers", "util", "utils", "service", "info", "process"}


Looked = tuple[Path, ast.expr | ast.stmt | ast.excepthandler]


@cache
def looked_at() -> tuple[tuple[Looked, ...], tuple[Path, ...]]:
    """What the rules look at, of all modules, which are read once and not kept; and those without a docstring."""
    found: list[Looked] = []
    silent = []
    for file in MODULES:
        text = file.read_text("utf-8")
        tree = ast.parse(text, str(file))
        if text.strip() and not ast.get_docstring(tree):
            silent.append(file)
        for node in ast.walk(tree):
            match node:
                case ast.ExceptHandler() | ast.ImportFrom():
                    found.append((file, node))
                case ast.Attribute() if dotted(node) in CLOCKS_AND_THREADS:
                    found.append((file, node))
                case ast.Call() if dotted(node.func) in WAYS_TO_A_TERMINAL:
                    found.append((file, node))
    return tuple(found), tuple(silent)


def dotted(node: ast.expr) -> str | None:
    """`datetime.now` of a name and its attributes, as `ast.unparse` writes it, in a hundredth of the time."""
    if isinstance(node, ast.Attribute):
        owner = dotted(node.value)
        return owner and f"{owner}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else None


def where(file: Path, node: ast.expr | ast.stmt | ast.excepthandler) -> str:
    return f"{file.relative_to(ROOT)}:{node.lineno}"


def catchers(kinds: set[str | None]) -> Iterator[tuple[Path, ast.ExceptHandler]]:
    """`except` clauses that catch one of these, alone or in a tuple; `None` is a bare one."""
    for file, node in looked_at()[0]:
        if isinstance(node, ast.ExceptHandler):
            caught = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
            if kinds & {one.id if isinstance(one, ast.Name) else None for one in caught if not _is_dotted(one)}:
                yield file, node


def _is_dotted(caught: ast.expr | None) -> bool:
    return isinstance(caught, ast.Attribute | ast.Starred)


def test_every_layer_and_every_home_is_kept() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    linter = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert linter.returncode == 0, linter.stdout
    for contract in contracts:
        assert f"{contract['name']} KEPT" in linter.stdout


def test_everything_is_caught_by_the_supervisor_and_between_the_clerks_stages_only() -> None:
    found = {where(file, node) for file, node in catchers({"Exception", None}) if file not in (SUPERVISOR, CLERK)}
    assert found == set()


def test_whoever_tidies_up_after_anything_lets_it_pass() -> None:
    silent = {
        where(file, node)
        for file, node in catchers({"BaseException"})
        if not any(isinstance(inner, ast.Raise) for inner in ast.walk(node))
    }
    assert silent == set()


def test_clocks_are_read_and_threads_started_in_runtime_alone() -> None:
    found = {
        f"{where(file, node)} {dotted(node)}"
        for file, node in looked_at()[0]
        if isinstance(node, ast.Attribute) and not {RUNTIME, UPGRADE}.intersection(file.parents)
    }
    assert found == set()


def test_nothing_of_a_banned_module_is_imported_by_name_either() -> None:
    """`from time import sleep` would get past the rule above."""
    found = {
        where(file, node)
        for file, node in looked_at()[0]
        if isinstance(node, ast.ImportFrom)
        and RUNTIME not in file.parents
        and any(f"{node.module}.{name.name}" in CLOCKS_AND_THREADS for name in node.names)
    }
    assert found == set()


def test_a_module_says_what_it_is_for() -> None:
    assert looked_at()[1] == ()


def test_a_module_bears_a_name_that_means_something() -> None:
    empty = [file for file in MODULES if WORDS_THAT_SAY_NOTHING.intersection(file.stem.lower().split("_"))]
    assert empty == [RUNTIME / "process.py"]  # one of the system's processes


def test_the_schema_explains_every_table() -> None:
    for file in (ROOT / "gateway/db/schema").glob("*/*.sql"):
        lines = file.read_text("utf-8").splitlines()
        for number, line in enumerate(lines):
            if line.startswith("CREATE TABLE") and lines[number - 1].strip():
                assert lines[number - 1].startswith("--"), f"{file.name}:{number + 1}"


def test_people_are_told_things_through_the_one_place_that_escapes_them() -> None:
    """What a server lists and a device answers is printed by commands: one `print` would be a way to a terminal."""
    allowed = {ROOT / "gateway/cli/output.py", ROOT / "gateway/cli/drawing.py"}
    found = {where(file, node) for file, node in looked_at()[0] if isinstance(node, ast.Call) and file not in allowed}
    assert found == set()
