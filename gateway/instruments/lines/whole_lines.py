"""The complete lines of somebody who talks unasked. Pure; whatever is said, it never holds more than a line.

A line counts only if its beginning was heard: what a listener who came in the middle takes for `2.5` may have been
`12.5`.
"""

from __future__ import annotations

LONGEST_LINE = 1024
"""Bytes. Whoever talks longer without ending a line is not talking in lines."""
KEPT_BYTES = 120
"""Of what no end came for, to be shown."""


class WholeLines:
    def __init__(self, terminator: bytes) -> None:
        self._terminator = terminator
        self.is_in_step = False
        """Whether the beginning of the line under way was heard."""
        self._begun = b""
        self._endless = b""

    @property
    def unended(self) -> bytes:
        """The newest that was heard while no line ever ended, if none has: its terminator may be another one."""
        return b"" if self.is_in_step else (self._endless + self._begun)[-KEPT_BYTES:]

    def feed(self, heard: bytes) -> list[bytes]:
        """Take in what was said next, at most a few kilobytes at a time. The lines that it completed, without their
        terminators, the oldest first."""
        *complete, self._begun = (self._begun + heard).split(self._terminator)
        if complete and not self.is_in_step:
            del complete[0]
            self.is_in_step = True
        if len(self._begun) > LONGEST_LINE:
            self.is_in_step = False
            self._endless = self._begun[: -len(self._terminator)][-KEPT_BYTES:]
            self._begun = self._begun[-len(self._terminator) :]  # the terminator may have begun
        return complete
