"""Whether an expression takes no answer that was cut short: nothing that it matches begins with another match. Pure.

Where only silence ends an answer, a pause in its middle ends it too. `[0-9.]+` then takes `12.` for the whole of
`12.5`; `[0-9]+[.][0-9] mg` takes nothing but the whole. Two looks at the expression are taken at once, along the same
characters: one of them has come to the end, and the other must not be able to come to it later.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

MOST_STATES = 300
"""Expressions with more are not looked into: nothing is said of them."""
MOST_STEPS = 500_000
"""As many are taken, which is a moment."""

_ALL = (1 << 256) - 1
_CATEGORIES = {"DIGIT": r"[0-9]", "SPACE": r"\s", "WORD": r"\w"}


class _TooLargeError(Exception):
    """There are more states than are looked into, or a part of which nothing is known."""


def is_whole_only(text: str) -> bool:
    """Whether no match begins with another one. `False` too where that cannot be told. `text` is an expression that
    `LinePattern` takes; anchors in it are taken for nothing, so that it is rather refused than taken."""
    tree = re._parser.parse(text, re.ASCII)  # type: ignore[attr-defined]  # Python's own; there is no public one
    states = _States()
    try:
        begin, end = states.add(), states.add()
        states.sequence(tree, tree.state.flags, begin, end)
    except _TooLargeError:
        return False
    return not _ends_twice(states, begin, end)


class _States:
    """Where one can stand in the expression, and by which characters (a bit for each byte) one gets on."""

    def __init__(self) -> None:
        self.steps: list[list[tuple[int, int]]] = []
        self.free: list[list[int]] = []

    def add(self) -> int:
        if len(self.steps) >= MOST_STATES:
            raise _TooLargeError
        self.steps.append([])
        self.free.append([])
        return len(self.steps) - 1

    def sequence(self, parts: Iterable[Any], flags: int, begin: int, end: int) -> None:
        at = begin
        for operation, argument in parts:
            following = self.add()
            self._part(str(operation), argument, flags, at, following)
            at = following
        self.free[at].append(end)

    def _part(self, operation: str, argument: Any, flags: int, begin: int, end: int) -> None:
        match operation:
            case "LITERAL" | "NOT_LITERAL" | "IN" | "ANY":
                self.steps[begin].append((_characters(operation, argument, flags), end))
            case "AT":
                self.free[begin].append(end)
            case "SUBPATTERN":
                _, on, off, parts = argument
                self.sequence(parts, (flags | on) & ~off, begin, end)
            case "BRANCH":
                for way in argument[1]:
                    self.sequence(way, flags, begin, end)
            case "MAX_REPEAT" | "MIN_REPEAT":
                least, most, parts = argument
                self._repeat(least, most, parts, flags, begin, end)
            case _:
                raise _TooLargeError

    def _repeat(self, least: int, most: Any, parts: Any, flags: int, begin: int, end: int) -> None:
        at = begin
        for _ in range(least):
            following = self.add()
            self.sequence(parts, flags, at, following)
            at = following
        if str(most) == "MAXREPEAT":
            loop = self.add()
            self.free[at].append(loop)
            self.sequence(parts, flags, loop, loop)
            at = loop
        else:
            for _ in range(most - least):
                following = self.add()
                self.free[at].append(end)
                self.sequence(parts, flags, at, following)
                at = following
        self.free[at].append(end)


def _characters(operation: str, argument: Any, flags: int) -> int:
    match operation:
        case "LITERAL":
            taken = _with_cases(1 << argument, flags) if argument < 256 else 0
        case "NOT_LITERAL":
            taken = _ALL & ~_with_cases(1 << argument, flags) if argument < 256 else _ALL
        case "ANY":
            taken = _ALL if flags & re.DOTALL else _ALL & ~(1 << ord("\n"))
        case _:
            taken = _set(argument, flags)
    return taken


def _set(members: Sequence[tuple[Any, Any]], flags: int) -> int:
    taken, is_negated = 0, False
    for kind, argument in members:
        match str(kind):
            case "NEGATE":
                is_negated = True
            case "LITERAL":
                taken |= 1 << argument if argument < 256 else 0
            case "RANGE":
                taken |= sum(1 << code for code in range(argument[0], min(argument[1], 255) + 1))
            case _:
                taken |= _category(str(argument))
    taken = _with_cases(taken, flags)
    return _ALL & ~taken if is_negated else taken


def _category(name: str) -> int:
    word = name.removeprefix("CATEGORY_")
    pattern = re.compile(_CATEGORIES[word.removeprefix("NOT_")], re.ASCII)
    taken = sum(1 << code for code in range(256) if pattern.fullmatch(chr(code)))
    return _ALL & ~taken if word.startswith("NOT_") else taken


def _with_cases(taken: int, flags: int) -> int:
    if not flags & re.IGNORECASE:
        return taken
    letters = range(ord("A"), ord("Z") + 1)
    both = [1 << code | 1 << (code + 32) for code in letters]
    return taken | sum(pair for pair in both if pair & taken)


def _ends_twice(states: _States, begin: int, end: int) -> bool:
    """Whether one look can be at the end while another, along the same characters, comes to it later; true as well
    where that is too much to find out."""
    reached = [_freely_from(states, state) for state in range(len(states.steps))]
    comes_later = _with_an_end_ahead(states, reached, end)
    seen: set[tuple[int, int]] = set()
    waiting = [(begin, begin)]
    left = MOST_STEPS
    while waiting:
        pair = waiting.pop()
        if pair in seen:
            continue
        seen.add(pair)
        first = [step for state in reached[pair[0]] for step in states.steps[state]]
        second = [step for state in reached[pair[1]] for step in states.steps[state]]
        left -= len(first) * len(second)
        if left < 0:
            return True
        for by, there in first:
            for also_by, also_there in second:
                if by & also_by:
                    if end in reached[there] and also_there in comes_later:
                        return True
                    waiting.append((there, also_there))
    return False


def _freely_from(states: _States, state: int) -> frozenset[int]:
    """Where one is without another character."""
    reached, waiting = {state}, [state]
    while waiting:
        for there in states.free[waiting.pop()]:
            if there not in reached:
                reached.add(there)
                waiting.append(there)
    return frozenset(reached)


def _with_an_end_ahead(states: _States, reached: list[frozenset[int]], end: int) -> frozenset[int]:
    """The states from which the end can be reached by one more character, or several."""
    ahead: set[int] = set()
    is_growing = True
    while is_growing:
        before = len(ahead)
        for state, freely in enumerate(reached):
            if any(end in reached[to] or to in ahead for one in freely for by, to in states.steps[one] if by):
                ahead.add(state)
        is_growing = len(ahead) > before
    return frozenset(ahead)
