"""One link, its instruments, one thread: who is asked when, and what is recorded if nobody answers.

Every instrument has a sample in every period of its own: an answer, or the fact that there was none. What was answered
by several questions is several samples, each with its own instant. A dead instrument costs its neighbours on the link
one time-out per step of its back-off; a dead link costs one in all. Who answers now and then is no outage: only silence
in poll after poll is followed by a pause.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from gateway.core.backoff import instrument_pause_s
from gateway.core.component import ComponentKind, ComponentState
from gateway.core.errors import InstrumentError, InstrumentGarbled, InstrumentRefused, InstrumentSwapped
from gateway.core.interfaces import Clock, Instant, Instrument, SampleSink, StateBoard
from gateway.core.phrase import Phrase
from gateway.core.reading import Parameter, Readings, Sample, Status
from gateway.core.reason import Cause, Reason
from gateway.instruments.causes import cause_of
from gateway.instruments.poll_schedule import next_poll_ms
from gateway.instruments.sample_groups import groups_of, part_of

_log = logging.getLogger(__name__)

NEVER_S = 3600.0
"""When a link without instruments wants to be called again."""


class Connection(Protocol):
    """What the instruments of a link share."""

    name: str

    def connect(self) -> None:
        """Make sure of a usable connection. Raises `InstrumentError` if there is none to be had."""

    def interrupt(self) -> None: ...
    def close(self) -> None: ...


class SideTask(Protocol):
    """Something else that is to be done over the link now and then, between two polls."""

    def step(self, now: Instant, is_up: Callable[[], bool]) -> float:
        """A little of it; `is_up` connects the link if need be. Returns when to be called again (monotonic)."""


@dataclass(slots=True)
class _FailureStreak:
    """How an instrument or link has fared lately: failures in a row, since when, and when to ask again."""

    failures: int = 0
    since_s: float = 0.0
    retry_s: float = 0.0

    free: int = 0
    """Failures in a row that are followed by no pause."""
    unheard: int = 0
    """Failures in a row that cost a time-out."""

    def fail(self, now_s: float, *, is_costly: bool = True) -> bool:
        """Whether this is the first failure. Without having cost a time-out it is followed by no pause."""
        if not self.failures:
            self.since_s = now_s
        self.failures += 1
        self.unheard = self.unheard + 1 if is_costly else 0
        if self.unheard > self.free:
            self.retry_s = now_s + instrument_pause_s(self.unheard - self.free)
        return self.failures == 1

    def recover(self, now_s: float) -> float | None:
        """How long it lasted; `None` if there was none."""
        lasted_s = now_s - self.since_s if self.failures else None
        self.failures = self.unheard = 0
        return lasted_s


@dataclass(slots=True)
class _Polled:
    instrument: Instrument
    period_ms: int
    due_s: float
    outage: _FailureStreak = field(default_factory=lambda: _FailureStreak(free=1))
    """One lost poll is none: the next one comes at its time."""
    asked_s: float = -math.inf
    planned_ms: int | None = None
    reason: Reason = Reason(Cause.SILENT, Phrase("not asked yet"))
    """Why there was no answer the last time; it holds until the next question."""
    groups: tuple[tuple[tuple[int, ...], tuple[Parameter, ...]], ...] | None = None
    """Positions of the readings that are answered together, with their parameters; `None`: all are."""

    def group(self, readings: Readings) -> None:
        """As these were answered, if that is not as before."""
        before = None if self.groups is None else tuple(positions for positions, _ in self.groups)
        groups = groups_of(readings, before)
        if groups != before:
            every = self.instrument.parameters
            found = groups or (tuple(range(len(every))),)
            self.groups = tuple((group, tuple(every[position] for position in group)) for group in found)

    def unanswered(self) -> Readings:
        """No values, and the fact itself."""
        count = len(self.instrument.parameters)
        return Readings((None,) * count, (Status.FAULT,) * count, (self.reason,) * count)

    def plan_next(self, now: Instant) -> None:
        """Fixed in monotonic time at once: what becomes of the wall clock until then does not matter."""
        self.planned_ms = next_poll_ms(now.wall_ms, self.planned_ms, self.period_ms)
        self.due_s = now.mono_s + (self.planned_ms - now.wall_ms) / 1000

    def urgency(self) -> tuple[float, float]:
        """Smallest first: due longest, then waiting longest."""
        return self.due_s, self.asked_s


class LinkPoller:
    """Polls the instruments of one link, the most overdue first. Implements `Worker` and `PollProgress`."""

    def __init__(
        self,
        connection: Connection,
        instruments: Sequence[Instrument],
        patience_s: float,
        clock: Clock,
        sink: SampleSink,
        board: StateBoard,
        side_tasks: Sequence[SideTask] = (),
    ) -> None:
        """The first polls are due at once: a station that starts wants to see its values, not the grid."""
        self.name = f"link-{connection.name}"
        self.patience_s = patience_s
        self._connection = connection
        self._clock = clock
        self._sink = sink
        self._board = board
        self._link_outage = _FailureStreak()
        self._link_error = ""
        start_s = clock.now().mono_s
        self._polled = [_Polled(one, round(one.period_s * 1000), start_s) for one in instruments]
        self._side_tasks = tuple(side_tasks)
        self._side_tasks_due_s = start_s
        self._unfinished_s: float | None = None
        self._is_stopping = False

    def step(self, now: Instant) -> float:
        """Poll the instrument that has been due longest, if any is. Returns when the next one is."""
        if self._is_stopping:
            return now.mono_s + NEVER_S
        return min(self._poll_next(now), self._run_side_tasks())

    def _poll_next(self, now: Instant) -> float:
        if not self._polled:
            return now.mono_s + NEVER_S
        polled = min(self._polled, key=_Polled.urgency)
        if polled.due_s > now.mono_s:
            return polled.due_s
        self._unfinished_s = now.mono_s
        try:
            self._poll(polled, now)
        finally:
            polled.asked_s = now.mono_s
            polled.plan_next(self._clock.now())
            self._unfinished_s = None
        return min(one.due_s for one in self._polled)

    def _run_side_tasks(self) -> float:
        now = self._clock.now()
        if not self._side_tasks:
            return now.mono_s + NEVER_S
        if now.mono_s >= self._side_tasks_due_s:
            self._side_tasks_due_s = min(task.step(now, lambda: self._is_link_up(now)) for task in self._side_tasks)
        return self._side_tasks_due_s

    @property
    def link(self) -> str:
        """The name of the link that it polls."""
        return self._connection.name

    def oldest_unfinished_s(self) -> float | None:
        """Safe to call from any thread."""
        return self._unfinished_s

    def interrupt(self) -> None:
        self._is_stopping = True
        self._connection.interrupt()

    def close(self) -> None:
        self._connection.close()

    def _poll(self, polled: _Polled, now: Instant) -> None:
        readings: Readings | None = None
        if now.mono_s >= polled.outage.retry_s:
            if self._is_link_up(now):
                readings = self._ask(polled)
            else:
                self._count_as_silent(polled, now)
        if readings is None:
            if self._is_stopping:
                return  # we broke off the question ourselves: the instrument is not to blame
            readings = polled.unanswered()
        self._keep(polled, readings, self._clock.now())

    def _keep(self, polled: _Polled, readings: Readings, at: Instant) -> None:
        """One sample, or one for each group of readings that were answered together."""
        instrument = polled.instrument
        if readings.answered_s is None and polled.groups is None:
            self._sink.accept(Sample(instrument.name, at.wall_ms, at.mono_s, instrument.parameters, readings))
            return
        polled.group(readings)
        for positions, parameters in polled.groups or ():
            part = part_of(readings, positions)
            if self._is_stopping and None in part.values:
                continue  # we broke off the question ourselves: the instrument is not to blame
            then_s = at.mono_s if readings.answered_s is None else readings.answered_s[positions[0]]
            at_ms = at.wall_ms - round((at.mono_s - then_s) * 1000)
            self._sink.accept(Sample(instrument.name, at_ms, then_s, parameters, part))

    def _is_link_up(self, now: Instant) -> bool:
        """Connect if need be, but not more often than the link's own back-off allows."""
        if now.mono_s < self._link_outage.retry_s:
            return False
        try:
            self._connection.connect()
        except InstrumentError as error:
            self._link_error = str(error)
            if not self._is_stopping:
                self._fail(ComponentKind.LINK, self._connection.name, ComponentState.DOWN, error, self._link_outage)
            return False
        self._recover(ComponentKind.LINK, self._connection.name, ComponentState.UP, self._link_outage)
        return True

    def _ask(self, polled: _Polled) -> Readings | None:
        try:
            readings = polled.instrument.read()
        except InstrumentError as error:
            polled.reason = Reason(cause_of(error), str(error))
            if not self._is_stopping:
                self._fail(ComponentKind.INSTRUMENT, polled.instrument.name, _state(error), error, polled.outage)
            return None
        self._recover(ComponentKind.INSTRUMENT, polled.instrument.name, ComponentState.ANSWERING, polled.outage)
        return readings

    def _count_as_silent(self, polled: _Polled, now: Instant) -> None:
        """The board must not show an instrument as answering while its link is down; the link has the log line."""
        polled.reason = Reason(Cause.LINK_DOWN, self._link_error)
        self._board.report(
            ComponentKind.INSTRUMENT,
            polled.instrument.name,
            ComponentState.SILENT,
            Phrase("link {name} is down", name=self._connection.name),
            now.wall_ms,
        )

    def _fail(
        self, kind: ComponentKind, name: str, state: ComponentState, error: InstrumentError, outage: _FailureStreak
    ) -> None:
        now = self._clock.now()
        has_changed = self._board.report(kind, name, state, str(error), now.wall_ms)
        is_first = outage.fail(now.mono_s, is_costly=not isinstance(error, InstrumentRefused))
        level = logging.WARNING if is_first else logging.DEBUG
        if isinstance(error, InstrumentSwapped) and has_changed:
            level = logging.ERROR
        _log.log(level, '%s=%s state=%s failures=%d error="%s"', kind, name, state, outage.failures, error)

    def _recover(self, kind: ComponentKind, name: str, state: ComponentState, outage: _FailureStreak) -> None:
        now = self._clock.now()
        has_changed = self._board.report(kind, name, state, None, now.wall_ms)
        lasted_s = outage.recover(now.mono_s)
        if lasted_s is not None:
            _log.info("%s=%s state=%s outage_s=%.1f", kind, name, state, lasted_s)
        elif has_changed:
            _log.info("%s=%s state=%s", kind, name, state)


def _state(error: InstrumentError) -> ComponentState:
    if isinstance(error, InstrumentSwapped):
        return ComponentState.WRONG_DEVICE
    if isinstance(error, InstrumentRefused):
        return ComponentState.REFUSED
    return ComponentState.GARBLED if isinstance(error, InstrumentGarbled) else ComponentState.SILENT
