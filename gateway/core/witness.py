"""Who can say what time it is, what each said, and what those of one kind say together.

A witness's word is kept as its *zero*: what its clock would have shown when the machine's own counting began. That
stays true whatever is done to our clock afterwards: after a step it says by itself whether the new time is right.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise

from gateway.core.interfaces import Instant

DRIFT_PPM = 100.0
"""How fast a counter without help may go wrong: a cheap crystal in a hot cabinet."""


class WitnessKind(StrEnum):
    """In the order in which they are believed."""

    SERVER = "server"
    KERNEL = "kernel"
    """The system's synchroniser (chrony, ntpd, timesyncd), by what it told the kernel."""
    RTC = "rtc"
    """A battery-backed clock."""
    AUTHORITY = "authority"


class WitnessVerdict(StrEnum):
    OK = "ok"
    FALSETICKER = "falseticker"
    """It disagrees with most, or cannot be right."""
    UNSYNCHRONISED = "unsynchronised"
    """It says itself that it does not know, or not well enough."""
    SILENT = "silent"
    """No answer, not asked, or not there."""


@dataclass(frozen=True, slots=True)
class WitnessWord:
    """What one witness said: at `heard_s` (monotonic) its clock was `uncertain_ms` around `zero_ms` + that."""

    kind: WitnessKind
    name: str
    zero_ms: float
    uncertain_ms: float
    heard_s: float
    may_be_local: bool = False
    """Whether it may show the time of some place as if it were UTC."""

    def at(self, mono_s: float) -> WitnessWord:
        """The same later: our counting may have gone wrong meanwhile."""
        grown_ms = max(0.0, mono_s - self.heard_s) * DRIFT_PPM / 1000
        return replace(self, uncertain_ms=self.uncertain_ms + grown_ms, heard_s=mono_s)


@dataclass(frozen=True, slots=True)
class Selection:
    """What several of one kind say together."""

    agreeing: tuple[WitnessWord, ...]
    """Most of them, whose intervals have something in common; empty: there is no majority."""
    others: tuple[WitnessWord, ...]
    zero_ms: float = 0.0
    uncertain_ms: float = 0.0


def zero_ms(at: Instant) -> int:
    """What the wall clock would have shown when the machine's counting began."""
    return at.wall_ms - round(at.mono_s * 1000)


def heard_between(
    kind: WitnessKind, name: str, their_ms: float, resolution_ms: float, asked: Instant, answered: Instant
) -> WitnessWord:
    """The word of a clock that was read at some moment between two looks, and shows no more than multiples of
    `resolution_ms`, cut off."""
    low = their_ms - answered.mono_s * 1000
    high = their_ms + resolution_ms - asked.mono_s * 1000
    return WitnessWord(kind, name, (low + high) / 2, (high - low) / 2, answered.mono_s)


def select(testimonies: Sequence[WitnessWord]) -> Selection:
    """The majority whose intervals have a point in common (Marzullo; RFC 5905, 11.2.1), and what it says.

    More than half of all must agree: of two that disagree neither is believed, one alone is. Where two different
    majorities are possible, because somebody is so unsure that he agrees with both sides, there is none.
    """
    if not testimonies:
        return Selection((), ())
    edges = sorted({edge for one in testimonies for edge in (_low(one), _high(one))})
    points = [*edges, *((low + high) / 2 for low, high in pairwise(edges))]
    covered = {point: tuple(one for one in testimonies if _low(one) <= point <= _high(one)) for point in points}
    most = max(map(len, covered.values()))
    majorities = {group for group in covered.values() if len(group) == most}
    if most * 2 <= len(testimonies) or len(majorities) > 1:
        return Selection((), tuple(testimonies))
    (agreeing,) = majorities
    low, high = max(map(_low, agreeing)), min(map(_high, agreeing))
    best = min(agreeing, key=lambda one: one.uncertain_ms)
    middle = min(max(best.zero_ms, low), high)  # the best one's own word, as far as the others can agree with it
    others = tuple(one for one in testimonies if one not in agreeing)
    return Selection(agreeing, others, middle, max(middle - low, high - middle))


def _low(one: WitnessWord) -> float:
    return one.zero_ms - one.uncertain_ms


def _high(one: WitnessWord) -> float:
    return one.zero_ms + one.uncertain_ms
