"""The regular expression for a device's line, in linear time whatever the device says. The home of google-re2.

Python's own engine tries one way after the other: `(a+)+;` on a line of forty times `a` runs for ever, inside one call
that holds the interpreter, and every thread of the gateway stands still. RE2 goes all ways at once; its time grows with
the length of the line, its memory is bounded. An expression means what it means to Python's `re` with `re.ASCII`
(`pattern_syntax` sees to that), on bytes taken for the characters of the same number (Latin-1).

RE2 takes 2.5 MB: it is loaded when the first expression is made, so a station without such devices has none of it.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from gateway.config.file.form_error import FormError
from gateway.config.instruments.pattern_syntax import PatternError, to_re2
from gateway.core.phrase import Phrase

LONGEST_LINE = 4096
"""Bytes. What is longer is no line: no expression ever sees it."""

LONGEST_PATTERN = 2000
"""Characters."""

MOST_MEMORY = 1 << 20
"""Bytes of one expression, compiled: some 10,000 steps."""

_SINGLE_QUOTES = Phrase("write it in single quotes, a group as (?P<PM>…)")


class EngineMissingError(ImportError):
    """google-re2 is not there, or not for this machine."""


@dataclass(frozen=True, slots=True)
class LineMatch:
    """What the groups of a line hold, and where the first byte of each stands; `None` for a group that took no part."""

    _spans: Mapping[str, tuple[int, int]]
    _line: bytes

    def __getitem__(self, group: str) -> str | None:
        begin, end = self._spans[group]
        return None if begin < 0 else self._line[begin:end].decode("latin-1")

    def start(self, group: str) -> int:
        return self._spans[group][0]


class LinePattern:
    """One expression, for whole lines. May be used by several threads."""

    def __init__(self, text: str) -> None:
        """
        Raises:
            FormError: it is none, or has what RE2 cannot do; with the place.
            EngineMissingError: there is no RE2.
        """
        as_python = _understood(text)
        try:
            self._engine = _compiled(to_re2(text))
        except PatternError as error:
            raise FormError(
                Phrase("{wrong} (character {position})", wrong=error.wrong, position=error.position), error.right
            ) from None
        self._numbers = dict(as_python.groupindex)

    @property
    def groups(self) -> frozenset[str]:
        """The names of the groups."""
        return frozenset(self._numbers)

    @property
    def size(self) -> int:
        """Steps of the compiled expression: the time for a line is at most this times its length."""
        return int(self._engine.programsize)

    def fullmatch(self, line: bytes) -> LineMatch | None:
        """The groups of the whole line; `None` if it is not as described, or longer than any line."""
        found = self._engine.fullmatch(line) if len(line) <= LONGEST_LINE else None
        return None if found is None else LineMatch({name: found.span(at) for name, at in self._numbers.items()}, line)


def _understood(text: str) -> re.Pattern[str]:
    """As Python takes it. Making an expression is quick, whatever it says; using it need not be."""
    if len(text) > LONGEST_PATTERN:
        raise FormError(
            Phrase("is longer than {longest_pattern} characters", longest_pattern=LONGEST_PATTERN),
            Phrase("describe the line more shortly"),
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what a `[[` may mean in Python one day; RE2 is not told of it
            return re.compile(text, re.ASCII)
    except (re.error, RecursionError, OverflowError, ValueError) as error:
        raise FormError(Phrase("is not a regular expression: {error}", error=error), _SINGLE_QUOTES) from None


@lru_cache(maxsize=64)
def _compiled(translated: bytes) -> Any:
    try:
        import re2
    except ImportError as error:
        raise EngineMissingError(str(error)) from error
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    options.max_mem = MOST_MEMORY
    options.log_errors = False  # it would write to stderr by itself
    try:
        return re2.compile(translated, options)
    except re2.error as error:
        said = error.args[0] if error.args else ""
        reason = said.decode("latin-1") if isinstance(said, bytes) else str(said)
        raise FormError(
            Phrase("is too large: {reason}", reason=reason), Phrase("repeat less: {1,20}, or + and *")
        ) from None
