"""The shape of a message: lists, members and texts with placeholders, filled from a slot and its parameters.

A text that is one placeholder becomes its value with its type; placeholders inside a longer text become text. What
mentions a placeholder of the parameter is repeated for each parameter: a list of one such item, and a member whose name
mentions one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

OF_SLOT = ("station", "province", "facility", "time", "time_ms", "slot_s")
"""`time`: the slot's end, ISO 8601 with the zone. `time_ms`: the same, in milliseconds since 1970 in UTC."""
OF_PARAMETER = ("symbol", "value", "unit", "status")

Value = str | int | float | None

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


def placeholders(template: object, repeated: bool = False) -> Iterator[tuple[str, bool]]:
    """Every placeholder, and whether it stands where a parameter is meant."""
    if isinstance(template, str):
        yield from ((name, repeated) for name in _PLACEHOLDER.findall(template))
    elif isinstance(template, Mapping):
        for name, part in template.items():
            below = repeated or _is_of_parameter(str(name))
            yield from placeholders(str(name), below)
            yield from placeholders(part, below)
    elif isinstance(template, (list, tuple)):
        for part in template:
            yield from placeholders(part, repeated or len(template) == 1)


def filled(template: Any, slot: Mapping[str, Value], parameters: Sequence[Mapping[str, Value]]) -> Any:
    """The message: `slot` has a value for each of `OF_SLOT`, each parameter one for each of `OF_PARAMETER`.

    Raises:
        KeyError: a placeholder that is not known where it stands.
    """
    return _filled(template, slot, [{**slot, **parameter} for parameter in parameters])


def _filled(template: Any, values: Mapping[str, Value], each: Sequence[Mapping[str, Value]]) -> Any:
    """`each` is empty-handed inside a repetition: there is one parameter then, and nothing repeats again."""
    if isinstance(template, str):
        return _text(template, values)
    if isinstance(template, Mapping):
        members: dict[str, Any] = {}
        for name, part in template.items():
            if each and _is_of_parameter(name):
                members |= {_name(name, one): _filled(part, one, ()) for one in each}
            elif not _is_of_parameter(name) or OF_PARAMETER[0] in values:
                members[_name(name, values)] = _filled(part, values, each)
        return members
    if isinstance(template, (list, tuple)):
        if len(template) == 1 and OF_PARAMETER[0] not in values and _is_of_parameter(template[0]):
            return [_filled(template[0], one, ()) for one in each]
        return [_filled(part, values, each) for part in template]
    return template


def _is_of_parameter(part: object) -> bool:
    return any(name in OF_PARAMETER for name, _ in placeholders(part))


def _name(template: str, values: Mapping[str, Value]) -> str:
    return _PLACEHOLDER.sub(lambda found: _shown(values[found[1]]), template)


def _text(template: str, values: Mapping[str, Value]) -> Value:
    whole = _PLACEHOLDER.fullmatch(template)
    return _name(template, values) if whole is None else values[whole[1]]


def _shown(value: Value) -> str:
    return "" if value is None else str(value)
