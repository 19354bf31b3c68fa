"""Which line of the station's file a word on the command line means."""

from __future__ import annotations

from collections.abc import Iterable

from gateway.core.phrase import Phrase


def line_meant(word: str, lines: Iterable[str]) -> str | None:
    """The line of that symbol, also by another spelling (PM2.5 for PM2,5); `None`: there is none."""
    from gateway.config.builtin_tables.catalogue import canonical

    known = set(lines)
    return next((symbol for symbol in (word, canonical(word)) if symbol in known), None)


def advice(word: str, names: Iterable[str]) -> str:
    """What might have been meant, or what there is."""
    from gateway.config.suggest import did_you_mean

    known = tuple(dict.fromkeys(names))
    return did_you_mean(word, known) or Phrase("there are: {known}", known=", ".join(known))
