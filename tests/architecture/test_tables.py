"""Each table is written by one room. This is read from the SQL that stands in `gateway/`; the migrations, which make
the tables, are in files of their own and belong to nobody."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

import pytest

from gateway.cameras.catalog.database import open_cameras_database
from gateway.db import Database, open_database
from gateway.web.accounts.database import open_web_database

ROOT = Path(__file__).parents[2]
MODULES = sorted((ROOT / "gateway").rglob("*.py"))
CONNECTION = ROOT / "gateway/db/connection.py"
MIGRATIONS = ROOT / "gateway/db/migrations.py"
OF_ANY_TABLE = {
    ROOT / "gateway/db" / name for name in ("checksums.py", "damage.py", "look.py", "put_back.py", "rebuilt.py")
}
"""They keep every row's checksum, and put back what a bit on the card has changed, or what can be read of a broken file
into a copy of their own: whoever's table it is."""
EXECUTING = {"execute", "executemany", "executescript"}
UNKNOWN = "\0"
"""Stands in a text for what is known only when the program runs."""

_VERB = re.compile(r"\b(INSERT|UPDATE|DELETE|REPLACE)\b")
_ANY_CASE = re.compile(
    r"\b(insert\s+(or\s+\w+\s+)?into|replace\s+into|delete\s+from|update\s+\S+\s+set)\b", re.IGNORECASE
)
_TARGET = re.compile(
    r"\b(?:INSERT(?:\s+OR\s+[A-Z]+)?\s+INTO|REPLACE\s+INTO|DELETE\s+FROM|UPDATE(?:\s+OR\s+[A-Z]+)?)\s+([a-z_]+)\b"
)
_UPSERT = re.compile(r"\bDO\s+UPDATE\s+SET\b")
"""The rest of an INSERT, whose table is named before."""


class UnclearStatement(AssertionError):
    """It changes something, and what cannot be read from it."""


def written_by_room() -> dict[str, set[str]]:
    """Room → the tables that its statements change."""
    found: dict[str, set[str]] = defaultdict(set)
    for file in MODULES:
        if file in OF_ANY_TABLE:
            continue
        for text in texts(ast.parse(file.read_text("utf-8"), str(file))):
            written = targets(text)
            if written:
                found[file.relative_to(ROOT / "gateway").parts[0]] |= written
    return dict(found)


def targets(text: str) -> set[str]:
    """The tables that a statement changes; none if it changes nothing.

    Raises:
        UnclearStatement: it has a verb that changes something, and not every one of them has a table.
    """
    text = _UPSERT.sub("", text)
    found = _TARGET.findall(text)
    if len(found) < len(_VERB.findall(text)) or len(_ANY_CASE.findall(text)) > len(found):
        raise UnclearStatement(text)
    return set(found)


def texts(tree: ast.Module) -> Iterator[str]:
    """Every text of a module but its docstrings, as long as it can be read: pieces that are joined count as one."""
    constants = {target.id: node.value for node in tree.body for target in _names(node)}
    outer: list[ast.AST] = [tree]
    while outer:
        node = outer.pop()
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue
        text = _text(node, constants)
        if text is None:
            outer += ast.iter_child_nodes(node)
        else:
            yield text


def _names(node: ast.stmt) -> list[ast.Name]:
    return [one for one in node.targets if isinstance(one, ast.Name)] if isinstance(node, ast.Assign) else []


def _text(node: ast.AST, constants: Mapping[str, ast.expr]) -> str | None:
    """`None`: it is no text."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, ast.JoinedStr):
        return "".join(_piece(part, constants) for part in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Mod):
        left, right = _text(node.left, constants), _text(node.right, constants)
        if left is None and right is None:
            return None
        return _piece(node.left, constants) + _piece(node.right, constants)
    return None


def _piece(node: ast.AST, constants: Mapping[str, ast.expr]) -> str:
    if isinstance(node, ast.FormattedValue):
        node = node.value
    if isinstance(node, ast.Name) and node.id in constants:
        node = constants[node.id]
    text = _text(node, constants)
    return UNKNOWN if text is None else text


def test_each_table_is_written_by_one_room(tmp_path: Path) -> None:
    """In each database. `set_aside` stands in all of them, for what a person has to know of is kept beside what it is
    about; rounds stand in two."""
    with (
        closing(open_database(tmp_path / "gateway.db")) as gateway,
        closing(open_cameras_database(tmp_path)) as cameras,
        closing(open_web_database(tmp_path)) as web,
    ):
        assert tables_of(gateway) & tables_of(cameras) == {"round", "set_aside"}
        assert (tables_of(gateway) | tables_of(cameras)) & tables_of(web) == {"set_aside"}
        tables = tables_of(gateway) | tables_of(cameras) | tables_of(web)
    rooms: dict[str, set[str]] = defaultdict(set)
    for room, written in written_by_room().items():
        for table in written:
            rooms[table].add(room)
    assert rooms.keys() == tables
    assert {table: found for table, found in rooms.items() if len(found) > 1} == {}


def tables_of(database: Database) -> set[str]:
    rows = database.read("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT GLOB '*sqlite_*'")
    return {name for (name,) in rows}


def test_every_statement_stands_where_it_can_be_read() -> None:
    """What is executed is written there, or in a constant of the same module: nothing hands statements around but the
    connection's own `read`, and the migrations, whose statements are in files."""
    found = []
    for file in MODULES:
        if file in {CONNECTION, MIGRATIONS} | OF_ANY_TABLE:
            continue
        tree = ast.parse(file.read_text("utf-8"), str(file))
        constants = {target.id: node.value for node in tree.body for target in _names(node)}
        for call in ast.walk(tree):
            if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)):
                continue
            if call.func.attr not in EXECUTING:
                continue
            statement = call.args[0].value if isinstance(call.args[0], ast.Subscript) else call.args[0]
            is_constant = isinstance(statement, ast.Name) and statement.id in constants
            if _text(statement, constants) is None and not is_constant:
                found.append(f"{file.relative_to(ROOT)}:{call.lineno} {ast.unparse(call)}")
    assert found == []


@pytest.mark.parametrize(
    ("source", "tables"),
    [
        ('run("INSERT INTO record (a) VALUES (?)" " ON CONFLICT DO UPDATE SET a = excluded.a")', {"record"}),
        ('run("UPDATE OR IGNORE file SET a = 1" + " WHERE id = 1")', {"file"}),
        ('run(f"DELETE FROM outage WHERE {_OF}")', {"outage"}),
        ('_TABLE = "record"\nrun(f"UPDATE {_TABLE} SET a = 1")', {"record"}),
        ('_TABLE = "record"\nrun("UPDATE " + _TABLE + " SET a = 1")', {"record"}),
        ('run("SELECT 1 FROM record")', set()),
        ('"""UPDATE nothing: words about a module."""', set()),
    ],
)
def test_statements_are_read_however_they_are_written(source: str, tables: set[str]) -> None:
    assert set().union(*(targets(text) for text in texts(ast.parse(source)))) == tables


@pytest.mark.parametrize(
    "source",
    [
        'run(f"UPDATE {table} SET a = 1")',
        'run("UPDATE " + table + " SET a = 1")',
        'run("UPDATE %s SET a = 1" % table)',
        'run("UPDATE {} SET a = 1".format(table))',
        'verb = "DELETE"\nrun(verb + " FROM record")',
        'run(" ".join(["INSERT INTO", table]))',
        'run("delete from record")',
    ],
)
def test_a_statement_whose_table_cannot_be_read_is_a_failure(source: str) -> None:
    with pytest.raises(UnclearStatement):
        list(map(targets, texts(ast.parse(source))))
