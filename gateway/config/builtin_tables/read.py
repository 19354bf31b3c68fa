"""The tables that ship in `core/data/`: read by whoever asks first, or taken from a process that has read them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from importlib.resources import files
from typing import Any, TypeVar

Table = TypeVar("Table")
_known: dict[str, Any] = {}


def shipped(make: Callable[[], Table]) -> Callable[[], Table]:
    """Of a function that makes a table: it is made once."""
    name = f"{make.__module__}.{make.__name__}"

    @wraps(make)
    def table() -> Table:
        if name not in _known:
            _known[name] = make()
        made: Table = _known[name]
        return made

    return table


def known_tables() -> Mapping[str, Any]:
    """Those that were asked for, for another process."""
    return dict(_known)


def take_tables(tables: Mapping[str, Any]) -> None:
    """`known_tables` of another process: these are not read here."""
    _known.update(tables)


def builtin_table(name: str) -> object:
    """What the YAML file of this name holds: dict, list, str, int, float, bool and None."""
    from gateway.config.file.document import (
        parse_document,  # reading YAML costs a megabyte that the daemon can do without
    )

    return parse_document(name, files("gateway.core.data").joinpath(name).read_text("utf-8")).content
