"""The text of a formula → its tokens, each with its position."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NoReturn

from gateway.core.phrase import Phrase

LONGEST = 500
"""Characters of a formula."""

_FORM = re.compile(
    r"\s*(?:(?P<number>[0-9]+(?:\.[0-9]*)?(?:[eE][-+]?[0-9]+)?|\.[0-9]+(?:[eE][-+]?[0-9]+)?)"
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_]*)|\[(?P<quoted>[^\[\]]+)\]|(?P<sign>\*\*|[-+*/(),]))",
)


class FormulaError(ValueError):
    """A formula that cannot be used. `position` counts characters from 1; what is wrong, and what would be right."""

    def __init__(self, position: int, wrong: Phrase, right: Phrase) -> None:
        super().__init__(f"character {position}: {wrong}; {right}")
        self.position = position
        self.wrong = wrong
        self.right = right


@dataclass(frozen=True, slots=True)
class Token:
    """`kind` is number, name, quoted (a symbol in brackets), sign or end; `position` counts from 1."""

    kind: str
    text: str
    position: int


def tokens_of(text: str) -> list[Token]:
    """The tokens of a formula, the last of them `end`.

    Raises:
        FormulaError: something that is no token, or a text that is too long.
    """
    if len(text) > LONGEST:
        raise FormulaError(
            LONGEST + 1,
            Phrase("is longer than {longest} characters", longest=LONGEST),
            Phrase("compute a part of it as a parameter"),
        )
    tokens: list[Token] = []
    at = 0
    while text[at:].strip():
        match = _FORM.match(text, at)
        if match is None:
            at += len(text[at:]) - len(text[at:].lstrip())
            _refuse(text, at)
        kind = match.lastgroup or ""
        tokens.append(Token(kind, match[kind], match.start(kind) + 1))
        at = match.end()
    tokens.append(Token("end", "", len(text) + 1))
    return tokens


def _refuse(text: str, at: int) -> NoReturn:
    if text[at] == "[":
        raise FormulaError(at + 1, Phrase("'[' begins a symbol that does not end"), Phrase("write it as [PM2,5]"))
    raise FormulaError(
        at + 1,
        Phrase("{text!r} means nothing here", text=text[at]),
        Phrase("use numbers, symbols, + - * / **, (), and [...] for odd symbols"),
    )
