"""The lines that cost an expression most: as long as a line may be, of the expression's own characters. Pure."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import islice

from gateway.config.instruments.line_pattern import LONGEST_LINE, LinePattern

MOST_SIGNS = 12
_USUAL = "1 .a"
"""What classes such as `[0-9]` and `\\s` stand for is not written in them."""


def hostile_lines(response: str) -> Iterator[bytes]:
    """Each of `LONGEST_LINE` bytes: one character without end, with and without another one behind it, and all of them
    mixed."""
    signs = dict.fromkeys([*_USUAL, *(sign for sign in response if ord(sign) <= 0xFF and sign not in "\\()[]{}?*+|")])
    written = [sign.encode("latin-1") for sign in islice(signs, MOST_SIGNS)]
    for sign in written:
        yield sign * LONGEST_LINE
        yield sign * (LONGEST_LINE - 1) + b"\x00"
    chance = random.Random(response)  # noqa: S311  # the same lines at every look
    yield b"".join(chance.choices(written, k=LONGEST_LINE))


def try_hostile_lines(response: str) -> Iterator[None]:
    """Tries the expression on one of them at each step, for whoever has a clock."""
    pattern = LinePattern(response)
    for line in hostile_lines(response):
        pattern.fullmatch(line)
        yield
