"""What is wanted of somebody who talks unasked, and what was heard of it: of each kind of line the newest.

Devices say more than anybody wants: other kinds of line, a greeting, half a line after a disturbance. Each line is held
against every kind; whatever is none of them is passed over, and the newest of those are kept to be shown where
something is missing. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Sequence
from typing import Generic, TypeVar

from gateway.core.errors import InstrumentGarbled
from gateway.core.phrase import Phrase

MOST_SHOWN = 3
"""Lines that were passed over and are shown."""

APART_S = 1e-6
"""Readings of one instant are kept together, and what is kept together should be the same at every poll: kinds of line
that were heard at once are this far apart."""

Kind = TypeVar("Kind", bound=Hashable)
Found = TypeVar("Found")
Understood = Iterable[tuple[Kind, Found]] | str
"""What a line holds, by kind; or why it is none of them, with the line, as people may be shown it."""


class HeardLines(Generic[Kind, Found]):
    """Implements `gateway.instruments.lines.text_link.Listener`. One is for one read."""

    def __init__(self, wanted: Collection[Kind], understand: Callable[[bytes], Understood[Kind, Found]]) -> None:
        self._wanted = frozenset(wanted)
        self._understand = understand
        self.found: dict[Kind, tuple[Found, float]] = {}
        """The newest of each kind, and when it was heard (monotonic)."""
        self.passed_over: list[str] = []
        """Why the newest others are none of them, newest first."""
        self.line_count = 0

    @property
    def has_all(self) -> bool:
        return len(self.found) == len(self._wanted)

    def hear(self, lines: Sequence[bytes], at_s: float) -> None:
        """Take in lines that were heard at that instant, the oldest first."""
        self.line_count += len(lines)
        missing = set(self._wanted)
        passed_over: list[str] = []
        for line in reversed(lines):
            understood = self._understand(line)
            if isinstance(understood, str):
                passed_over.append(understood)
            else:
                for kind, found in understood:
                    if kind in missing:
                        missing.remove(kind)
                        self.found[kind] = (found, at_s)
                if not missing:
                    break
        if passed_over:
            self.passed_over = [*passed_over, *self.passed_over][:MOST_SHOWN]

    def forget(self) -> None:
        """What was heard until now cannot be relied on."""
        self.found.clear()
        self.passed_over.clear()
        self.line_count = 0

    def refuse_none(self) -> None:
        """
        Raises:
            InstrumentGarbled: lines were heard, and none of them is wanted; with the newest.
        """
        if not self.found:
            raise InstrumentGarbled("; ".join(self.passed_over) or self.why_missing)

    @property
    def why_missing(self) -> str:
        """Of a kind that did not come, with the newest line that is none; empty if all came."""
        if self.has_all:
            return ""
        if self.passed_over:
            return Phrase("no line of its kind came; {passed_over}", passed_over=self.passed_over[0])
        return Phrase("none of the {line_count} lines is of its kind", line_count=self.line_count)
