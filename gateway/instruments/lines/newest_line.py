"""The newest complete line of somebody who talks unasked. Pure; whatever is said, it never holds more than a line.

A line counts only if its beginning was heard: what a listener who came in the middle takes for `2.5` may have been
`12.5`.
"""

from __future__ import annotations

LONGEST_LINE = 1024
"""Bytes. Whoever talks longer without ending a line is not talking in lines."""


class NewestLine:
    def __init__(self, terminator: bytes) -> None:
        self._terminator = terminator
        self.is_in_step = False
        """Whether the beginning of the line under way was heard."""
        self._begun = b""
        self._newest: bytes | None = None

    def feed(self, heard: bytes) -> None:
        """Take in what was said next, at most a few kilobytes at a time."""
        *complete, self._begun = (self._begun + heard).split(self._terminator)
        if complete:
            heard_whole = complete if self.is_in_step else complete[1:]
            self._newest = heard_whole[-1] if heard_whole else self._newest
            self.is_in_step = True
        if len(self._begun) > LONGEST_LINE:
            self.is_in_step = False
            self._begun = self._begun[-len(self._terminator) :]  # the terminator may have begun

    def take(self) -> bytes | None:
        """The newest line, without its terminator; each at most once."""
        newest, self._newest = self._newest, None
        return newest
