"""What was found, as it is offered."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Offer:
    """`value` answers the question; `words`: what is known of it."""

    value: object
    words: str


@dataclass(frozen=True, slots=True)
class FoundAround:
    """`lines` are shown before the question is asked."""

    lines: tuple[str, ...] = ()
    offers: tuple[Offer, ...] = ()
    default: object = None
