"""What differs between two contents of the same kind, such as a configuration before and after: place by place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_NAMES = ("name", "id", "symbol", "code", "host")
"""By the first of these that all items of a list have, each with another value, they are known again."""
LONGEST_TEXT = 400


@dataclass(frozen=True, slots=True)
class Difference:
    """One place. `before`, `after`: what stood there, what stands there; `None`: nothing."""

    path: str
    before: Any
    after: Any


def differences(before: Any, after: Any, path: str = "") -> Iterator[Difference]:
    """From the top down, in the order of what is there now; what is the same is passed over."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        yield from _of_parts(before, after, path, ".")
    elif _is_list(before) and _is_list(after):
        names = _names(before, after)
        if names is None:
            yield from _of_parts(dict(enumerate(before)), dict(enumerate(after)), path, "#")
        else:
            old, new = ({str(one[names]): one for one in items} for items in (before, after))
            yield from _of_parts(old, new, path, ".")
            if list(old) != list(new) and set(old) == set(new):
                yield Difference(f"{path} (order)", ", ".join(old), ", ".join(new))
    elif type(before) is not type(after) or before != after:
        yield Difference(path, _short(before), _short(after))


def _of_parts(before: Mapping[Any, Any], after: Mapping[Any, Any], path: str, joined: str) -> Iterator[Difference]:
    for key in [*after, *(key for key in before if key not in after)]:
        inner = f"{path}{joined}{key}" if path else str(key)
        yield from differences(before.get(key), after.get(key), inner)


def _names(before: Sequence[Any], after: Sequence[Any]) -> str | None:
    for name in _NAMES:
        if all(_are_known_by(name, items) for items in (before, after)) and (before or after):
            return name
    return None


def _are_known_by(name: str, items: Sequence[Any]) -> bool:
    if not all(isinstance(one, Mapping) and isinstance(one.get(name), str | int) for one in items):
        return False
    return len({str(one[name]) for one in items}) == len(items)


def _is_list(content: Any) -> bool:
    return isinstance(content, Sequence) and not isinstance(content, str | bytes)


def _short(content: Any) -> Any:
    """The content, if it is no longer than a person reads; else how it begins."""
    text = content if isinstance(content, str) else str(content)
    return content if len(text) <= LONGEST_TEXT else f"{text[:LONGEST_TEXT]}…"
