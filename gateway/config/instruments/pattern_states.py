"""An expression as an automaton: where one can stand in it, and by which characters one gets on. Pure.

Anchors are taken for nothing: the automaton takes what the expression takes, and perhaps more.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

MOST_STATES = 300
"""Expressions with more are not looked into: nothing is said of them."""

_ALL = (1 << 256) - 1
_CATEGORIES = {"DIGIT": r"[0-9]", "SPACE": r"\s", "WORD": r"\w"}


class TooLargeError(Exception):
    """There are more states than are looked into, or a part of which nothing is known."""


class PatternStates:
    """Where one can stand in the expression, and by which characters (a bit for each byte) one gets on."""

    def __init__(self) -> None:
        self.steps: list[list[tuple[int, int]]] = []
        self.free: list[list[int]] = []
        self.begin = self.add()
        self.end = self.add()

    @classmethod
    def of(cls, text: str) -> PatternStates:
        """`text` is an expression that `LinePattern` takes.

        Raises:
            TooLargeError: it is not looked into.
        """
        tree = re._parser.parse(text, re.ASCII)  # type: ignore[attr-defined]  # Python's own; there is no public one
        states = cls()
        states.sequence(tree, tree.state.flags, states.begin, states.end)
        return states

    @classmethod
    def of_lines(cls, terminator: str, count: int) -> PatternStates:
        """Of every text that is so many lines with the terminator between them.

        Raises:
            TooLargeError: it is not looked into.
        """
        states = cls()
        places = [[states.add() for _ in terminator] for _ in range(count)]
        states.free[states.begin].append(places[0][0])
        for line, own in enumerate(places):
            for seen, place in enumerate(own):
                others = _ALL
                for one in set(terminator):
                    others &= ~(1 << ord(one))
                    begun = _begun(terminator[:seen] + one, terminator)
                    if begun < len(terminator):
                        states.steps[place].append((1 << ord(one), own[begun]))
                    elif line + 1 < count:
                        states.steps[place].append((1 << ord(one), places[line + 1][0]))
                states.steps[place].append((others, own[0]))
                if line + 1 == count:
                    states.free[place].append(states.end)
        return states

    def freely_from(self, state: int) -> frozenset[int]:
        """Where one is without another character."""
        reached, waiting = {state}, [state]
        while waiting:
            for there in self.free[waiting.pop()]:
                if there not in reached:
                    reached.add(there)
                    waiting.append(there)
        return frozenset(reached)

    def add(self) -> int:
        if len(self.steps) >= MOST_STATES:
            raise TooLargeError
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
                raise TooLargeError

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


def have_common_text(first: PatternStates, second: PatternStates) -> bool:
    """Whether there is a text that both take whole."""
    seen: set[tuple[int, int]] = set()
    waiting = [(first.begin, second.begin)]
    while waiting:
        pair = waiting.pop()
        if pair in seen:
            continue
        seen.add(pair)
        here, there = first.freely_from(pair[0]), second.freely_from(pair[1])
        if first.end in here and second.end in there:
            return True
        of_second = [step for state in there for step in second.steps[state]]
        waiting += [
            (to, also_to)
            for state in here
            for by, to in first.steps[state]
            for also_by, also_to in of_second
            if by & also_by
        ]
    return False


def _begun(text: str, terminator: str) -> int:
    """How much of the terminator the text ends with."""
    return next(size for size in range(len(terminator), -1, -1) if text.endswith(terminator[:size]))
