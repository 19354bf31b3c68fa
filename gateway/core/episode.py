"""Something that holds for a while: a finding, an exceedance. It begins, it counts, it ends, and both ends are told.

Incremental and pure: fed at once, or across any number of restarts with the state kept as JSON in between, the same
events come out.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Episode:
    """A time during which something held, as far as it is known.

    Instants are UTC milliseconds, those of observations. `peak` is its worst value, as its `kind` says.
    """

    kind: str
    begin_ms: int
    last_ms: int
    """The newest observation that shows it."""
    count: int
    """Observations that show it."""
    peak: float | None
    end_ms: int | None = None
    """The first observation that shows it no more; after a gap, `last_ms`; `None`: it lasts."""


class Transition(StrEnum):
    BEGAN = "began"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Event:
    """The news that an episode began, with what was known of it then, or that it ended."""

    transition: Transition
    episode: Episode


@dataclass(frozen=True, slots=True)
class EpisodeState:
    """What is remembered of something that holds, from the first observation on, be it told already or not."""

    kind: str
    since_ms: int
    last_ms: int
    count: int
    peak: float | None
    badness: float
    """By which peaks compare: the greater, the worse."""
    told: bool = False

    def episode(self, end_ms: int | None = None) -> Episode:
        return Episode(self.kind, self.since_ms, self.last_ms, self.count, self.peak, end_ms)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one observation says about one kind. `holds=None`: nothing, for there is no value.

    An episode is told once it has held for `hold_ms`. Where only this observation proves that it began earlier (equal
    values need two), it began at `first_ms` and this is its observation number `number`.
    """

    kind: str
    holds: bool | None
    peak: float | None = None
    badness: float = 0.0
    hold_ms: int = 0
    first_ms: int | None = None
    number: int = 1


def advance(
    run: EpisodeState | None, judgement: Judgement, at_ms: int, longest_gap_ms: int
) -> tuple[EpisodeState | None, tuple[Event, ...]]:
    """The run after an observation, and what is to be told.

    A value that is absent neither continues nor ends an episode, until it has been absent for more than
    `longest_gap_ms`: then nobody knows, and the episode ended when it was last seen. So it does when the clock went
    back.
    """
    events: tuple[Event, ...] = ()
    if run is not None and not run.last_ms <= at_ms <= run.last_ms + longest_gap_ms:
        events = abandoned(run)
        run = None
    if judgement.holds is None:
        return run, events
    if not judgement.holds:
        return None, events + (_ended(run, at_ms) if run is not None else ())
    run = _continued(run, judgement, at_ms)
    if not run.told and at_ms - run.since_ms >= judgement.hold_ms:
        run = EpisodeState(run.kind, run.since_ms, run.last_ms, run.count, run.peak, run.badness, told=True)
        events += (Event(Transition.BEGAN, run.episode()),)
    return run, events


def abandoned(run: EpisodeState) -> tuple[Event, ...]:
    """What is to be told when nobody will know whether it goes on: that it ended when it was last seen."""
    return _ended(run, run.last_ms)


def _continued(run: EpisodeState | None, judgement: Judgement, at_ms: int) -> EpisodeState:
    if run is None:
        first_ms = at_ms if judgement.first_ms is None else judgement.first_ms
        return EpisodeState(judgement.kind, first_ms, at_ms, judgement.number, judgement.peak, judgement.badness)
    is_worse = judgement.badness > run.badness
    peak, badness = (judgement.peak, judgement.badness) if is_worse else (run.peak, run.badness)
    return EpisodeState(run.kind, run.since_ms, at_ms, run.count + 1, peak, badness, run.told)


def _ended(run: EpisodeState, end_ms: int) -> tuple[Event, ...]:
    return (Event(Transition.ENDED, run.episode(end_ms)),) if run.told else ()
