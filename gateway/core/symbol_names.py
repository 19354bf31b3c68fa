"""A parameter's symbol by what people call it: a name with or without its diacritics, a shorthand, a part of it."""

from __future__ import annotations

import operator
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

_LONGEST = 64
"""difflib's time grows with the square of the length."""
_LIKENESS = 0.7
"""1 is the same word, as difflib counts."""
_TOLD_WITHOUT_MARKS = 4
"""Letters of a word that is told by them alone."""
_MINUS = "\N{MINUS SIGN}"


@dataclass(frozen=True, slots=True)
class SymbolName:
    """What a symbol is called. `unit`: only in this unit it means that; `None`: in each that it has."""

    symbol: str
    unit: str | None
    vi: str
    en: str
    also: tuple[str, ...]
    aliases: tuple[str, ...]

    @property
    def words(self) -> tuple[str, ...]:
        return (self.symbol, *self.aliases, self.vi, self.en, *self.also)


def typed(text: str) -> str:
    """What a keyboard has of it: NH4+ where a document prints NH₄⁺."""
    return unicodedata.normalize("NFKC", text).replace(_MINUS, "-")


def folded(text: str) -> str:
    """As people type it who do not look: without diacritics, capitals and marks between. A charge at the end stays: Cl-
    is chloride, and Cl residual chlorine."""
    return _letters(unicodedata.normalize("NFD", typed(text).casefold().replace("đ", "d")))


def called(word: str, names: Sequence[SymbolName]) -> tuple[SymbolName, ...]:
    """Those of which the word is the symbol, an alias or a name, whole."""
    return _found(word, names, operator.eq)


def matching(word: str, names: Sequence[SymbolName]) -> tuple[SymbolName, ...]:
    """Those that are called so; if none is, those of which it is a part of the symbol, an alias or a name."""
    return called(word, names) or _found(word, names, operator.contains)


def nearest(word: str, names: Sequence[SymbolName]) -> SymbolName | None:
    """The one with the name that looks most like it; `None`: none does."""
    from difflib import get_close_matches  # here: for a mistake alone, and a page that runs for months makes none

    if len(word) > _LONGEST:
        return None
    by_word = {folded(one): name for name in reversed(names) for one in reversed(name.words)}
    close = get_close_matches(folded(word), by_word, n=1, cutoff=_LIKENESS)
    return by_word[close[0]] if close else None


def _found(word: str, names: Sequence[SymbolName], holds: Callable[[str, str], bool]) -> tuple[SymbolName, ...]:
    """Diacritics that somebody writes count, for "độ" is not DO; but those of longer words are put in several ways:
    hóa, hoá."""
    has_marks = folded(word) != _exact(word)
    keys = [folded] if not has_marks else [_exact, folded] if len(folded(word)) >= _TOLD_WITHOUT_MARKS else [_exact]
    for key in keys:
        wanted = key(word)
        found = tuple(name for name in names if wanted and any(holds(key(one), wanted) for one in name.words))
        if found:
            return found
    return ()


def _exact(text: str) -> str:
    return _letters(unicodedata.normalize("NFC", typed(text).casefold()))


def _letters(text: str) -> str:
    stripped = text.strip()
    charge = stripped[-1] if stripped.endswith(("+", "-")) else ""
    letters = "".join(letter for letter in stripped if letter.isalnum())
    return letters + charge if letters else ""
