r"""A regular expression as Python understands it (`re.ASCII`) → the same for RE2, or why that cannot be. Pure.

What RE2 does not have needs going back over the text: look-around, references to groups, possessive and atomic groups,
conditions. Where both have a thing and mean something else by it (`\Z`, `\s`, `{,3}`, `[[:alpha:]]`, octal numbers, a
`$` before a last line feed), what is written here means what Python does. Groups keep their numbers and lose their
names.
"""

from __future__ import annotations

import re
from typing import NoReturn

from gateway.core.phrase import Phrase

MOST_REPEATS = 1000
"""RE2's own bound."""

_REPEAT = re.compile(r"\{([0-9]*)(?:(,)([0-9]*))?\}", re.ASCII)
_FLAGS = re.compile(r"\(\?([a-zA-Z]*)(?:-([a-zA-Z]+))?([:)])", re.ASCII)
_CLASSES = {"d": r"0-9", "s": r"\t-\r\x20", "w": r"0-9A-Z_a-z"}
_NOT_CLASSES = {
    "D": r"\x00-/:-\x{ff}",
    "S": r"\x00-\x08\x0e-\x1f!-\x{ff}",
    "W": r"\x00-/:-@\[-\^`\{-\x{ff}",
}
_CONTROLS = {"a": 7, "t": 9, "n": 10, "v": 11, "f": 12, "r": 13}
_HEX_LENGTHS = {"x": 2, "u": 4, "U": 8}
_REFUSED = {
    "(?=": (
        Phrase("looks ahead, which cannot be done in bounded time"),
        Phrase("describe what follows as a part of the line"),
    ),
    "(?!": (
        Phrase("looks ahead, which cannot be done in bounded time"),
        Phrase("name the characters that may stand there: [^;]"),
    ),
    "(?<=": (
        Phrase("looks back, which cannot be done in bounded time"),
        Phrase("describe what stands before as a part of the line"),
    ),
    "(?<!": (
        Phrase("looks back, which cannot be done in bounded time"),
        Phrase("describe what stands before as a part of the line"),
    ),
    "(?P=": (
        Phrase("refers to another group, which cannot be done in bounded time"),
        Phrase("write the expression once more"),
    ),
    "(?>": (Phrase("is an atomic group"), Phrase("write (?:…): no expression can run away here")),
    "(?(": (Phrase("is a condition"), Phrase("write both ways as (?:…|…)")),
}
_FLAG_ADVICE = {
    "x": Phrase("write the expression without spaces and comments"),
    "L": Phrase("leave it out: lines are bytes"),
    "u": Phrase("leave it out: lines are bytes"),
}


class PatternError(ValueError):
    """`position` counts characters from 1."""

    def __init__(self, position: int, wrong: Phrase, right: Phrase) -> None:
        super().__init__(f"character {position}: {wrong}; {right}")
        self.position = position
        self.wrong = wrong
        self.right = right


def to_re2(text: str) -> bytes:
    """The expression for RE2, in Latin-1. `text` is one that `re.compile` takes.

    Raises:
        PatternError: RE2 cannot do it.
    """
    return _Translation(text).run().encode("ascii")


class _Translation:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._written: list[str] = []
        self._has_lines = False
        self._end: int | None = None
        """Where a `$` stands behind which nothing has come yet."""
        self._ends_of_ways: list[int | None] = [None]
        """Of each open group: where a `$` ends one of its alternatives."""

    def run(self) -> str:
        while self._at < len(self._text):
            sign = self._text[self._at]
            match sign:
                case "\\":
                    self._escape()
                case "[":
                    self._set()
                case "(":
                    self._open()
                case ")":
                    self._end = self._ends_of_ways.pop() or self._end
                    self._take(")")
                case "|":
                    self._ends_of_ways[-1] = self._end or self._ends_of_ways[-1]
                    self._end = None
                    self._take("|")
                case "*" | "+" | "?":
                    self._repeat(sign, 1)
                case "{" if (repeat := _REPEAT.match(self._text, self._at)) and repeat[0] != "{}":
                    self._repeat(self._bounded(repeat), len(repeat[0]))
                case "$":
                    self._take("$")
                    self._end = None if self._has_lines else self._at
                case "^" | ".":
                    self._follow()
                    self._take(sign)
                case _:
                    self._follow()
                    self._take(self._one(ord(sign)))
        return "".join(self._written)

    def _take(self, written: str, length: int = 1) -> None:
        self._written.append(written)
        self._at += length

    def _refuse(self, wrong: Phrase, right: Phrase, at: int | None = None) -> NoReturn:
        raise PatternError((self._at if at is None else at) + 1, wrong, right)

    def _follow(self) -> None:
        """Something comes: to Python a `$` also is before a last line feed, to RE2 never."""
        if self._end is not None:
            self._refuse(
                Phrase("'$' stands before the end"),
                Phrase("leave it out: the whole line is meant anyway"),
                self._end - 1,
            )

    def _one(self, code: int) -> str:
        if code > 0xFF:
            self._refuse(
                Phrase("{code!r} is no byte, and lines are bytes", code=chr(code)),
                Phrase("write its bytes, as \\x and two digits each"),
            )
        return chr(code) if code < 0x80 and chr(code).isalnum() else f"\\x{{{code:x}}}"

    def _open(self) -> None:
        rest = self._text[self._at : self._at + 4]
        for begin, (wrong, right) in _REFUSED.items():
            if rest.startswith(begin):
                self._refuse(Phrase("'{begin}…)' {wrong}", begin=begin, wrong=wrong), right)
        if rest.startswith("(?#"):
            self._at = self._text.index(")", self._at) + 1
            return
        if rest.startswith("(?P<"):
            self._group("(", self._text.index(">", self._at) + 1 - self._at)
        elif (flags := _FLAGS.match(self._text, self._at)) is not None:
            self._flags(flags)
        else:
            self._group("(", 1)

    def _group(self, written: str, length: int) -> None:
        self._follow()
        self._ends_of_ways.append(None)
        self._take(written, length)

    def _flags(self, flags: re.Match[str]) -> None:
        on, off, end = flags[1], flags[2] or "", flags[3]
        for flag, advice in _FLAG_ADVICE.items():
            if flag in on:
                self._refuse(Phrase("the flag {flag!r} is not for lines of a device", flag=flag), advice)
        if "i" in on and any(ord(c) > 0x7F for c in self._text):
            self._refuse(
                Phrase("the flag 'i' is for ASCII, and there is another letter"), Phrase("write both cases: [éÉ]")
            )
        self._has_lines = self._has_lines or "m" in on
        on, off = on.replace("a", ""), off.replace("x", "")
        written = f"(?{on}-{off}{end}" if off else f"(?{on}{end}" if on or end == ":" else ""
        if end == ":":
            self._group(written, len(flags[0]))
        else:
            self._take(written, len(flags[0]))

    def _bounded(self, repeat: re.Match[str]) -> str:
        least, comma, most = repeat[1] or "0", repeat[2], repeat[3]
        for bound in (least, most or "0"):
            if len(bound.lstrip("0")) > 4 or int(bound) > MOST_REPEATS:
                self._refuse(
                    Phrase("{repeat} is more than {most_repeats} times", repeat=repeat[0], most_repeats=MOST_REPEATS),
                    Phrase("write + or *"),
                )
        if comma is None:
            return f"{{{int(least)}}}"
        return f"{{{int(least)},{int(most) if most else ''}}}"

    def _repeat(self, written: str, length: int) -> None:
        following = self._text[self._at + length : self._at + length + 1]
        if following == "+":
            self._refuse(
                Phrase("'{text}+' is possessive", text=self._text[self._at : self._at + length]),
                Phrase("leave out the last +"),
            )
        if self._end is not None and written != "?":
            self._refuse(
                Phrase("'$' is repeated"), Phrase("leave it out: the whole line is meant anyway"), self._end - 1
            )
        lazy = "?" if following == "?" else ""
        self._take(written + lazy, length + len(lazy))

    def _escape(self) -> None:
        self._follow()
        letter = self._text[self._at + 1]
        if letter in _CLASSES or letter in _NOT_CLASSES:
            self._take(f"[{(_CLASSES | _NOT_CLASSES)[letter]}]", 2)
        elif letter in "AbB":
            self._take(f"\\{letter}", 2)
        elif letter in "Zz":
            self._take(r"\z", 2)
        else:
            code, length = self._code(in_set=False)
            self._take(self._one(code), length)

    def _code(self, *, in_set: bool) -> tuple[int, int]:
        """The one character that the escape at this place means, and the escape's length."""
        text, at = self._text, self._at
        letter = text[at + 1]
        if letter == "N":
            self._refuse(Phrase("'\\N{…}' names a character"), Phrase("write it as \\x and two digits"))
        if letter in _CONTROLS:
            return _CONTROLS[letter], 2
        if letter in _HEX_LENGTHS:
            length = _HEX_LENGTHS[letter]
            return int(text[at + 2 : at + 2 + length], 16), 2 + length
        if letter == "b" and in_set:
            return 8, 2
        if letter in "0123456789":
            octal = re.compile(r"0[0-7]{0,2}|[0-7]{3}" if not in_set else r"[0-7]{1,3}", re.ASCII).match(text, at + 1)
            if octal is None:
                self._refuse(
                    Phrase("'\\{letter}' refers to another group", letter=letter),
                    Phrase("write the expression once more"),
                )
            return int(octal[0], 8), 1 + len(octal[0])
        return ord(letter), 2

    def _set(self) -> None:
        """`[…]`, every character by its number: what RE2 takes for more than characters is none of it."""
        self._follow()
        self._take("[")
        if self._text[self._at] == "^":
            self._take("^")
        is_first = True
        while is_first or self._text[self._at] != "]":
            is_first = False
            self._member()
        self._take("]")

    def _member(self) -> None:
        letter = self._text[self._at + 1] if self._text[self._at] == "\\" else ""
        if letter and (letter in _CLASSES or letter in _NOT_CLASSES):
            self._take((_CLASSES | _NOT_CLASSES)[letter], 2)
            return
        self._character()
        rest = self._text[self._at : self._at + 2]
        if len(rest) == 2 and rest[0] == "-" and rest[1] != "]":
            self._take("-")
            self._character()

    def _character(self) -> None:
        code, length = self._code(in_set=True) if self._text[self._at] == "\\" else (ord(self._text[self._at]), 1)
        self._take(self._one(code), length)
