"""How violations begin, last and end, look by look. Pure: what was remembered and what is seen now give the news.

A violation is news as soon as it is seen, but for what is away for a moment only: a device that starts anew, a program
that does. It ends with the first look that says so. A port that comes and goes is told as one that lasts: whenever it
comes back soon after its end, the next end is believed later, so that a loose plug does not fill the database. So is
a device that shows itself as another one again and again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from gateway.core.episode import Episode
from gateway.core.findings import Finding, Topic
from gateway.core.interfaces import Instant
from gateway.core.ports import PortId, PortKind, Violation, ViolationKind

AWAY_S = 0.9
"""So long a device may be missing: a USB device that starts anew, a link that is negotiated."""
RESTARTING_S = 10.0
"""… and a program."""
STARTING_S = 90.0
"""After the start of the machine nothing is missing yet."""
FIRST_SETTLED_S = 10.0
LONGEST_SETTLED_S = 600.0
FORGOTTEN_S = 3600.0
"""After so long at rest a port is no restless one any more."""

Key = tuple[PortId, ViolationKind]


@dataclass(frozen=True, slots=True)
class ViolationState:
    """`identity`: of what is there; `None`: nothing is, or nobody can tell. `count`: how often it came. `gone`: since
    when it does not hold, while nobody believes it yet. `returns`: how often it came back soon after an end."""

    violation: Violation
    identity: str | None
    since: Instant
    last_ms: int
    count: int = 1
    is_noted: bool = False
    gone: Instant | None = None
    returns: int = 0

    def finding(self, end_ms: int | None = None) -> Finding:
        """As events keep it. `detail` is what it was at the beginning."""
        begin_ms = self.since.wall_ms
        last_ms = max(begin_ms, self.last_ms)
        end_ms = None if end_ms is None else max(last_ms, end_ms)  # a clock that was set back
        episode = Episode(self.violation.kind, begin_ms, last_ms, self.count, None, end_ms)
        return Finding(str(self.violation.id), episode, Topic.PORT, self.violation.detail)


@dataclass(frozen=True, slots=True)
class Memory:
    """What is to be remembered between two looks: what lasts, and what ended lately: how often, and when last."""

    states: Mapping[Key, ViolationState] = field(default_factory=dict)
    ended: Mapping[Key, tuple[int, float]] = field(default_factory=dict)

    @property
    def lasting(self) -> tuple[ViolationState, ...]:
        """What was told to have begun, and not to have ended."""
        return tuple(state for state in self.states.values() if state.is_noted)


@dataclass(frozen=True, slots=True)
class Seen:
    """A violation as a look shows it."""

    violation: Violation
    identity: str | None = None


def step_violations(
    before: Memory, seen: Mapping[Key, Seen], is_told: Callable[[PortId, ViolationKind], bool], now: Instant
) -> tuple[Memory, tuple[Finding, ...], tuple[Finding, ...]]:
    """What to remember after a look, what began with it and what ended. `is_told`: whether the look says anything of a
    violation that it does not show."""
    states: dict[Key, ViolationState] = {}
    ended = {key: one for key, one in before.ended.items() if now.mono_s - one[1] < FORGOTTEN_S}
    news: list[ViolationState] = []
    over: list[Finding] = []
    for key in sorted(before.states.keys() | seen.keys()):
        state = before.states.get(key)
        if key in seen and state is not None and _is_another(state, seen[key], now):
            if state.is_noted:
                over.append(state.finding(now.wall_ms))
                ended[key] = (state.returns, now.mono_s)
            state = None
        if key in seen:
            state = _begun(seen[key], ended.get(key), now) if state is None else _continued(state, seen[key], now)
        elif state is not None:
            state = _not_seen(state, now, is_told=is_told(*key))
        if state is None:
            continue
        if state.gone is not None and now.mono_s - state.gone.mono_s >= settled_s(state):
            if state.is_noted:
                over.append(state.finding(state.gone.wall_ms))
                ended[key] = (state.returns, now.mono_s)
            continue
        if not state.is_noted and now.mono_s >= noted_s(state):
            state = replace(state, is_noted=True)
            news.append(state)
        states[key] = state
    return Memory(states, ended), tuple(state.finding() for state in news), tuple(over)


def next_look_s(memory: Memory) -> float:
    """When something becomes news if nothing changes; infinity: nothing does."""
    due = [
        noted_s(state) if state.gone is None else state.gone.mono_s + settled_s(state)
        for state in memory.states.values()
        if state.gone is not None or not state.is_noted
    ]
    return min(due, default=float("inf"))


def noted_s(state: ViolationState) -> float:
    """When it is told to have begun."""
    port, kind = state.violation.id, state.violation.kind
    if kind is ViolationKind.MISSING_DEVICE:
        is_asked = port.kind in (PortKind.DOOR, PortKind.SNMP)  # every few minutes: there is nothing to wait for
        away_s = 0.0 if is_asked else RESTARTING_S if port.kind is PortKind.LISTEN else AWAY_S
        return max(state.since.mono_s + away_s, STARTING_S)
    return state.since.mono_s


def settled_s(state: ViolationState) -> float:
    """How long it must not hold before its end is believed."""
    if not state.is_noted or not state.returns:
        return 0.0
    doubled: float = FIRST_SETTLED_S * 2.0 ** min(state.returns - 1, 10)
    return min(LONGEST_SETTLED_S, doubled)


def _begun(seen: Seen, ended: tuple[int, float] | None, now: Instant) -> ViolationState:
    returns = 0 if ended is None else ended[0] + 1
    return ViolationState(seen.violation, seen.identity, now, now.wall_ms, returns=returns)


def _continued(state: ViolationState, seen: Seen, now: Instant) -> ViolationState:
    count = state.count + (state.gone is not None)
    is_known = seen.identity is not None and not _is_other(state, seen)
    identity = seen.identity if is_known or state.identity is None else state.identity
    return replace(state, identity=identity, last_ms=now.wall_ms, count=count, gone=None)


def _not_seen(state: ViolationState, now: Instant, *, is_told: bool) -> ViolationState | None:
    """Where nothing is told, what lasts goes on, and what has not begun does not begin."""
    if is_told:
        return replace(state, gone=state.gone or now)
    return replace(state, gone=None) if state.is_noted else None


def _is_another(state: ViolationState, seen: Seen, now: Instant) -> bool:
    """Whether something else is there than before, of which nobody saw how it came, and it is time to tell so."""
    return _is_other(state, seen) and now.mono_s - state.since.mono_s >= settled_s(state)


def _is_other(state: ViolationState, seen: Seen) -> bool:
    if state.identity is None or seen.identity is None:
        return False
    return set(state.identity.split()).isdisjoint(seen.identity.split())
