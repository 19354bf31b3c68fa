"""Holds what is plugged in, linked and listening against the declaration, and writes down what is not as declared.

Each second it hears what the kernel told since, looks at what that is about, and takes the neighbours' newest answers;
now and then it looks at everything, whatever was told. From a plug, a link or a listener to
its event: two seconds at the most. A violation is one event, over any number of restarts.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from gateway.core.component import ComponentKind, ComponentState
from gateway.core.findings import Finding
from gateway.core.instants import HOUR_MS
from gateway.core.interfaces import Instant, StateBoard
from gateway.core.port_rules import Sight, is_told, violations
from gateway.core.ports import DeclaredPort, FoundPort, PortId, PortKind, PortSource, Violation, ViolationKind
from gateway.core.violation_states import Key, Memory, Seen, next_look_s, step_violations
from gateway.ports.kept_ports import KeptPorts
from gateway.ports.kernel_news import PortNews
from gateway.ports.lasting_violations import resumed
from gateway.ports.newest_looks import NewestLooks
from gateway.ports.watch_sources import BoxSource, DriftSource, PortEvents
from gateway.runtime.log_zone import log_text

_log = logging.getLogger(__name__)

LOOK_EVERY_S = 1.0
REFRESH_MS = HOUR_MS
"""How often an event that lasts is brought up to date."""
UNDECLARED = (ViolationKind.UNDECLARED_DEVICE, ViolationKind.UNDECLARED_LISTENER)


@dataclass(frozen=True, slots=True)
class WatchSettings:
    """`undeclared_counts`: whether what nobody declared is a violation; else it is a line in the log."""

    sweep_s: float = 60.0
    undeclared_counts: bool = True


class PortWatch:
    """See `gateway.core.interfaces.Worker`."""

    name = "ports"
    patience_s = float("inf")
    """A driver that never answers is no reason to end the station's measuring: `gateway.ports.look_age` tells of it."""

    def __init__(
        self,
        declared: Iterable[DeclaredPort],
        box: BoxSource,
        neighbours: PortSource | None,
        drift: DriftSource | None,
        events: PortEvents,
        kept: KeptPorts,
        board: StateBoard,
        news: Callable[[], PortNews],
        settings: WatchSettings,
    ) -> None:
        self._declared: Mapping[PortId, DeclaredPort] = {one.id: one for one in declared}
        self._box = box
        self._neighbours = neighbours
        self._drift = drift
        self._events = events
        self._kept = kept
        self._board = board
        self._open_news = news
        self._news: PortNews | None = None
        self._settings = settings
        self._looks = NewestLooks()
        self._drifted: Sequence[Violation] = ()
        self._memory = Memory()
        self._undeclared = Memory()
        self._again: frozenset[PortKind] = frozenset()
        self._passed: tuple[FoundPort, ...] = ()
        self._is_judged = False
        self._next_sweep_s = float("-inf")
        self.looked_s: float | None = None
        """When the last look was done, and what came of it written down."""
        self._refreshed_ms = 0

    def step(self, now: Instant) -> float:
        """One look, and what comes of it. What could not be written down is news again at the next."""
        if self._news is None:
            self._memory = resumed(self._events, self._kept.identities(), now)
            self._refreshed_ms = now.wall_ms
            self._news = self._open_news()
        is_sweep = now.mono_s >= self._next_sweep_s
        told = self._news.told()
        self._look(told.kinds, is_sweep=is_sweep)
        self._passed += tuple(one for one in told.plugged if not _is_there(self._looks.sight, one))
        if is_sweep or self._passed or not self._is_judged or self._due_s <= now.mono_s:
            is_news = self._judge_all(now)
            if is_sweep or is_news:
                self._kept.keep(self._looks.sight, self._declared, now.wall_ms)
        if is_sweep:
            self._next_sweep_s = now.mono_s + self._settings.sweep_s
        self.looked_s = now.mono_s
        return min(now.mono_s + LOOK_EVERY_S, max(self._due_s, now.mono_s))

    def interrupt(self) -> None:
        """Nothing in here waits for the outside world."""

    def close(self) -> None:
        if self._news is not None:
            self._news.close()

    @property
    def _due_s(self) -> float:
        return min(next_look_s(self._memory), next_look_s(self._undeclared))

    def _look(self, told: frozenset[PortKind], *, is_sweep: bool) -> None:
        """What was just told of is looked at once more a second later: it may not have been whole yet."""
        wanted = told | self._again
        self._again = told
        has_changed = False
        if is_sweep:
            has_changed = self._looks.take("box", self._box.look(), None)
        elif wanted:
            has_changed = self._looks.take("box", self._box.look_at(wanted), wanted)
        if self._neighbours is not None:
            has_changed |= self._looks.take("neighbours", self._neighbours.look(), None)
        if is_sweep and self._drift is not None:
            self._drifted = tuple(self._drift.violations())
        if has_changed:
            self._is_judged = False

    def _judge_all(self, now: Instant) -> bool:
        """What is there, after what came and was gone before anybody looked. Whether something began or ended."""
        self._is_judged = False
        is_news = False
        if self._passed:
            sight = self._looks.sight
            passed = {one.id: one for one in self._passed}
            is_news = self._judge(Sight({**sight.ports, **passed}, sight.unseen), now)
            self._passed = ()
        is_news |= self._judge(self._looks.sight, now)
        self._is_judged = True
        return is_news

    def _judge(self, sight: Sight, now: Instant) -> bool:
        seen = {
            (one.id, one.kind): Seen(one, _identity(sight, one.id)) for one in violations(self._declared, sight)
        } | {(one.id, one.kind): Seen(one) for one in self._drifted}
        counted = {key: one for key, one in seen.items() if self._settings.undeclared_counts or not _is_undeclared(key)}
        memory, began, ended = step_violations(self._memory, counted, self._is_told, now)
        refreshed = self._refreshed(memory, now)
        if began or ended or refreshed:
            self._events.note([*ended, *began, *refreshed], now.wall_ms)
        self._memory = memory
        for finding in (*ended, *began):
            _tell(finding)
        self._warn({key: one for key, one in seen.items() if key not in counted}, now)
        self._report(sight, now)
        return bool(began or ended)

    def _is_told(self, port: PortId, kind: ViolationKind) -> bool:
        if kind is ViolationKind.POLICY_DRIFT or (_is_undeclared((port, kind)) and port in self._declared):
            return True
        return is_told(self._declared, self._looks.sight, port, kind)

    def _refreshed(self, memory: Memory, now: Instant) -> list[Finding]:
        if 0 <= now.wall_ms - self._refreshed_ms < REFRESH_MS:
            return []
        self._refreshed_ms = now.wall_ms
        return [state.finding() for state in memory.lasting]

    def _warn(self, seen: Mapping[Key, Seen], now: Instant) -> None:
        """Undeclared ports that are no violation: lines in the log, as rarely as events would come."""
        self._undeclared, began, _ = step_violations(self._undeclared, seen, self._is_told, now)
        for finding in began:
            _log.warning("a port is not declared port=%s detail=%r", finding.subject, str(finding.detail))

    def _report(self, sight: Sight, now: Instant) -> None:
        """What cannot be looked at is shown: that nothing is found there means nothing."""
        words = "; ".join(f"{kind}: {why}" for kind, why in sorted(sight.unseen.items())) or None
        state = ComponentState.WORKING if words is None else ComponentState.FAILING
        if self._board.report(ComponentKind.STAGE, "ports", state, words, now.wall_ms) and words is not None:
            _log.warning("ports cannot be looked at unseen=%r", words)


def _is_there(sight: Sight, came: FoundPort) -> bool:
    found = sight.ports.get(came.id)
    return found is not None and found.is_occupied is True


def _identity(sight: Sight, port: PortId) -> str | None:
    found = sight.ports.get(port)
    return None if found is None else found.identity


def _is_undeclared(key: Key) -> bool:
    return key[1] in UNDECLARED


def _tell(finding: Finding) -> None:
    """An error, not a warning: a person has to look."""
    episode = finding.episode
    begun = f"violation={episode.kind} port={finding.subject}"
    if episode.end_ms is None:
        _log.error("a port is not as declared %s state=began detail=%r", begun, str(finding.detail))
    else:
        since = log_text(episode.begin_ms)
        _log.info("a port is as declared again %s state=ended since=%s times=%d", begun, since, episode.count)
