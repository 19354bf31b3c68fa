"""Calibrations, verifications and approvals of the equipment that soon end or have ended, as events: told once when the
last thirty days begin and once when it is over, and gone as soon as the configuration has a later day."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import replace

from gateway.audit.events import EventStore
from gateway.core.episode import Episode
from gateway.core.findings import Finding, Topic
from gateway.core.instants import day_begins_ms, local_time
from gateway.core.interfaces import Instant
from gateway.core.validity import VALIDITY_KINDS, Reminder, Validity, ValidityState, reminders

_log = logging.getLogger(__name__)

LOOK_EVERY_S = 60.0
"""For the day that begins: nothing changes within one."""


class EquipmentWatch:
    """A stage of the clerk, among those that wait for a clock that can be trusted. What it writes follows from the
    configuration and the day: it may be repeated at any time, and a restart repeats nothing."""

    def __init__(self, validities: Iterable[Validity], events: EventStore, zone: str) -> None:
        self._validities = tuple(validities)
        self._events = events
        self._zone = zone
        self._next_s = float("-inf")

    def step(self, now: Instant) -> float:
        if now.mono_s < self._next_s:
            return self._next_s
        today = local_time(now.wall_ms, self._zone).date()
        wanted = {_key(one): one for one in map(self._finding, reminders(self._validities, today))}
        lasting = {
            _key(one): one for one in self._events.lasting((Topic.QUALITY,)) if one.episode.kind in VALIDITY_KINDS
        }
        began = [one for key, one in wanted.items() if key not in lasting]
        ended = [_ended(one, now.wall_ms) for key, one in lasting.items() if key not in wanted]
        if began or ended:
            self._events.note([*ended, *began], now.wall_ms)
        for one in began:
            is_over = str(one.episode.kind).endswith(ValidityState.ENDED)
            _log.log(logging.ERROR if is_over else logging.WARNING, "%s state=began until=%s", _said(one), one.detail)
        for one in ended:
            _log.info("%s state=ended until=%s", _said(one), one.detail)
        self._next_s = now.mono_s + LOOK_EVERY_S
        return self._next_s

    def _finding(self, reminder: Reminder) -> Finding:
        """It began with the day from which on it is told, whenever somebody looked first."""
        since_ms = day_begins_ms(reminder.since, self._zone)
        episode = Episode(reminder.kind, since_ms, since_ms, 1, None)
        one = reminder.validity
        return Finding(one.equipment, episode, Topic.QUALITY, one.until.isoformat())


def _said(finding: Finding) -> str:
    return f"equipment={finding.subject} kind={finding.episode.kind}"


def _key(finding: Finding) -> tuple[str, str, str, int]:
    return finding.subject, finding.episode.kind, str(finding.detail), finding.episode.begin_ms


def _ended(finding: Finding, at_ms: int) -> Finding:
    end_ms = max(at_ms, finding.episode.begin_ms)
    return replace(finding, episode=replace(finding.episode, last_ms=end_ms, end_ms=end_ms))
