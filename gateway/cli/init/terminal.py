"""The terminal: a line asked for, a secret without echo; whatever was typed or pasted too early is left out."""

from __future__ import annotations

import os
import select
import shutil
import sys
import termios
import textwrap
import unicodedata

from gateway.cli.output import say, show_prompt
from gateway.cli.speech import said
from gateway.config.interview.typed import LONGEST

_MOST_BYTES = 8 * LONGEST
_FEW_LETTERS = ("linux",)
"""The machine's own screen: its fonts have 512 letters at most, and of Vietnamese ones hardly any."""


class Ended(Exception):
    """Ctrl-D, or the terminal is gone."""


class NoText(Exception):
    """What was typed is no UTF-8."""


class Terminal:
    """Standard input and output, which are a terminal."""

    def __init__(self) -> None:
        self._input = sys.stdin.fileno()

    @property
    def shows_diacritics(self) -> bool:
        is_unicode = (sys.stdout.encoding or "").lower().replace("-", "").replace("_", "") == "utf8"
        return is_unicode and os.environ.get("TERM") not in _FEW_LETTERS

    def say(self, *lines: str) -> None:
        """Each on a line of its own, in the language that is spoken; without diacritics where the terminal has none."""
        spoken = tuple(map(said, lines))
        shown = spoken if self.shows_diacritics else tuple(map(without_diacritics, spoken))
        width = max(20, shutil.get_terminal_size().columns)
        say(*(part for line in shown for part in _wrapped(line, width)))

    def line(self, prompt: str) -> str:
        """What is typed until Enter.

        Raises:
            Ended: nothing more comes.
            NoText: it is not UTF-8.
        """
        self._forget_typed_early()
        self._prompt(prompt)
        typed = bytearray()
        while not typed.endswith(b"\n"):
            some = self._read()
            if not some:
                self.say("")
                raise Ended
            typed += some if len(typed) <= _MOST_BYTES else some[-1:]
        try:
            return typed[:-1].removesuffix(b"\r").decode()
        except UnicodeDecodeError:
            raise NoText from None

    def secret(self, prompt: str) -> str:
        """As `line`; nothing of it is shown."""
        before = termios.tcgetattr(self._input)
        silent = [*before[:3], before[3] & ~termios.ECHO, *before[4:]]
        termios.tcsetattr(self._input, termios.TCSAFLUSH, silent)
        try:
            return self.line(prompt)
        finally:
            termios.tcsetattr(self._input, termios.TCSAFLUSH, before)
            self.say("")

    def _read(self) -> bytes:
        """Nothing: there will never be more."""
        try:
            return os.read(self._input, 4096)
        except OSError:
            return b""

    def _prompt(self, prompt: str) -> None:
        show_prompt(prompt if self.shows_diacritics else without_diacritics(prompt))

    def _forget_typed_early(self) -> None:
        """Lines pasted beyond the first, keys pressed while something was looked for: they answer nothing."""
        while select.select([self._input], [], [], 0)[0]:
            if not self._read():
                raise Ended
        termios.tcflush(self._input, termios.TCIFLUSH)


def _wrapped(line: str, width: int) -> list[str]:
    """At blanks; what follows is as far in as the line itself, and a little more. No word is broken."""
    if len(line) < width:
        return [line]
    indent = " " * (len(line) - len(line.lstrip()) + 2)
    return textwrap.wrap(line, width - 1, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False) or [
        line
    ]


def without_diacritics(text: str) -> str:
    """Vietnamese as it is typed where there are no other letters."""
    plain = unicodedata.normalize(
        "NFD", text.replace("đ", "d").replace("Đ", "D").replace("…", "...").replace("→", "->")
    )
    return plain.encode("ascii", "ignore").decode()
