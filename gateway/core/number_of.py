"""How many of a thing, for a sentence."""

from __future__ import annotations


def number_of(count: int, thing: str) -> str:
    """`1 day`, `0 days`, `1,200 days`."""
    return f"{count:,} {thing}" if count == 1 else f"{count:,} {thing}s"
