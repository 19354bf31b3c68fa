"""The regulation's symbols with their names, for who is asked for one."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.config import Language
from gateway.config.builtin_tables.names import symbol_names


def symbol_lines(language: Language) -> Iterator[str]:
    """A line each, with what it is called in this language."""
    for one in symbol_names():
        name = one.vi if language is Language.VIETNAMESE else one.en
        yield f"  {one.symbol:<12} {name}"
