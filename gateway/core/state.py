"""What state an instrument is in, when more than one thing has a say: the worst wins.

A device tells its state itself; a schedule knows when it is checked with zero and span gas; after a calibration and
after it was switched on its values are not yet to be trusted. A state found here is never milder than what the device
said.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from gateway.core.instants import local_time
from gateway.core.interfaces import Instant
from gateway.core.phrase import Phrase
from gateway.core.reading import Readings, Status
from gateway.core.reason import Cause, Reason

_SEVERITY = {Status.MEASURING: 0, Status.CALIBRATING: 1, Status.FAULT: 2}

MISSED_POLLS = 2
RESTART_S = 5.0
"""How long an instrument must have said nothing to count as having been away: more than two of its periods, so that
one lost frame is none, and long enough to have been switched off and on."""


def worst(states: Iterable[Status]) -> Status:
    """Fault before calibrating before measuring; MEASURING if nothing is said."""
    return max(states, key=_SEVERITY.__getitem__, default=Status.MEASURING)


def raised(readings: Readings, states: Sequence[Status], reason: Reason) -> Readings:
    """The readings, each with the worst of its own status and of the state at its place; where that is not its own, it
    has this reason."""
    statuses = tuple(map(worst, zip(readings.statuses, states, strict=True)))
    told = readings.reasons or (None,) * len(readings)
    reasons = tuple(
        known if status is own else reason for known, status, own in zip(told, statuses, readings.statuses, strict=True)
    )
    return readings.with_states(statuses, reasons)


@dataclass(frozen=True, slots=True)
class StateWindow:
    """A time of the day in which a state holds, on some days of the week (0 = Monday).

    Minutes of the local day, the last one exclusive; a window that ends before it begins reaches into the next day and
    belongs to the day on which it begins.
    """

    first_minute: int
    end_minute: int
    days: frozenset[int]
    state: Status

    @property
    def reason(self) -> Reason:
        """Why readings bear its state."""
        begin, end = (f"{minute // 60:02}:{minute % 60:02}" for minute in (self.first_minute, self.end_minute))
        return Reason(Cause.SCHEDULE, f"{begin}-{end}")

    def holds(self, local: datetime) -> bool:
        minute = 60 * local.hour + local.minute
        today, yesterday = local.weekday(), (local.weekday() - 1) % 7
        if self.first_minute < self.end_minute:
            return today in self.days and self.first_minute <= minute < self.end_minute
        return (today in self.days and minute >= self.first_minute) or (
            yesterday in self.days and minute < self.end_minute
        )


@dataclass(frozen=True, slots=True)
class StatusSettings:
    """When an instrument's values are believed. Times in seconds; 0: at once."""

    windows: tuple[StateWindow, ...]
    zone: tzinfo
    hold_s: float
    warm_up_s: float

    @property
    def are_empty(self) -> bool:
        """Whether they change nothing."""
        return not (self.windows or self.hold_s or self.warm_up_s)


class StatusTracker:
    """Follows one instrument from answer to answer.

    It begins without knowing what was before: an instrument that has a hold or a warm-up begins in it, for the gateway
    may have been restarted in the middle of one, or together with the instrument by a power cut.
    """

    def __init__(self, settings: StatusSettings, period_s: float) -> None:
        self._settings = settings
        self._away_s = max(RESTART_S, MISSED_POLLS * period_s)
        self._answered_s = -math.inf
        self._warm_at_s = -math.inf
        self._was_calibrating = True
        self._held_until_s = -math.inf
        self._warm_up_reason = Reason(
            Cause.WARM_UP, Phrase("{warm_up_s:g} s after it was away, or a start", warm_up_s=settings.warm_up_s)
        )
        self._hold_reason = Reason(
            Cause.HOLD, Phrase("{hold_s:g} s after a calibration, or a start", hold_s=settings.hold_s)
        )

    def judge(self, readings: Readings, now: Instant) -> Readings:
        """The readings of an answer that came now, each with the worst of its own state and of all that holds."""
        local = local_time(now.wall_ms, self._settings.zone)
        windows = [window for window in self._settings.windows if window.holds(local)]
        scheduled = worst(window.state for window in windows)
        warming, holding = self._warm_up(now.mono_s), self._hold(readings, scheduled, now.mono_s)
        state = worst([scheduled, warming, holding])
        if state is Status.MEASURING:
            return readings
        if scheduled is state:
            reason = next(window.reason for window in windows if window.state is state)
        else:
            reason = self._warm_up_reason if warming is state else self._hold_reason
        return raised(readings, [state] * len(readings), reason)

    def _warm_up(self, now_s: float) -> Status:
        if now_s - self._answered_s > self._away_s:
            self._warm_at_s = now_s + self._settings.warm_up_s
        self._answered_s = now_s
        return Status.CALIBRATING if now_s < self._warm_at_s else Status.MEASURING

    def _hold(self, readings: Readings, scheduled: Status, now_s: float) -> Status:
        """The hold begins with the first answer that is measuring again. A fault neither begins nor ends anything."""
        said = set(readings.statuses)
        if Status.CALIBRATING in said or scheduled is Status.CALIBRATING:
            self._was_calibrating = True
        elif self._was_calibrating and Status.MEASURING in said and scheduled is Status.MEASURING:
            self._was_calibrating = False
            self._held_until_s = now_s + self._settings.hold_s
        return Status.CALIBRATING if now_s < self._held_until_s else Status.MEASURING
