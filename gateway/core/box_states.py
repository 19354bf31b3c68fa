"""How what is the matter with the box begins, lasts and ends, look by look. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from gateway.core.box_rules import BoxKind, BoxLimits, BoxLook, BoxTrouble, verdicts
from gateway.core.episode import Episode
from gateway.core.findings import Finding, Topic
from gateway.core.interfaces import Instant

_BEGINS_AFTER_S = {BoxKind.HOT: 30.0, BoxKind.LOW_MEMORY: 60.0}
"""So long it has to hold before it is told; anything else at once."""
_ENDS_AFTER_S = {
    BoxKind.HOT: 60.0,
    BoxKind.LOW_MEMORY: 300.0,
    BoxKind.LOW_SPACE: 60.0,
    BoxKind.UNDER_VOLTAGE: 600.0,  # it comes with whatever takes more for a moment
}
_LOW_IS_WORSE = (BoxKind.LOW_SPACE, BoxKind.LOW_MEMORY)


@dataclass(frozen=True, slots=True)
class TroubleState:
    """`trouble`: as it was when it began. `gone`: since when it does not hold, while its end is not believed yet."""

    trouble: BoxTrouble
    since: Instant
    last_ms: int
    count: int = 1
    worst: float | None = None
    is_noted: bool = False
    gone: Instant | None = None

    def finding(self, end_ms: int | None = None) -> Finding:
        """As events keep it."""
        begin_ms = self.since.wall_ms
        last_ms = max(begin_ms, self.last_ms)
        end_ms = None if end_ms is None else max(last_ms, end_ms)  # a clock that was set back
        episode = Episode(self.trouble.kind, begin_ms, last_ms, self.count, self.worst, end_ms)
        return Finding(self.trouble.subject, episode, Topic.BOX, self.trouble.detail)


TroubleStates = Mapping[BoxKind, TroubleState]


@dataclass(frozen=True, slots=True)
class BoxStep:
    """What to remember after a look, what began with it and what ended."""

    states: TroubleStates
    began: tuple[Finding, ...]
    ended: tuple[Finding, ...]


def step_box(before: TroubleStates, look: BoxLook, limits: BoxLimits, now: Instant) -> BoxStep:
    """Of what cannot be told now, everything stays as it was."""
    judged = verdicts(look, limits, before.keys())
    states: dict[BoxKind, TroubleState] = {}
    began, ended = [], []
    for kind in BoxKind:
        state = before.get(kind)
        if kind in judged:
            state = _looked(state, judged[kind], now)
        if state is None:
            continue
        if state.gone is not None and (
            not state.is_noted or now.mono_s - state.gone.mono_s >= _ENDS_AFTER_S.get(kind, 0.0)
        ):
            ended += [state.finding(state.gone.wall_ms)] if state.is_noted else []
            continue
        if not state.is_noted and now.mono_s - state.since.mono_s >= _BEGINS_AFTER_S.get(kind, 0.0):
            state = replace(state, is_noted=True)
            began.append(state.finding())
        states[kind] = state
    return BoxStep(states, tuple(began), tuple(ended))


def resumed_states(lasting: Iterable[Finding], now: Instant) -> TroubleStates:
    """What had begun and not ended when the run before this one did. Of a kind that this version has not got, nothing:
    whoever asks ends it."""
    states: dict[BoxKind, TroubleState] = {}
    for finding in lasting:
        kind, episode = finding.episode.kind, finding.episode
        if kind in set(BoxKind) and kind not in states:
            trouble = BoxTrouble(BoxKind(kind), finding.subject, episode.peak, str(finding.detail))
            since = Instant(episode.begin_ms, now.mono_s)
            states[trouble.kind] = TroubleState(
                trouble, since, episode.last_ms, episode.count, episode.peak, is_noted=True
            )
    return states


def _looked(state: TroubleState | None, trouble: BoxTrouble | None, now: Instant) -> TroubleState | None:
    if trouble is None:
        return None if state is None else replace(state, gone=state.gone or now)
    if state is None:
        return TroubleState(trouble, now, now.wall_ms, worst=trouble.value)
    worst = _worse(trouble.kind, state.worst, trouble.value)
    return replace(state, last_ms=now.wall_ms, count=state.count + (state.gone is not None), worst=worst, gone=None)


def _worse(kind: BoxKind, one: float | None, other: float | None) -> float | None:
    if one is None or other is None:
        return other if one is None else one
    return min(one, other) if kind in _LOW_IS_WORSE else max(one, other)
