"""pydantic for a process that is given a configuration and never reads one: its models as plain classes.

A page that runs for months holds one configuration, which was checked elsewhere. What pydantic is there for, checks and
what they say, would be a seventh of its memory. Here everything by which a model says how it is checked says nothing,
and what is left of a section is a class with its values and its properties.

Promises: what pydantic's models were pickled from comes back with the same values, equal where those are equal, and
frozen. Whoever wants something checked fails, and loudly: there is no `model_validate` here, and no `TypeAdapter`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn, get_type_hints

_PRIVATE, _EXTRA, _WRITTEN = "__pydantic_private__", "__pydantic_extra__", "__pydantic_fields_set__"
_NOTHING: frozenset[str] = frozenset()
_same: dict[frozenset[str], frozenset[str]] = {}
"""Many sections have the same keys written: those are kept once."""
_known: dict[type, Mapping[str, PlainField]] = {}
"""The fields of each class that was asked for them."""


def use_plain_models() -> None:
    """From here on this process has no other pydantic. To be called before anything of the configuration is imported.

    Raises:
        RuntimeError: pydantic is there already, and would stay.
    """
    if "pydantic" in sys.modules:
        raise RuntimeError("pydantic is in memory already: whoever imported it has to come later")
    sys.modules["pydantic"] = sys.modules[__name__]


@dataclass(frozen=True, slots=True)
class PlainField:
    """What can be asked of a model's field."""

    owner: type
    name: str

    @property
    def annotation(self) -> Any:
        """Worked out for whoever asks, which takes a thousand times as long as all else here."""
        return get_type_hints(self.owner)[self.name]


class _Fields:
    """`model_fields` of a class."""

    def __get__(self, instance: object, owner: type[BaseModel]) -> Mapping[str, PlainField]:
        return _fields(owner)


class BaseModel:
    """A section."""

    model_fields = _Fields()
    model_config: Mapping[str, Any]
    __pydantic_extra__: Mapping[str, Any] | None = None

    @property
    def model_fields_set(self) -> frozenset[str]:
        """The fields that were written, and not left to their defaults."""
        written: frozenset[str] = self.__dict__.get(_WRITTEN, _NOTHING)
        return written

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"{type(self).__name__} is frozen: {name} cannot be set")

    def __setstate__(self, state: Mapping[str, Any]) -> None:
        """Takes what pydantic's models and these give."""
        self.__dict__.update(state["__dict__"])
        for name in (_EXTRA, _PRIVATE):
            if state.get(name):
                self.__dict__[name] = state[name]
        written = frozenset(state.get(_WRITTEN) or ())
        if written:
            self.__dict__[_WRITTEN] = _same.setdefault(written, written)
        self.__dict__.update(state.get(_PRIVATE) or {})

    def __getstate__(self) -> Mapping[str, Any]:
        """What pydantic's models take, and these."""
        private = self.__dict__.get(_PRIVATE)
        others = {_EXTRA, _PRIVATE, _WRITTEN, *(private or {})}
        own = {name: value for name, value in self.__dict__.items() if name not in others}
        written = set(self.model_fields_set)
        return {"__dict__": own, _EXTRA: self.__pydantic_extra__, _WRITTEN: written, _PRIVATE: private}

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and _values(self) == _values(other)

    def __hash__(self) -> int:
        return hash((type(self), _values(self)))

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}({', '.join(f'{name}={self.__dict__.get(name)!r}' for name in _fields(type(self)))})"
        )

    def __str__(self) -> str:
        return " ".join(f"{name}={self.__dict__.get(name)!r}" for name in _fields(type(self)))


def _values(model: Any) -> tuple[object, ...]:
    values = model.__dict__
    return (*(values.get(name) for name in _fields(type(model))), model.__pydantic_extra__)


def _fields(model: type) -> Mapping[str, PlainField]:
    """Those of the bases first."""
    if model not in _known:
        _known[model] = {
            name: PlainField(model, name)
            for one in reversed(model.__mro__)
            if one is not BaseModel
            for name, kind in one.__dict__.get("__annotations__", {}).items()
            if not name.startswith("_") and not kind.startswith("ClassVar")
        }
    return _known[model]


def Field(default: object = None, **_: object) -> object:  # noqa: N802  # pydantic's name
    return default


def PrivateAttr(default: object = None) -> object:  # noqa: N802  # pydantic's name
    return default


def ConfigDict(**_: object) -> Mapping[str, Any]:  # noqa: N802  # pydantic's name
    return {}


def _says_nothing(*_: object, **__: object) -> None:
    """Stands in an annotation, where pydantic alone would look."""


AfterValidator = BeforeValidator = PlainValidator = WrapValidator = PlainSerializer = _says_nothing
Discriminator = Strict = Tag = _says_nothing


def field_validator(*_: str, **__: object) -> Callable[[object], None]:
    """The check itself is forgotten."""
    return _says_nothing


model_validator = field_validator


class ValidationInfo:
    """Nobody has one here."""


class ValidationError(ValueError):
    """Nobody raises it here."""


class TypeAdapter:
    def __init__(self, shape: object) -> None:
        raise RuntimeError(f"nothing is checked in this process, {shape} neither")

    def __class_getitem__(cls, _: object) -> type:
        return cls
