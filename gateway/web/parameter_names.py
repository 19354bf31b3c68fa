"""What a symbol is called, in the language of the page."""

from __future__ import annotations

from gateway.config.builtin_tables.names import name_of
from gateway.web.page_words import PageWords


def parameter_name(symbol: str, unit: str, words: PageWords) -> str:
    """Empty: the catalogue does not know it, or calls it by its symbol."""
    known = name_of(symbol, unit)
    name = "" if known is None else known.vi if words.wording.is_vietnamese else known.en
    return "" if name == symbol else name
