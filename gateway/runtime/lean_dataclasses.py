"""`dataclasses.dataclass` for a process in which every megabyte is held for months: classes share what is the same.

The gateway has some four hundred frozen dataclasses with slots. For each of them Python compiles a `__setattr__`, a
`__delattr__`, a `__repr__`, an `__eq__` and a `__hash__` of its own; and the two that refuse keep the class as it was
before it had slots alive, a second one beside each: two thirds of 15 kB. Here all have these in common.

Promises: a class made so does what Python's does, and is compared as fast.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from operator import attrgetter
from reprlib import recursive_repr
from typing import Any, NoReturn, dataclass_transform

_dataclass: Callable[..., Any] = dataclasses.dataclass


def use_lean_dataclasses() -> None:
    """From here on. To be called before the modules are imported whose classes are meant."""
    dataclasses.dataclass = lean_dataclass


@dataclass_transform(field_specifiers=(dataclasses.field,))
def lean_dataclass(cls: type | None = None, /, **how: Any) -> Any:
    """As `dataclasses.dataclass`."""
    return _made(cls, how) if cls is not None else lambda given: _made(given, how)


def _made(cls: type, how: dict[str, Any]) -> type:
    own = cls.__dict__
    shows_itself = how.get("repr", True) and "__repr__" not in own
    compares = how.get("eq", True) and "__eq__" not in own and not how.get("order", False)
    is_frozen = how.get("frozen", False)
    hashes = compares and own.get("__hash__") is None and not how.get("unsafe_hash", False)
    made: type = _dataclass(cls, **{**how, "repr": False, "eq": how.get("eq", True) and not compares})
    if shows_itself:
        made.__repr__ = _shown  # type: ignore[assignment]
    if compares:
        made.__eq__ = _equal_by(_values_of(made, lambda one: one.compare))  # type: ignore[assignment]
    if hashes:
        by = _values_of(made, lambda one: one.compare if one.hash is None else one.hash)
        made.__hash__ = _hash_by(by) if is_frozen else None  # type: ignore[assignment]
    if is_frozen:
        made.__setattr__, made.__delattr__ = _refuse_to_set, _refuse_to_delete  # type: ignore[assignment]
    return made


def _values_of(cls: Any, counts: Callable[[dataclasses.Field[Any]], bool]) -> Callable[[Any], object]:
    names = [one.name for one in dataclasses.fields(cls) if counts(one)]
    return attrgetter(*names) if names else lambda _: ()


def _equal_by(values: Callable[[Any], object]) -> Callable[[Any, Any], bool]:
    def equal(self: Any, other: Any) -> bool:
        return values(self) == values(other) if other.__class__ is self.__class__ else NotImplemented

    return equal


def _hash_by(values: Callable[[Any], object]) -> Callable[[Any], int]:
    return lambda self: hash(values(self))


@recursive_repr()
def _shown(self: Any) -> str:
    fields = (f"{one.name}={getattr(self, one.name)!r}" for one in dataclasses.fields(self) if one.repr)
    return f"{type(self).__qualname__}({', '.join(fields)})"


def _refuse_to_set(_: object, name: str, __: object) -> NoReturn:
    raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_to_delete(_: object, name: str) -> NoReturn:
    raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")
