"""What the named groups of an expression can hold: by that, a code that no line can ever bring is told. Pure.

What cannot be told for certain is not told: flags, anchors, groups in which the place in the line counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gateway.config.file.form_error import FormError
from gateway.config.instruments.line_pattern import LinePattern
from gateway.config.instruments.pattern_syntax import PatternError, to_re2

_FLAGS = re.compile(r"\(\?[a-zA-Z-]+[:)]")
_PLACES = re.compile(r"\\[AbBzZ]|\^|\$")
_TOKEN = re.compile(
    r"(?P<none>\(\?:|[()|*+?^$]|\{[0-9,]+\}|\\[Az])"
    r"|(?P<one>\[\^?(?:\\x\{[0-9a-f]+\}|\\.|[^\]\\])+\]|\.|\\x\{[0-9a-f]+\}|[0-9A-Za-z])"
)
_CODE = re.compile(r"\\x\{([0-9a-f]+)\}")


def group_bodies(response: str) -> dict[str, str]:
    """The expression within each named group; empty where flags change what it means."""
    if _FLAGS.search(response):
        return {}
    found: dict[str, str] = {}
    open_groups: list[tuple[str, int]] = []
    for at, sign in _signs(response):
        if sign == "(":
            name = re.match(r"\(\?P<(\w+)>", response[at:])
            open_groups.append((name[1] if name else "", at + (len(name[0]) if name else 0)))
        elif sign == ")" and open_groups:
            group, begin = open_groups.pop()
            if group:
                found[group] = response[begin:at]
    return found


def can_hold(body: str, text: str) -> bool:
    """Whether a group with this expression can hold this text; true where that is not known."""
    if _PLACES.search(body):
        return True
    try:
        return LinePattern(body).fullmatch(text.encode("latin-1")) is not None
    except UnicodeEncodeError:
        return False
    except FormError:
        return True


def characters(body: str) -> frozenset[str] | None:
    """All that can stand in a group with this expression, and maybe more; `None` where that is not known."""
    try:
        written = to_re2(body).decode("ascii")
    except PatternError:
        return None
    found: set[str] = set()
    at = 0
    while at < len(written):
        token = _TOKEN.match(written, at)
        if token is None:
            return None
        if token["one"] is not None:
            one = re.compile(_CODE.sub(lambda code: f"\\x{int(code[1], 16):02x}", token["one"]), re.ASCII | re.DOTALL)
            found.update(chr(code) for code in range(256) if one.fullmatch(chr(code)))
        at = token.end()
    return frozenset(found)


def _signs(response: str) -> Iterator[tuple[int, str]]:
    """The parentheses that are none of the text, with their places."""
    at, in_class = 0, False
    while at < len(response):
        sign = response[at]
        if sign == "\\":
            at += 1
        elif in_class:
            in_class = sign != "]"
        elif sign == "[":
            in_class = True
            at += 1 if response[at + 1 : at + 2] == "^" else 0
            at += 1 if response[at + 1 : at + 2] == "]" else 0
        elif sign in "()":
            yield at, sign
        at += 1
