"""How many of a thing, for a sentence."""

from __future__ import annotations

from gateway.core.phrase import Phrase


def number_of(count: int, thing: str) -> Phrase:
    """`1 day`, `0 days`, `1,200 days`. Other languages have a text of their own for `day` and `days`."""
    return Phrase("{count:,} {things}", count=count, things=Phrase(thing if count == 1 else f"{thing}s"))
