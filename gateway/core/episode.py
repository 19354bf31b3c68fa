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
    is_told: bool = False

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
    state: EpisodeState | None, judgement: Judgement, at_ms: int, longest_gap_ms: int
) -> tuple[EpisodeState | None, tuple[Event, ...]]:
    """The state after an observation, and what is to be told.

    A value that is absent neither continues nor ends an episode, until it has been absent for more than
    `longest_gap_ms`: then nobody knows, and the episode ended when it was last seen. So it does when the clock went
    back.
    """
    events: tuple[Event, ...] = ()
    if state is not None and not state.last_ms <= at_ms <= state.last_ms + longest_gap_ms:
        events = abandoned(state)
        state = None
    if judgement.holds is None:
        return state, events
    if not judgement.holds:
        return None, events + (_ended(state, at_ms) if state is not None else ())
    state = _continued(state, judgement, at_ms)
    if not state.is_told and at_ms - state.since_ms >= judgement.hold_ms:
        state = EpisodeState(
            state.kind, state.since_ms, state.last_ms, state.count, state.peak, state.badness, is_told=True
        )
        events += (Event(Transition.BEGAN, state.episode()),)
    return state, events


def abandoned(state: EpisodeState) -> tuple[Event, ...]:
    """What is to be told when nobody will know whether it goes on: that it ended when it was last seen."""
    return _ended(state, state.last_ms)


def _continued(state: EpisodeState | None, judgement: Judgement, at_ms: int) -> EpisodeState:
    if state is None:
        first_ms = at_ms if judgement.first_ms is None else judgement.first_ms
        return EpisodeState(judgement.kind, first_ms, at_ms, judgement.number, judgement.peak, judgement.badness)
    is_worse = judgement.badness > state.badness
    peak, badness = (judgement.peak, judgement.badness) if is_worse else (state.peak, state.badness)
    return EpisodeState(state.kind, state.since_ms, at_ms, state.count + 1, peak, badness, state.is_told)


def _ended(state: EpisodeState, end_ms: int) -> tuple[Event, ...]:
    return (Event(Transition.ENDED, state.episode(end_ms)),) if state.is_told else ()
