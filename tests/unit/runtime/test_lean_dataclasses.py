"""Lean dataclasses do what Python's do, and leave no second class behind."""

from __future__ import annotations

import copy
import dataclasses
import gc
import weakref
from collections.abc import Callable
from dataclasses import FrozenInstanceError, dataclass, field, replace
from typing import Any

import pytest

from gateway.runtime.lean_dataclasses import lean_dataclass

Decorator = Callable[..., Any]


def pair(decorator: Decorator) -> tuple[type[Any], type[Any]]:
    """The same two classes, one inherited from the other."""

    @decorator(frozen=True, slots=True)
    class Reading:
        symbol: str
        value: float | None = None
        secret: str = field(default="x", repr=False)

    @decorator(frozen=True, slots=True)
    class Late(Reading):
        by_s: int = 0

    return Reading, Late


def shown(decorator: Decorator) -> list[object]:
    """What they do."""
    reading, late = pair(decorator)
    one, other = reading("pH", 7.0), late("pH", 7.0, by_s=3)
    refused = []
    for act in (lambda: setattr(one, "value", 8.0), lambda: delattr(other, "symbol"), lambda: setattr(one, "new", 1)):
        with pytest.raises((FrozenInstanceError, TypeError)) as caught:
            act()
        refused.append(isinstance(caught.value, AttributeError))
    return [
        str(one).replace(reading.__qualname__, ""),
        repr(other).replace(late.__qualname__, ""),
        one == reading("pH", 7.0),
        one == other,
        one == "pH",
        one != reading("pH", 8.0),
        hash(one) == hash(reading("pH", 7.0)),
        len({one, reading("pH", 7.0), other}),
        replace(one, value=8.0).value,
        copy.deepcopy(other) == other,
        dataclasses.astuple(other),
        reading.__match_args__,
        reading.__slots__,
        refused[:2],
    ]


def test_they_do_what_pythons_do() -> None:
    assert shown(lean_dataclass) == shown(dataclass)


def test_a_class_that_shows_itself_is_left_so() -> None:
    @lean_dataclass(frozen=True)
    class Secret:
        word: str

        def __repr__(self) -> str:
            return "…"

    assert repr(Secret("a")) == "…"


def test_what_is_not_frozen_can_be_set() -> None:
    @lean_dataclass
    class Count:
        number: int = 0

    count = Count()
    count.number = 3
    assert (count, repr(count)) == (Count(3), f"{Count.__qualname__}(number=3)")


def test_what_is_not_compared_makes_no_difference() -> None:
    @lean_dataclass(frozen=True, slots=True)
    class Slot:
        end_ms: int
        note: str = field(default="", compare=False)

    assert (Slot(1, "a") == Slot(1, "b"), hash(Slot(1, "a")) == hash(Slot(1, "b"))) == (True, True)


def test_what_is_not_frozen_has_no_hash_and_an_own_one_is_left() -> None:
    @lean_dataclass
    class Count:
        number: int = 0

    @lean_dataclass(frozen=True)
    class Own:
        number: int = 0

        def __hash__(self) -> int:
            return 7

        def __eq__(self, other: object) -> bool:
            return True

    with pytest.raises(TypeError, match="unhashable"):
        hash(Count())
    assert hash(Own(3)) == 7
    assert Own(3) == Own(4)


def test_one_that_is_ordered_is_ordered() -> None:
    @lean_dataclass(order=True, frozen=True)
    class At:
        at_ms: int

    assert sorted([At(2), At(1)]) == [At(1), At(2)]


def test_one_that_holds_itself_is_shown() -> None:
    @lean_dataclass(slots=True)
    class Ring:
        next: object = None

    ring = Ring()
    ring.next = ring
    assert "..." in repr(ring)


def test_no_second_class_is_left() -> None:
    class Plain:
        value: int

    before = weakref.ref(Plain)
    kept = lean_dataclass(frozen=True, slots=True)(Plain)
    del Plain
    gc.collect()
    assert before() is None
    assert kept(3).value == 3
