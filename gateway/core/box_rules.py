"""When the box itself is worth a person's look: space, database, heat, voltage, memory, restarts, wear. Pure.

What holds begins at its limit and ends a little beside it, so that a value that sways about the limit is one event.
What nobody can tell begins nothing and ends nothing.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass
from enum import StrEnum

from gateway.core.phrase import Phrase


class BoxKind(StrEnum):
    """What is the matter; the values are the database's, JSON's and the command line's."""

    LOW_SPACE = "low_space"
    """Worst: MB that were free."""
    LARGE_DATABASE = "large_database"
    """Worst: MB."""
    HOT = "hot"
    """Worst: °C."""
    UNDER_VOLTAGE = "under_voltage"
    """The supply of a Raspberry Pi, or its cable, is too weak: the processor says so."""
    LOW_MEMORY = "low_memory"
    """Worst: percent that were available."""
    RESTARTING = "restarting"
    """The gateway ends without having been told to, again and again. Worst: how often in a row."""
    WORN_CARD = "worn_card"
    """Worst: percent of its life that are used."""


@dataclass(frozen=True, slots=True)
class BoxLimits:
    """`free_bytes`, `days_left`: less is too little. `wear_percent`: of a card's life, by its own counting."""

    free_bytes: int
    days_left: float
    database_bytes: int
    celsius: float
    memory_percent: float
    restarts: int
    wear_percent: float


@dataclass(frozen=True, slots=True)
class CardWear:
    """`percent`: used of its life, in tens, by the card's own counting; `None`: not told. `is_failing`: most of its
    spare blocks are used up; `None`: not told."""

    card: str
    percent: int | None
    is_failing: bool | None


@dataclass(frozen=True, slots=True)
class BoxLook:
    """The box at one moment; `None`: nobody can tell. `restarts`: in a row, without having been told to end, each
    within an hour of the one before."""

    free_bytes: int | None = None
    days_left: float | None = None
    database_bytes: int | None = None
    celsius: float | None = None
    hottest: str = ""
    is_under_voltage: bool | None = None
    memory_bytes: int | None = None
    available_bytes: int | None = None
    restarts: int | None = None
    cards: tuple[CardWear, ...] = ()

    @property
    def memory_percent(self) -> float | None:
        """That are available."""
        if not self.memory_bytes or self.available_bytes is None:
            return None
        return 100.0 * self.available_bytes / self.memory_bytes


@dataclass(frozen=True, slots=True)
class BoxTrouble:
    """`detail`: in words, for a person. `value`: see `BoxKind`."""

    kind: BoxKind
    subject: str
    value: float | None
    detail: str


Verdicts = Mapping[BoxKind, BoxTrouble | None]
"""Of each kind that can be told now: what is the matter; `None`: nothing is."""

BOX = "box"
_MB = 1e6
_AGAIN = 1.1
"""So many times the limit have to be free again."""
_COOLER = 5.0
_MEMORY_AGAIN = 1.5


def verdicts(look: BoxLook, limits: BoxLimits, lasting: Container[BoxKind]) -> Verdicts:
    """`lasting`: what has begun, and ends a little later than it began."""
    found: dict[BoxKind, BoxTrouble | None] = {}
    space = _space(look, limits, _AGAIN if BoxKind.LOW_SPACE in lasting else 1.0)
    for kind, value, is_over, detail in (
        (BoxKind.LOW_SPACE, None if look.free_bytes is None else look.free_bytes / _MB, space is not None, space or ""),
        (BoxKind.LARGE_DATABASE, *_database(look, limits, BoxKind.LARGE_DATABASE in lasting)),
        (BoxKind.HOT, *_heat(look, limits, BoxKind.HOT in lasting)),
        (BoxKind.LOW_MEMORY, *_memory(look, limits, BoxKind.LOW_MEMORY in lasting)),
        (BoxKind.RESTARTING, *_restarts(look, limits, BoxKind.RESTARTING in lasting)),
    ):
        if value is not None:
            found[kind] = BoxTrouble(kind, BOX, value, detail) if is_over else None
    if look.is_under_voltage is not None:
        words = Phrase("the processor reports under-voltage: a stronger supply, or a shorter cable")
        trouble = BoxTrouble(BoxKind.UNDER_VOLTAGE, BOX, None, words)
        found[BoxKind.UNDER_VOLTAGE] = trouble if look.is_under_voltage else None
    told = [card for card in look.cards if card.percent is not None or card.is_failing is not None]
    if told:
        found[BoxKind.WORN_CARD] = next(
            (one for one in (_worn(card, limits) for card in told) if one is not None), None
        )
    return found


_Judged = tuple[float | None, bool, str]


def _space(look: BoxLook, limits: BoxLimits, factor: float) -> str | None:
    if look.free_bytes is not None and look.free_bytes < limits.free_bytes * factor:
        return Phrase(
            "{free:,.0f} MB are free, the limit is {limit:,.0f} MB",
            free=look.free_bytes / _MB,
            limit=limits.free_bytes / _MB,
        )
    if look.days_left is not None and look.days_left < limits.days_left * factor:
        return Phrase(
            "what is free lasts {days:,.0f} days, the limit is {limit:,.0f}",
            days=look.days_left,
            limit=limits.days_left,
        )
    return None


def _database(look: BoxLook, limits: BoxLimits, lasts: bool) -> _Judged:
    size = look.database_bytes
    if size is None:
        return None, False, ""
    is_over = size > limits.database_bytes / (_AGAIN if lasts else 1.0)
    words = Phrase(
        "the database has {size:,.0f} MB, the limit is {limit:,.0f} MB",
        size=size / _MB,
        limit=limits.database_bytes / _MB,
    )
    return size / _MB, is_over, words


def _heat(look: BoxLook, limits: BoxLimits, lasts: bool) -> _Judged:
    if look.celsius is None:
        return None, False, ""
    is_over = look.celsius >= limits.celsius - (_COOLER if lasts else 0.0)
    words = Phrase(
        "{sensor} has {celsius:.1f} °C, the limit is {limit:g} °C",
        sensor=look.hottest or Phrase("a sensor"),
        celsius=look.celsius,
        limit=limits.celsius,
    )
    return look.celsius, is_over, words


def _memory(look: BoxLook, limits: BoxLimits, lasts: bool) -> _Judged:
    percent = look.memory_percent
    if percent is None:
        return None, False, ""
    is_over = percent < limits.memory_percent * (_MEMORY_AGAIN if lasts else 1.0)
    words = Phrase(
        "{percent:.1f} % of the memory is available, the limit is {limit:g} %",
        percent=percent,
        limit=limits.memory_percent,
    )
    return round(percent, 1), is_over, words


def _restarts(look: BoxLook, limits: BoxLimits, lasts: bool) -> _Judged:
    if look.restarts is None:
        return None, False, ""
    words = Phrase("the gateway ended {restarts} times in a row without having been told to", restarts=look.restarts)
    return float(look.restarts), look.restarts >= (1 if lasts else limits.restarts), words


def _worn(card: CardWear, limits: BoxLimits) -> BoxTrouble | None:
    if card.is_failing:
        words = Phrase("most of the card's spare blocks are used up: replace it")
    elif card.percent is not None and card.percent >= limits.wear_percent:
        words = Phrase(
            "{percent} % of the card's life are used by its own counting, the limit is {limit:g} %",
            percent=card.percent,
            limit=limits.wear_percent,
        )
    else:
        return None
    return BoxTrouble(BoxKind.WORN_CARD, card.card, None if card.percent is None else float(card.percent), words)
