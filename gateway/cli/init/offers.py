"""What was found, as it is offered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


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
    meanings: Mapping[str, str] = field(default_factory=dict)
    """What each choice would be."""
