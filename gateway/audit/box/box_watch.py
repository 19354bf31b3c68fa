"""Looks at the box itself now and then, and writes down from when to when something was the matter."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

from gateway.audit.box.restarts import restarts_in_a_row
from gateway.audit.box.room import database_bytes, days_left, free_bytes
from gateway.audit.box.sensors import cards, hottest, is_under_voltage, memory
from gateway.audit.events import EventStore
from gateway.core.box_rules import BoxLimits, BoxLook
from gateway.core.box_states import TroubleStates, resumed_states, step_box
from gateway.core.findings import Finding, Topic
from gateway.core.interfaces import Instant
from gateway.db import Database

_log = logging.getLogger(__name__)

LOOK_EVERY_S = 10.0
REFRESH_S = 3600.0
"""How often an event that lasts is brought up to date."""


def look_at_box(root: Path, storage: Path, database: Database, now_ms: int) -> BoxLook:
    """Everything that can be told now. `root`: where the box's `sys` and `proc` lie."""
    free, heat, room = free_bytes(storage), hottest(root), memory(root)
    return BoxLook(
        free,
        None if free is None else days_left(database, storage, free, now_ms),
        database_bytes(storage),
        None if heat is None else heat[0],
        "" if heat is None else heat[1],
        is_under_voltage(root),
        None if room is None else room[0],
        None if room is None else room[1],
        restarts_in_a_row(database, now_ms),
        cards(root),
    )


class BoxWatch:
    """A stage of the clerk. An event goes on over any number of restarts."""

    def __init__(self, look: Callable[[int], BoxLook], limits: BoxLimits, events: EventStore) -> None:
        """`look`: the box at that instant, UTC in milliseconds."""
        self._look = look
        self._limits = limits
        self._events = events
        self._states: TroubleStates | None = None
        self._next_s = float("-inf")
        self._refresh_s = float("-inf")

    def step(self, now: Instant) -> float:
        """What could not be written down is news again at the next look."""
        if now.mono_s < self._next_s:
            return self._next_s
        self._next_s = now.mono_s + LOOK_EVERY_S
        before = self._resume(now) if self._states is None else self._states
        step = step_box(before, self._look(now.wall_ms), self._limits, now)
        is_due = now.mono_s >= self._refresh_s
        lasting = [state.finding() for state in step.states.values() if state.is_noted] if is_due else []
        noted = list(dict.fromkeys((*step.ended, *lasting, *step.began)))
        if noted:
            self._events.note(noted, now.wall_ms)
        self._states = step.states
        self._refresh_s = now.mono_s + REFRESH_S if is_due else self._refresh_s
        for finding in step.began:
            _log.error("the box needs a person %s state=began detail=%r", _said(finding), str(finding.detail))
        for finding in step.ended:
            _log.info("the box is well again %s state=ended worst=%s", _said(finding), finding.episode.peak)
        return self._next_s

    def _resume(self, now: Instant) -> TroubleStates:
        """What lasted when the run before this one ended; what this version does not know ended then."""
        lasting = self._events.lasting((Topic.BOX,))
        states = resumed_states(lasting, now)
        known = {_key(state.finding()) for state in states.values()}
        self._events.forget([one for one in lasting if _key(one) not in known], now.wall_ms)
        return states


def _said(finding: Finding) -> str:
    return f"kind={finding.episode.kind} subject={finding.subject}"


def _key(finding: Finding) -> tuple[str, str, str, int]:
    return finding.subject, finding.episode.kind, str(finding.detail), finding.episode.begin_ms
