"""Tells each destination of each file that it is to get."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gateway.core.interfaces import Instant
from gateway.files.formats import TT10, Form
from gateway.outbox.plan_store import PlanStore, UnplannedFile

_log = logging.getLogger(__name__)

MOST_PER_STEP = 50
IDLE_S = 60.0


@dataclass(frozen=True, slots=True)
class Subscription:
    """A destination that is in use, the length of the slots whose files it wants, and the form it wants them in."""

    destination: str
    interval_ms: int
    form: Form = TT10


class Planner:
    """A stage of the clerk. Calls `notify` once a plan is in the database, so that nobody has to look for it."""

    def __init__(self, plans: PlanStore, subscriptions: Sequence[Subscription], notify: Callable[[], None]) -> None:
        self._plans = plans
        self._subscriptions = tuple(subscriptions)
        self._notify = notify

    def step(self, now: Instant) -> float:
        unplanned = self._plans.unplanned(MOST_PER_STEP)
        for file in unplanned:
            wanted_by = self._who_wants(file)
            self._plans.plan(file.file_id, wanted_by, now.wall_ms)
            if file.size == 0 and wanted_by:
                _log.info(
                    "nothing to send, no line has a value name=%s destinations=%s", file.name, ",".join(wanted_by)
                )
        if unplanned:
            self._notify()
        return now.mono_s if len(unplanned) == MOST_PER_STEP else now.mono_s + IDLE_S

    def _who_wants(self, file: UnplannedFile) -> list[str]:
        """Those that asked for this form. A form that nobody asks for any more was made just before the configuration
        changed: everyone gets it, for of that slot there will be no other."""
        known = any(wanted.form == file.form for wanted in self._subscriptions)
        return [
            wanted.destination
            for wanted in self._subscriptions
            if wanted.interval_ms == file.length_ms and (wanted.form == file.form or not known)
        ]
