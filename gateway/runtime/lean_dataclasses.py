"""`dataclasses.dataclass` for a process in which every megabyte is held for months: classes share what is the same.

The gateway has some four hundred frozen dataclasses with slots. For each of them Python compiles a `__setattr__`, a
`__delattr__` and a `__repr__` of its own; and the two that refuse keep the class as it was before it had slots alive, a
second one beside each: 8 kB of 15. Here all have these three in common.

Promises: a class made so does what Python's does. What is asked often (`__init__`, `__eq__`,
`__hash__`) is Python's.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from reprlib import recursive_repr
from typing import Any, NoReturn

_dataclass: Callable[..., Any] = dataclasses.dataclass


def use_lean_dataclasses() -> None:
    """From here on. To be called before the modules are imported whose classes are meant."""
    dataclasses.dataclass = lean_dataclass


def lean_dataclass(cls: type | None = None, /, **how: Any) -> Any:
    """As `dataclasses.dataclass`."""
    return _made(cls, how) if cls is not None else lambda given: _made(given, how)


def _made(cls: type, how: dict[str, Any]) -> type:
    shows_itself = how.get("repr", True) and "__repr__" not in cls.__dict__
    made: type = _dataclass(cls, **{**how, "repr": False})
    if shows_itself:
        made.__repr__ = _shown  # type: ignore[assignment]
    if how.get("frozen", False):
        made.__setattr__, made.__delattr__ = _refuse_to_set, _refuse_to_delete  # type: ignore[assignment]
    return made


@recursive_repr()
def _shown(self: Any) -> str:
    fields = (f"{one.name}={getattr(self, one.name)!r}" for one in dataclasses.fields(self) if one.repr)
    return f"{type(self).__qualname__}({', '.join(fields)})"


def _refuse_to_set(_: object, name: str, __: object) -> NoReturn:
    raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_to_delete(_: object, name: str) -> NoReturn:
    raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")
