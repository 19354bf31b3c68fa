""" "Did you mean …?": the nearest known word to a misspelt one, or all that there are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

_LONGEST = 64
"""difflib's time grows with the square of the length; nobody misspells a word of more letters."""
_LIKENESS = 0.6
"""1 is the same word; as difflib counts."""


def did_you_mean(word: str, known: Iterable[str], likeness: float = _LIKENESS) -> str | None:
    """The question to put at the end of a problem; `None` when there is nothing sensible to ask."""
    candidate = _nearest(word, known, likeness)
    return f"did you mean {candidate}?" if candidate else None


def listed(words: Sequence[str], joint: str) -> str:
    """The words in a row, `joint` before the last: `ak, ascii or tcp`."""
    return f"{', '.join(words[:-1])} {joint} {words[-1]}" if len(words) > 1 else "".join(words)


def _nearest(word: str, known: Iterable[str], likeness: float) -> str | None:
    """The known word that looks most like `word`, upper and lower case alike; `None` when none is like it."""
    if len(word) > _LONGEST:
        return None
    by_folded = {candidate.casefold(): candidate for candidate in sorted(known, reverse=True)}
    close = get_close_matches(word.casefold(), by_folded, n=1, cutoff=likeness)
    return by_folded[close[0]] if close else None
