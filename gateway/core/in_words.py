"""What is written in both languages where it stands, as a standard's table has it, and not in the catalogue."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class InWords:
    """What something means, in Vietnamese and English. In a `Phrase` it is said in the reader's language."""

    vi: str
    en: str

    def __str__(self) -> str:
        return self.en
