"""What a broken YAML text lacks, in words for someone who has never read the YAML standard.

Never repeats the text: the line that breaks may be the one with a password.
"""

from __future__ import annotations

import re

from ruamel.yaml.error import MarkedYAMLError

from gateway.core.phrase import Phrase

_SENTENCES = (
    ("'\\t'", Phrase("has a TAB character"), Phrase("indent with spaces")),
    ("could not find expected ':'", Phrase("is not `key: value`"), Phrase("put a colon and a space after the key")),
    (
        "cannot start any token",
        Phrase("has a value that begins with a character which YAML keeps for itself"),
        Phrase("put the value in quotes"),
    ),
    ("undefined alias", Phrase("has a value that begins with *"), Phrase("put the value in quotes")),
    (
        "mapping values are not allowed",
        Phrase("has a colon where none can stand"),
        Phrase("put texts with a colon in quotes, and a space after the colon in the line above"),
    ),
    (
        "sequence entries are not allowed",
        Phrase("has a - where a value should stand"),
        Phrase('write "-" in quotes, or begin the list on a line of its own'),
    ),
    ("unexpected end of stream", Phrase("has a quote that is never closed"), Phrase("close it")),
    (
        "unknown escape character",
        Phrase("has a backslash that means nothing in double quotes"),
        Phrase("use single quotes"),
    ),
    (
        "expected alphabetic or numeric",
        Phrase("has a value that begins with & or *"),
        Phrase("put the value in quotes"),
    ),
    ("chomping or indentation", Phrase("has a value that begins with > or |"), Phrase("put the value in quotes")),
    ("another document", Phrase("begins a second document"), Phrase("remove the line ---")),
    (
        "<block end>, but found '<scalar>'",
        Phrase("has text after a quote that is closed, or a quote that is not closed, here or just above"),
        Phrase("open and close each quote in its own line"),
    ),
    ("<block end>, but found '}'", Phrase("has a } too many"), Phrase("remove it")),
    ("<block end>, but found ']'", Phrase("has a ] too many"), Phrase("remove it")),
    (
        "<block end>",
        Phrase("does not line up with the lines above"),
        Phrase("begin all keys of a section in the same column"),
    ),
    (
        "expected ',' or",
        Phrase("has a [ or { that is never closed, or lacks a comma"),
        Phrase("close it on the line where it begins"),
    ),
)
_BEGIN_AT_CONTEXT = ("could not find expected ':'", "expected ',' or", "unexpected end of stream")
_LOOKALIKES = (
    (
        re.compile(
            "^ *[\u00a0\u2000-\u200b\u202f\u2060\u3000\ufeff]|[:-][\u00a0\u2000-\u200b\u202f\u2060\u3000\ufeff]"
        ),
        Phrase("has a blank that is no space, as web pages and word processors write it"),
        Phrase("type the blanks of this line anew"),
    ),
    (re.compile("^[^\"'#]*\uff1a"), Phrase("has a wide colon"), Phrase("type it anew, with a space after it")),
)
"""Characters that no eye tells from those that YAML wants."""
_COLON_INSIDE = (
    Phrase("has a text with a colon and a blank inside [ ] or { }"),
    Phrase('put it in quotes: {name: "a: b"}'),
)
_OTHERWISE = (Phrase("is not YAML"), Phrase("check quotes, colons and indentation here"))


def explain_syntax(error: MarkedYAMLError, text: str) -> tuple[int, Phrase, Phrase]:
    """The line (0 when unknown), what is wrong there, and what would be right."""
    problem = error.problem or error.context or ""
    begins = any(part in problem for part in _BEGIN_AT_CONTEXT)
    mark = error.context_mark if begins and error.context_mark is not None else error.problem_mark
    line = 0 if mark is None else mark.line + 1
    lookalike = _lookalike(text, line)
    if lookalike is not None:
        return lookalike
    if problem.endswith("but got ':'") and _is_on_one_line(error):
        return line, *_COLON_INSIDE
    for part, wrong, right in _SENTENCES:
        if part in problem:
            return line, wrong, right
    return line, *_OTHERWISE


def _is_on_one_line(error: MarkedYAMLError) -> bool:
    begin, end = error.context_mark, error.problem_mark
    return begin is not None and end is not None and begin.line == end.line


def _lookalike(text: str, line: int) -> tuple[int, Phrase, Phrase] | None:
    """A false blank or colon in that line or the one above, which YAML takes for a part of a word."""
    lines = text.splitlines()
    for number in range(max(line - 1, 1), line + 1):
        for pattern, wrong, right in _LOOKALIKES:
            if pattern.search(lines[number - 1] if number <= len(lines) else ""):
                return number, wrong, right
    return None
