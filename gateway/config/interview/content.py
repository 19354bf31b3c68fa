"""A configuration that is being made, as plain values: dict, list, str, int, float, bool."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from gateway.config.file.location import Location

_ANY = "*"
_SHAPE: dict[str, Any] = {
    **dict.fromkeys(("station", "storage", "reporting", "clock", "web"), {}),
    "links": {_ANY: {}},
    "instruments": [{"parameters": [{}], "ascii": {}, "ak": {}, "nmea": {}, "bayern_hessen": {}, "sdi12": {}}],
    "destinations": [{}],
    "cameras": {"storage": {}, "relay": {}, "list": [{}]},
}
"""Where questions go down into what was given; further down they do not."""


def put(content: dict[str, Any], location: Location, value: object) -> None:
    """Set it, with whatever of the way there is missing. List items are made in their order."""
    place: Any = content
    for part, after in zip(location, location[1:], strict=False):
        empty: Any = [] if isinstance(after, int) else {}
        if isinstance(part, int):
            if part >= len(place):
                place.append(empty)
            place = place[part]
        else:
            if not isinstance(place.get(part), dict | list):
                place[part] = empty
            place = place[part]
    last = location[-1]
    if isinstance(last, int) and last >= len(place):
        place.append(deepcopy(value))
    else:
        place[last] = deepcopy(value)


def drop(content: Any, location: Location) -> None:
    """Remove what stands there, and what is empty without it."""
    inner = value_at(content, location[:1])
    if len(location) > 1 and isinstance(inner, dict):
        drop(inner, location[1:])
        if not inner and location[0] in content:
            del content[location[0]]
    elif len(location) == 1 and isinstance(content, dict):
        content.pop(location[0], None)


def value_at(content: object, location: Location) -> Any:
    """`None`: nothing stands there."""
    for part in location:
        if isinstance(part, int):
            content = content[part] if isinstance(content, list) and part < len(content) else None
        else:
            content = content.get(part) if isinstance(content, dict) else None
    return content


def misshapen(content: object, shape: object = None, path: str = "") -> Iterator[tuple[str, bool]]:
    """Paths at which questions would look for keys, or entries, and find none; and whether entries have to stand there.
    Whatever else is wrong, the checks tell."""
    shape = _SHAPE if shape is None else shape
    if isinstance(shape, list):
        if not isinstance(content, list):
            yield path, True
            return
        for index, item in enumerate(content, 1):
            yield from misshapen(item, shape[0], f"{path}.{index}")
    elif isinstance(shape, dict):
        if not isinstance(content, dict):
            yield path, False
            return
        for key, value in content.items():
            inner = shape.get(key, shape.get(_ANY))
            if inner is not None:
                yield from misshapen(value, inner, f"{path}.{key}" if path else str(key))


def names_in(content: object, section: str) -> list[str]:
    """Of a section whose keys are names."""
    found = value_at(content, (section,))
    return [name for name in found if isinstance(name, str)] if isinstance(found, dict) else []


def items_in(content: object, location: Location) -> int:
    """How many entries the list there has; 0: none, or no list."""
    found = value_at(content, location)
    return len(found) if isinstance(found, list) else 0
