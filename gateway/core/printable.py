"""Text from outside, as people may be shown it: what a server lists, a device says, somebody wrote into a database.

A control character makes a terminal do something, a line's end makes a second line of one, a bidirectional control
shows another text than stands there, a character that is not seen hides one. All of them are written as Python writes
them: `\\x1b`, `\\n`, `\\u202e`. Everything that is seen stays as it is: letters of all languages with their combining
marks. For JSON nothing is changed that a program reads: its own escapes stand for the same characters.
"""

from __future__ import annotations

import json
import re

_UNSEEN = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]")
"""Without a width, or blank, and yet a letter or a mark by Unicode's categories."""
_MEANT = re.compile("([\n\t])")
_SPACES = frozenset("\u00a0\u202f")
"""Seen as a space, and not to be broken: between a number and its unit."""


def printable(text: str) -> str:
    """One line of it, whatever was in it. Worked: `a<ESC>[31m<line feed>b` is `a\\x1b[31m\\nb`."""
    if text.isprintable() and (text.isascii() or _UNSEEN.search(text) is None):
        return text
    return "".join(character if is_seen(character) else _escaped(character) for character in text)


def printable_lines(text: str) -> str:
    """The same for a text whose lines and columns are meant."""
    return "".join(part if part in "\n\t" else printable(part) for part in _MEANT.split(text))


def printable_json(content: object, *, ascii_only: bool = False) -> str:
    """Indented JSON of which a person sees every character, and a program reads each as it was.

    Raises:
        ValueError: a number that JSON has not got.
    """
    written = json.dumps(content, indent=2, ensure_ascii=ascii_only, allow_nan=False)
    lines = written.split("\n")  # those of the indentation: inside of a string none is left
    return "\n".join(
        line
        if line.isprintable() and line.isascii()
        else "".join(character if is_seen(character) else json.dumps(character)[1:-1] for character in line)
        for line in lines
    )


def is_seen(character: str) -> bool:
    return (character.isprintable() and _UNSEEN.match(character) is None) or character in _SPACES


def _escaped(character: str) -> str:
    if "\udc80" <= character <= "\udcff":  # a byte that was no UTF-8, as Python reads it with `surrogateescape`
        return f"\\x{ord(character) - 0xDC00:02x}"
    return character.encode("unicode_escape", "surrogatepass").decode("ascii")
