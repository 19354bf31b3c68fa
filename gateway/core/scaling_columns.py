"""The numbers of a whole answer → values, as each scaling makes them one by one, but in a few calls for all of them.

Dividing two whole numbers rounds once, to the nearest float: `(raw × factor + addend) / divisor` is exact until then,
whichever way it is called.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from enum import Enum
from itertools import chain
from operator import itemgetter, truediv
from typing import Any

from gateway.core.scaling import Affine, Raw, Unless, unchanged

ScaleAll = Callable[[Sequence[Any]], Sequence[Raw | None]]
"""What an answer holds, place by place → the values, in the same order."""


class PlaceContent(Enum):
    """What a place holds, whatever its bits are."""

    WHOLE = "a whole number"
    FLOAT = "a finite float, or none"
    ANY = "anything"


_AS_IT_IS = Affine(1, 0, 1)


def scale_all(scales: Sequence[Callable[[Any], Raw | None]], contents: Sequence[PlaceContent]) -> ScaleAll:
    ways = [
        _straight(scale) if content is PlaceContent.WHOLE else None
        for scale, content in zip(scales, contents, strict=True)
    ]
    places = [place for place, way in enumerate(ways) if way is not None]
    others = [
        (place, None if content is PlaceContent.FLOAT and scale is unchanged else scale)
        for place, (scale, content) in enumerate(zip(scales, contents, strict=True))
        if ways[place] is None
    ]

    def one_by_one(told: Sequence[Any]) -> list[Raw | None]:
        return [scale(number) for scale, number in zip(scales, told, strict=True)]

    if all(scale is None for _, scale in others) and not places:
        return lambda told: told  # floats, each of which is its value
    if len(places) < 2:
        return one_by_one
    straight = _at_once([way for way in ways if way is not None])
    if places == list(range(len(places))):

        def in_front(told: Sequence[Any]) -> Sequence[Raw | None]:
            values = straight(told)
            if values is None:
                return one_by_one(told)
            values += [told[place] if scale is None else scale(told[place]) for place, scale in others]
            return values

        return in_front
    chosen = itemgetter(*places)

    def scattered(told: Sequence[Any]) -> Sequence[Raw | None]:
        found = straight(chosen(told))
        if found is None:
            return one_by_one(told)
        values: list[Raw | None] = list(told)
        for place, value in zip(places, found, strict=True):
            values[place] = value
        for place, scale in others:
            if scale is not None:
                values[place] = scale(told[place])
        return values

    return scattered


_Way = tuple[Affine, frozenset[Decimal]]


def _straight(scale: object) -> _Way | None:
    """The line that this scaling is for every whole number but its codes; `None`: it is another thing."""
    scaling, codes = (scale.scaling, scale.codes) if isinstance(scale, Unless) else (scale, frozenset[Decimal]())
    if scaling is unchanged:
        return _AS_IT_IS, codes
    line = getattr(scaling, "__self__", None)
    return (line, codes) if isinstance(line, Affine) else None


def _at_once(ways: Sequence[_Way]) -> Callable[[Sequence[Any]], list[Any] | None]:
    """`None`: one of the numbers may be a code, or has a value beyond any float."""
    lines = [line for line, _ in ways]
    codes = frozenset(chain.from_iterable(codes for _, codes in ways))
    steps = tuple((line.factor, line.addend, line.divisor) for line in lines)
    divisors = tuple(line.divisor for line in lines)
    only_divides = all((factor, addend) == (1, 0) for factor, addend, _ in steps)

    def scaled(told: Sequence[Any]) -> list[Any] | None:
        if codes and not codes.isdisjoint(told):
            return None
        try:
            if only_divides:
                return list(map(truediv, told, divisors))
            return [
                (raw * factor + addend) / divisor
                for raw, (factor, addend, divisor) in zip(told, steps, strict=False)  # the others have no step
            ]
        except OverflowError:
            return None

    return scaled
