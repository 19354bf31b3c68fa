"""A line that a device has said → the expression that describes it, to be offered. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

NO_CHECKSUM = "none"
_STRETCHES: Mapping[str, dict[str, str]] = MappingProxyType(
    {"$ *": {"after": "$", "before": "*"}, "*": {"before": "*"}, "": {}}
)
CHECKSUMS: Mapping[str, dict[str, Any]] = MappingProxyType(
    {
        f"{kind} {marks}".strip(): {"type": kind, **({"over": over} if over else {})}
        for kind in ("xor", "crc16", "sum")
        for marks, over in _STRETCHES.items()
    }
    | {NO_CHECKSUM: {}}
)
"""What is mostly found behind lines, by the words that people choose: what is reckoned, and between which marks."""

_NUMBER = re.compile(r"[-+]?\d+\.\d+|(?<![\w.])[-+]?\d+(?![\w.])", re.ASCII)
"""A whole number between letters is rather a part of a name."""
_CHECKSUM = re.compile(r"\*([0-9A-F]{4}|[0-9A-F]{2})$")
_BLANKS = re.compile(r" {2,}")
_GROUP = re.compile(r"\(\?P<(\w+)>")
_ESCAPED = re.compile(r"\\(r|n|t|\\|x[0-9A-Fa-f]{2})")
_CONTROLS = {"r": "\r", "n": "\n", "t": "\t", "\\": "\\"}
_WITH_MEANING = frozenset("\\.^$*+?{}[]|()")


def pattern_of(line: str) -> str | None:
    """With a group for each of its numbers, `v1` and so on, and one for a checksum behind `*`; `None`: it has none.

    What stands around the numbers has to be there again as it is.
    """
    checksum = _CHECKSUM.search(line)
    body = line if checksum is None else line[: checksum.start()]
    numbers = list(_NUMBER.finditer(body))
    if not numbers or not line.isprintable():
        return None
    text, end = "", 0
    for index, number in enumerate(numbers, 1):
        text += f"{_escaped(body[end : number.start()])}(?P<v{index}>[-+0-9.]+)"
        end = number.end()
    text += _escaped(body[end:])
    return text if checksum is None else rf"{text}\*(?P<checksum>[0-9A-F]{{{len(checksum[1])}}})"


def groups_in(pattern: str) -> tuple[str, ...]:
    """The named groups, in the order of the line."""
    return tuple(dict.fromkeys(_GROUP.findall(pattern)))


def renamed(pattern: str, group: str, symbol: str) -> tuple[str, str]:
    """The pattern with the group named by the parameter that it holds, and the name: as near to the symbol as a group's
    name can be."""
    name = re.sub(r"\W", "", symbol, flags=re.ASCII)
    others = set(groups_in(pattern)) - {group}
    if not name or name[0].isdigit() or name in others:
        name = group
    return pattern.replace(f"(?P<{group}>", f"(?P<{name}>"), name


def without_group(pattern: str, group: str) -> str:
    """What stands there is passed over."""
    return pattern.replace(f"(?P<{group}>", "(?:")


def unescaped(text: str) -> str:
    r"""As typed: `\r`, `\n`, `\t`, `\x02` are the characters that they mean."""
    return _ESCAPED.sub(
        lambda one: _CONTROLS[one[1]] if one[1] in _CONTROLS else chr(int(one[1].removeprefix("x"), 16)), text
    )


def _escaped(text: str) -> str:
    """Several blanks fill up a column: there are fewer where a number is longer."""
    plain = "".join(f"\\{one}" if one in _WITH_MEANING else one for one in text)
    return _BLANKS.sub(" *", plain)
