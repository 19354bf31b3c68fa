""" "Did you mean …?": the nearest known word to a misspelt one, or all that there are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from gateway.core.phrase import Phrase

_LONGEST = 64
"""difflib's time grows with the square of the length; nobody misspells a word of more letters."""
_LIKENESS = 0.6
"""1 is the same word; as difflib counts."""


def did_you_mean(word: str, known: Iterable[str], likeness: float = _LIKENESS) -> Phrase | None:
    """The question to put at the end of a problem; `None` when there is nothing sensible to ask."""
    candidate = _nearest(word, known, likeness)
    return Phrase("did you mean {candidate}?", candidate=candidate) if candidate else None


def listed(words: Sequence[str], joint: Literal["and", "or"]) -> Phrase:
    """The words in a row, `joint` before the last: `ak, ascii or tcp`."""
    first, last = ", ".join(words[:-1]), words[-1] if words else ""
    if len(words) < 2:
        return Phrase("{last}", last=last)
    return Phrase("{first} and {last}" if joint == "and" else "{first} or {last}", first=first, last=last)


def _nearest(word: str, known: Iterable[str], likeness: float) -> str | None:
    """The known word that looks most like `word`, upper and lower case alike; `None` when none is like it."""
    from difflib import get_close_matches  # here: for a mistake alone, and a page that runs for months makes none

    if len(word) > _LONGEST:
        return None
    by_folded = {candidate.casefold(): candidate for candidate in sorted(known, reverse=True)}
    close = get_close_matches(word.casefold(), by_folded, n=1, cutoff=likeness)
    return by_folded[close[0]] if close else None
