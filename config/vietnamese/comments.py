"""The comments of an example, said in other words; everything else of the file stays to the byte.

One comment is what stands behind a value, with the lines below it in the same column; or lines of prose that adjoin. A
line with a colon and two spaces shows a command: it is a comment of its own and is never wrapped. A key that is
commented out stays as it is, and what is said behind it is a comment too.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

WIDTH = 120

_BEHIND = re.compile(r"(?P<before>.*?\S\s+)# (?P<text>.+)")
_WHOLE = re.compile(r"(?P<before> *)# (?P<blanks> *)(?P<text>\S.*)")
_KEY = re.compile(r"(?:- )?(?:\{.*|[a-z][a-z0-9_]*:(?: (?:[\[{\"].*|\S+))?)")
"""`key: value`, or an element of a list: in brackets, in quotes, one word, or with its value on the lines below."""
_COMMAND = re.compile(r":  +\S")


@dataclass(frozen=True, slots=True)
class _Comment:
    """The first line of a comment: its text, and what stands before the `#`."""

    before: str
    text: str
    may_wrap: bool


def comments_of(lines: Iterable[str]) -> list[str]:
    """The text of each comment, on one line, in the order of the file."""
    found: list[str] = []

    def note(text: str) -> str:
        found.append(text)
        return text

    for _ in translated(lines, note):
        pass
    return found


def translated(lines: Iterable[str], say: Callable[[str], str]) -> Iterator[str]:
    """The lines with what `say` makes of each comment, in its column, wrapped anew where a line would be too long."""
    rest = list(lines)
    while rest:
        line = rest.pop(0)
        comment = _comment_in(line)
        if comment is None:
            yield line
            continue
        words = [comment.text]
        while rest and comment.may_wrap and (more := _continuation(rest[0], len(comment.before))) is not None:
            words.append(more)
            del rest[0]
        yield from _laid_out(comment, say(" ".join(words)))


def _comment_in(line: str) -> _Comment | None:
    """What the line says; none for one that is all YAML, also where it is commented out."""
    whole = _WHOLE.fullmatch(line)
    if whole is None:
        behind = _BEHIND.fullmatch(line)
        return None if behind is None else _Comment(behind["before"], behind["text"], may_wrap=True)
    content = whole["text"]
    marked = line[: whole.start("text")]
    if content.startswith("# "):
        return _Comment(marked, content[2:], may_wrap=False)
    behind = _BEHIND.fullmatch(content)
    if _KEY.fullmatch(content if behind is None else behind["before"].rstrip()) is None:
        return _Comment(whole["before"], whole["blanks"] + content, may_wrap=_COMMAND.search(content) is None)
    return None if behind is None else _Comment(marked + behind["before"], behind["text"], may_wrap=False)


def _continuation(line: str, column: int) -> str | None:
    """What the line adds to the comment above it, whose `#` stands in that column."""
    whole, comment = _WHOLE.fullmatch(line), _comment_in(line)
    if whole is None or comment is None or not comment.may_wrap or len(whole["before"]) != column:
        return None
    return comment.text


def _laid_out(comment: _Comment, text: str) -> Iterator[str]:
    column = len(comment.before)
    room = WIDTH - column - len("# ")
    parts = textwrap.wrap(text, room, break_long_words=False, break_on_hyphens=False) if comment.may_wrap else [text]
    for number, part in enumerate(parts):
        yield f"{' ' * column if number else comment.before}# {part}"
