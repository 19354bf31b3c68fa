"""What every section of a configuration says, its properties too, in a form that is the same whatever its models are
made of.

    python -m tests.support.shown_sections FILE [--pydantic]   in JSON: as the daemon has it, or as commands have it
"""

from __future__ import annotations

import dataclasses
import json
import re
import sys
from collections.abc import Iterator, Mapping
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any

_ADDRESS = re.compile(r" at 0x[0-9a-f]+")


def shown_sections(configuration: Any) -> dict[str, str]:
    """By place and name."""
    return {place: json.dumps(_shown(value), sort_keys=True) for place, value in _said("", configuration)}


def _said(place: str, value: Any) -> Iterator[tuple[str, Any]]:
    if _is_model(value):
        kind = type(value)
        yield f"{place}/model_fields_set", sorted(value.model_fields_set)
        for name in sorted(_properties(kind)):
            yield f"{place}/{kind.__name__}.{name}", getattr(value, name)
        for name in kind.model_fields:
            yield from _said(f"{place}/{name}", getattr(value, name))
    elif isinstance(value, Mapping):
        for key, one in value.items():
            yield from _said(f"{place}/{key}", one)
    elif isinstance(value, tuple | list):
        for number, one in enumerate(value):
            yield from _said(f"{place}/{number}", one)


def _properties(kind: type) -> set[str]:
    found = {
        name
        for one in kind.__mro__
        if one.__module__.startswith("gateway.config")
        for name, what in vars(one).items()
        if isinstance(what, property | cached_property)
    }
    return {name for name in found if not name.startswith("_")}


def _is_model(value: Any) -> bool:
    return hasattr(type(value), "model_fields")


def _shown(value: Any) -> Any:
    if _is_model(value):
        return [type(value).__name__, {name: _shown(getattr(value, name)) for name in type(value).model_fields}]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return [type(value).__name__, {one.name: _shown(getattr(value, one.name)) for one in dataclasses.fields(value)}]
    if isinstance(value, Mapping):
        return sorted([str(key), _shown(one)] for key, one in value.items())
    if isinstance(value, set | frozenset):
        return sorted(_shown(one) for one in value)
    if isinstance(value, tuple | list):
        return [_shown(one) for one in value]
    return _ADDRESS.sub("", repr(value))


def main() -> None:
    is_whole = sys.argv[2:] == ["--pydantic"]
    if is_whole:
        import_module("pydantic")
    from gateway.runtime.load_in_child import load_in_child

    configuration = load_in_child(Path(sys.argv[1]))
    assert ("pydantic_core" in sys.modules) is is_whole
    json.dump(shown_sections(configuration), sys.stdout)


if __name__ == "__main__":
    main()
