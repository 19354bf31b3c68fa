"""A configuration as YAML that people go on with: sections in their order, a comment above what needs one.

Promises: read again, the text has exactly these values.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from gateway.config.file.location import Location

Comment = Callable[[tuple[str, ...]], str | None]
"""Says what stands above a key. Asked with the keys down to it, without names and list positions."""

WIDTH = 118
"""Columns, of a value in one line and of a comment."""
_PLAIN = re.compile(r"[^\W\d_][\w]*(?:[ ./@-]+[\w]+)*\.?")
"""What means itself in YAML without quotes …"""
_WORDS = frozenset({"true", "false", "yes", "no", "on", "off", "null", "y", "n"})
"""… but for these."""
_URL = re.compile(r"[a-z-]+://[\w@.%:/~-]+", re.ASCII)
_PATH = re.compile(r"/[\w./-]+", re.ASCII)
_DURATION = re.compile(r"\d+(ms|s|min|h|d)", re.ASCII)
_ADDRESS = re.compile(r"\d+\.\d+\.\d+\.\d+", re.ASCII)
_FIRST = ("name", "authority", "official_name", "link", "measures", "custom", "symbol", "suffix", "unit", "profile")
_LAST = ("register", "type", "byte_order", "scale", "offset", "poll", "decimals", "range", "limit", "parameters")
_SECTIONS = ("station", "storage", "reporting", "clock", "links", "instruments", "computed", "destinations")
_SPREAD = ("instruments", "destinations")
"""Sections whose entries have a line for each key."""
_NAMED = (("links",),)
"""Sections whose keys are names."""


def yaml_text(content: Mapping[str, Any], head: tuple[str, ...] = (), comment: Comment = lambda _: None) -> str:
    """The whole file; `head`: comment lines at its top."""
    lines = [f"# {line}".rstrip() for line in head]
    for key in sorted(content, key=lambda key: _SECTIONS.index(key) if key in _SECTIONS else len(_SECTIONS)):
        lines += ["", *_comments((key,), comment, ""), *_entry(key, content[key], (key,), "", comment)]
    return "\n".join(lines).lstrip("\n") + "\n"


def _entry(key: str, value: object, at: Location, indent: str, comment: Comment) -> Iterator[str]:
    """A key with its value, in one line if it is small."""
    if _fits(value, at, indent, key):
        yield f"{indent}{_key(key)}: {_flow(value)}"
        return
    yield f"{indent}{_key(key)}:"
    if isinstance(value, Mapping):
        yield from _mapping(value, at, f"{indent}  ", comment)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _item(item, (*at, index), f"{indent}  ", comment if index == 0 else _silent)


def _mapping(value: Mapping[str, Any], at: Location, indent: str, comment: Comment) -> Iterator[str]:
    is_first = True
    for key in _in_order(value):
        here = (*at, key)
        is_name = at in _NAMED
        said = comment if is_first or not is_name else _silent
        if not is_name:
            yield from _comments(_keys(here), said, indent)
        yield from _entry(key, value[key], here, indent, said)
        is_first = False


def _item(value: object, at: Location, indent: str, comment: Comment) -> Iterator[str]:
    if not isinstance(value, Mapping) or not value or _is_line(value, at, indent):
        yield f"{indent}- {_flow(value)}"
        return
    lines = list(_mapping(value, at, f"{indent}  ", comment))
    first = next(index for index, line in enumerate(lines) if not line.lstrip().startswith("#"))
    yield from (line[2:] for line in lines[:first])
    yield f"{indent}- {lines[first].lstrip()}"
    yield from lines[first + 1 :]


def _is_line(value: Mapping[str, Any], at: Location, indent: str) -> bool:
    return not (at[0] in _SPREAD and len(at) == 2) and _short(_flow(value), indent)


def _fits(value: object, at: Location, indent: str, key: str) -> bool:
    if not isinstance(value, Mapping | list) or not value:
        return True
    if isinstance(value, list) and any(isinstance(one, Mapping | list) for one in value):
        return False
    is_small = len(at) > 2 or (len(at) == 2 and at[:1] not in _NAMED) or isinstance(value, list)
    return is_small and _short(f"{key}: {_flow(value)}", indent)


def _short(text: str, indent: str) -> bool:
    return len(indent) + len(text) <= WIDTH


def _keys(at: Location) -> tuple[str, ...]:
    words = [part for part in at if isinstance(part, str)]
    return (words[0], *words[2:]) if at[:1] in _NAMED and len(words) > 1 else tuple(words)


def _in_order(value: Mapping[str, Any]) -> list[str]:
    """Its keys as people look for them, whatever order they were answered in; of what has no register, the type
    first."""
    return sorted(value, key=lambda key: -1 if key == "type" and "register" not in value else _rank(key))


def _rank(key: str) -> int:
    if key in _FIRST:
        return _FIRST.index(key)
    return len(_FIRST) + (1 + _LAST.index(key) if key in _LAST else 0)


def _comments(keys: tuple[str, ...], comment: Comment, indent: str) -> Iterator[str]:
    said = comment(keys)
    line = ""
    for word in (said or "").split():
        if line and len(indent) + len(line) + len(word) + 3 > WIDTH:
            yield f"{indent}# {line}"
            line = ""
        line = f"{line} {word}" if line else word
    if line:
        yield f"{indent}# {line}"


def _silent(_: tuple[str, ...]) -> None:
    return None


def _key(key: str) -> str:
    return key if _PLAIN.fullmatch(key) and key.casefold() not in _WORDS else _quoted(key)


def _flow(value: object) -> str:
    if isinstance(value, Mapping):
        keys = _in_order(value)
        return "{" + ", ".join(f"{_key(key)}: {_flow(value[key])}" for key in keys) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_flow, value)) + "]"
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return _float(value)
    return _text(str(value))


def _float(value: float) -> str:
    """YAML 1.1 and 1.2 agree on a number with a point."""
    text = repr(value)
    mantissa, e, exponent = text.partition("e")
    if e and "." not in mantissa:
        return f"{mantissa}.0e{exponent if exponent[0] in '+-' else f'+{exponent}'}"
    return text


def _text(text: str) -> str:
    means_itself = (
        (_PLAIN.fullmatch(text) and text.casefold() not in _WORDS)
        or _URL.fullmatch(text)
        or _PATH.fullmatch(text)
        or _DURATION.fullmatch(text)
        or _ADDRESS.fullmatch(text)
    )
    return text if means_itself and not text.endswith(":") else _quoted(text)


def _quoted(text: str) -> str:
    """As in JSON, which YAML reads; but YAML has no pairs of surrogates."""
    quoted = json.dumps(text, ensure_ascii=False)
    return "".join(one if one.isprintable() else f"\\U{ord(one):08X}" for one in quoted)
