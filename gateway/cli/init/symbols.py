"""The regulation's symbols with their names, for who is asked for one."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.config import Language
from gateway.config.builtin_tables.names import symbol_names


def symbol_lines(language: Language) -> Iterator[str]:
    """A line each, with all that it is called in this language: some mean something else in water than in air."""
    named: dict[str, dict[str, None]] = {}
    for one in symbol_names():
        named.setdefault(one.symbol, {})[one.vi if language is Language.VIETNAMESE else one.en] = None
    width = max(map(len, named))
    for symbol, names in named.items():
        yield f"  {symbol:<{width}}  {' / '.join(names)}"
