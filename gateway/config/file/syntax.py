"""What a broken YAML text lacks, in words for someone who has never read the YAML standard.

Never repeats the text: the line that breaks may be the one with a password.
"""

from __future__ import annotations

import re

from ruamel.yaml.error import MarkedYAMLError

_SENTENCES = (
    ("'\\t'", "has a TAB character", "indent with spaces"),
    ("could not find expected ':'", "is not `key: value`", "put a colon and a space after the key"),
    (
        "cannot start any token",
        "has a value that begins with a character which YAML keeps for itself",
        "put the value in quotes",
    ),
    ("undefined alias", "has a value that begins with *", "put the value in quotes"),
    (
        "mapping values are not allowed",
        "has a colon where none can stand",
        "put texts with a colon in quotes, and a space after the colon in the line above",
    ),
    (
        "sequence entries are not allowed",
        "has a - where a value should stand",
        'write "-" in quotes, or begin the list on a line of its own',
    ),
    ("unexpected end of stream", "has a quote that is never closed", "close it"),
    ("unknown escape character", "has a backslash that means nothing in double quotes", "use single quotes"),
    ("expected alphabetic or numeric", "has a value that begins with & or *", "put the value in quotes"),
    ("chomping or indentation", "has a value that begins with > or |", "put the value in quotes"),
    ("another document", "begins a second document", "remove the line ---"),
    (
        "<block end>, but found '<scalar>'",
        "has text after a quote that is closed, or a quote that is not closed, here or just above",
        "open and close each quote in its own line",
    ),
    ("<block end>, but found '}'", "has a } too many", "remove it"),
    ("<block end>, but found ']'", "has a ] too many", "remove it"),
    ("<block end>", "does not line up with the lines above", "begin all keys of a section in the same column"),
    ("expected ',' or", "has a [ or { that is never closed, or lacks a comma", "close it on the line where it begins"),
)
_BEGIN_AT_CONTEXT = ("could not find expected ':'", "expected ',' or", "unexpected end of stream")
_LOOKALIKES = (
    (
        re.compile(
            "^ *[\u00a0\u2000-\u200b\u202f\u2060\u3000\ufeff]|[:-][\u00a0\u2000-\u200b\u202f\u2060\u3000\ufeff]"
        ),
        "has a blank that is no space, as web pages and word processors write it",
        "type the blanks of this line anew",
    ),
    (re.compile("^[^\"'#]*\uff1a"), "has a wide colon", "type it anew, with a space after it"),
)
"""Characters that no eye tells from those that YAML wants."""
_OTHERWISE = ("is not YAML", "check quotes, colons and indentation here")


def explain_syntax(error: MarkedYAMLError, text: str) -> tuple[int, str, str]:
    """The line (0 when unknown), what is wrong there, and what would be right."""
    problem = error.problem or error.context or ""
    begins = any(part in problem for part in _BEGIN_AT_CONTEXT)
    mark = error.context_mark if begins and error.context_mark is not None else error.problem_mark
    line = 0 if mark is None else mark.line + 1
    lookalike = _lookalike(text, line)
    if lookalike is not None:
        return lookalike
    for part, wrong, right in _SENTENCES:
        if part in problem:
            return line, wrong, right
    return line, *_OTHERWISE


def _lookalike(text: str, line: int) -> tuple[int, str, str] | None:
    """A false blank or colon in that line or the one above, which YAML takes for a part of a word."""
    lines = text.splitlines()
    for number in range(max(line - 1, 1), line + 1):
        for pattern, wrong, right in _LOOKALIKES:
            if pattern.search(lines[number - 1] if number <= len(lines) else ""):
                return number, wrong, right
    return None
