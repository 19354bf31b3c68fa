"""Finds English in what is said in Vietnamese: words that the English catalogues have, and the Vietnamese ones have
not. Names, units, codes and commands stand in both; the regulation's symbols are the same in each language."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable
from functools import cache
from pathlib import Path

import gateway
from gateway.config import Language
from gateway.config.builtin_tables.catalogue import symbols
from gateway.texts import texts_in

_WORD = re.compile(r"[^\W\d_]+")
_HOLE = re.compile(r"\{[^}]*\}")
_OPTION = re.compile(r"(?<![\w-])--?[a-z][\w-]*")


def english_in(text: str, names: Collection[str] = ()) -> list[str]:
    """The English words of it, each once. `names`: words that somebody chose, or that a device or a server said."""
    found = dict.fromkeys(_words([_OPTION.sub("", text)]))
    return [one for one in found if one in _english() and one not in names]


@cache
def _english() -> frozenset[str]:
    lines = (Path(gateway.__file__).parent / "texts/phrases.vi.yaml").read_text("utf-8").splitlines()
    said = dict(_entry(line) for line in lines if line.startswith('"'))
    english = _words([*said, *texts_in(Language.ENGLISH).by_key.values()])
    vietnamese = _words([*said.values(), *texts_in(Language.VIETNAMESE).by_key.values()])
    return frozenset(english) - frozenset(vietnamese) - {symbol.lower() for symbol in symbols()}


def _entry(line: str) -> tuple[str, str]:
    [entry] = json.loads(f"{{{line}}}").items()
    return entry  # type: ignore[no-any-return]  # a pair of strings


def _words(texts: Iterable[str]) -> list[str]:
    return [word.lower() for text in texts for word in _WORD.findall(_HOLE.sub(" ", text))]
