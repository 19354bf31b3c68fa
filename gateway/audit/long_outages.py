"""Notices when nothing has arrived at a destination for more than twelve hours, and when the gateway itself was off for
so long: what TT10/2021 wants to be told in writing.

An event begins when the twelve hours are reached and ends with the next arrival. It is found from the ledger alone, by
the arrivals before and after it, so that a restart neither repeats nor loses one, and one that passed while the gateway
was off is found at the next start. Hours over which the clock was set ahead did not pass and are no part of any.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from gateway.audit import runs
from gateway.audit.clock_sets import clock_sets
from gateway.audit.events import EventStore
from gateway.audit.reception import arrivals_ms, reception
from gateway.audit.standstills import newest_standstill
from gateway.core.clock_set import ClockSet, SkippedTime, skipped_ms, skipped_times
from gateway.core.completeness import Period
from gateway.core.episode import Episode
from gateway.core.findings import Finding, Topic
from gateway.core.instants import DAY_MS, HOUR_MS
from gateway.core.interfaces import Instant
from gateway.core.lateness import Downtime
from gateway.core.long_outage import LongOutage, is_reportable
from gateway.db import Database
from gateway.runtime.log_zone import log_text

_log = logging.getLogger(__name__)

LOOK_EVERY_S = 60.0
LOOK_BACK_MS = 31 * DAY_MS
"""How far back a start looks for what the run before it had no time to note."""
REFRESH_MS = HOUR_MS
"""How often the count and the cause of one that lasts are brought up to date."""


@dataclass(frozen=True, slots=True)
class AwaitedDestination:
    """A destination that is in use, and the length of the slots whose files it is to get."""

    destination: str
    interval_ms: int


class LongOutageWatch:
    """A stage of the clerk."""

    def __init__(
        self, database: Database, events: EventStore, station: str, slot_ms: int, awaited: Sequence[AwaitedDestination]
    ) -> None:
        self._database = database
        self._events = events
        self._station = station
        self._slot_ms = slot_ms
        self._awaited = tuple(awaited)
        self._seen_ms: dict[str, int] = {}
        self._lasting: dict[str, Finding] = {}
        self._sets: list[ClockSet] = []
        self._skipped: tuple[SkippedTime, ...] = ()
        self._newest_standstill: Downtime | None = None
        self._next_s: float | None = None

    def step(self, now: Instant) -> float:
        if self._next_s is not None and now.mono_s < self._next_s:
            return self._next_s
        sets = clock_sets(self._database)
        if self._next_s is None:
            self._begin(now.wall_ms)
        newest = newest_standstill(self._database, now.wall_ms)
        if self._next_s is None or sets != self._sets or newest != self._newest_standstill:
            self._newest_standstill = newest
            self._look_for_absences(sets, now.wall_ms)
        for one in self._awaited:
            self._look(one, now.wall_ms)
        self._next_s = now.mono_s + LOOK_EVERY_S
        return self._next_s

    def _begin(self, now_ms: int) -> None:
        """What the last runs left."""
        lasting = {finding.subject: finding for finding in self._events.lasting((Topic.OUTAGE,))}
        awaited = {one.destination for one in self._awaited}
        self._events.forget([finding for subject, finding in lasting.items() if subject not in awaited], now_ms)
        self._lasting = {subject: finding for subject, finding in lasting.items() if subject in awaited}

    def _look_for_absences(self, sets: list[ClockSet], now_ms: int) -> None:
        """What happened while there was no run; a clock that is set tells when the present one began."""
        downtimes = runs.downtimes(self._database, now_ms - LOOK_BACK_MS, now_ms, runs_now=True)
        self._sets, self._skipped = sets, skipped_times(sets, downtimes)
        for off in downtimes:
            if is_reportable(off.until_ms - off.from_ms) and not self._is_settled(
                self._station, off.from_ms, off.until_ms
            ):
                self._settle(_absence(self._station, off, self._slot_ms), now_ms)

    def _look(self, one: AwaitedDestination, now_ms: int) -> None:
        """The arrivals since the last look; at first, those of the last month and of what lasts."""
        arrived_ms = self._arrivals_ms(one.destination, now_ms)
        for before_ms, after_ms in pairwise(arrived_ms):
            if self._is_long(before_ms, after_ms) and not self._is_settled(one.destination, before_ms, after_ms):
                self._settle(self._finding(one, before_ms, after_ms, now_ms), now_ms)
        if not arrived_ms:
            return
        self._seen_ms[one.destination] = newest_ms = arrived_ms[-1]
        lasting = self._lasting.get(one.destination)
        if lasting is not None and lasting.episode.begin_ms != newest_ms:  # a clock that was set back
            self._events.forget([self._lasting.pop(one.destination)], now_ms)
            lasting = None
        if self._is_long(newest_ms, now_ms) and (
            lasting is None or not 0 <= now_ms - lasting.episode.last_ms < REFRESH_MS
        ):
            self._go_on(self._finding(one, newest_ms, None, now_ms), now_ms)

    def _is_long(self, begin_ms: int, end_ms: int) -> bool:
        return is_reportable(end_ms - begin_ms - skipped_ms(begin_ms, end_ms, self._skipped))

    def _arrivals_ms(self, destination: str, now_ms: int) -> list[int]:
        lasting = self._lasting.get(destination)
        first_ms = now_ms - LOOK_BACK_MS if lasting is None else min(now_ms - LOOK_BACK_MS, lasting.episode.begin_ms)
        seen_ms = self._seen_ms.get(destination, first_ms)
        from_ms = seen_ms if seen_ms <= now_ms else first_ms  # seen by a clock that was ahead
        return arrivals_ms(self._database, destination, from_ms, now_ms, now_ms)

    def _finding(self, one: AwaitedDestination, begin_ms: int, end_ms: int | None, now_ms: int) -> Finding:
        """Its causes and its count are those that the report of outages tells."""
        until_ms = now_ms if end_ms is None else end_ms
        period = Period(begin_ms, until_ms, one.interval_ms)
        downtimes = runs.downtimes(self._database, begin_ms, now_ms, runs_now=True)
        received = reception(self._database, one.destination, period, now_ms, downtimes)
        found = next((it for it in received.interruptions(begin_ms, now_ms) if it.begin_ms == begin_ms), None)
        count, cause = (0, None) if found is None else (found.slots, found.main_cause)
        episode = Episode(LongOutage.OUTAGE, begin_ms, until_ms, count, None, end_ms)
        return Finding(one.destination, episode, Topic.OUTAGE, cause=cause)

    def _go_on(self, finding: Finding, now_ms: int) -> None:
        """It lasts: new, or with more slots than before."""
        is_news = finding.subject not in self._lasting
        self._events.note([finding], now_ms)
        self._lasting[finding.subject] = finding
        if is_news:
            _tell_begun(finding)

    def _settle(self, finding: Finding, now_ms: int) -> None:
        """It is over: news altogether if nobody was there when it began."""
        self._events.note([finding], now_ms)
        if finding.episode.kind != LongOutage.OUTAGE or self._lasting.pop(finding.subject, None) is None:
            _tell_begun(finding)
        _log.info("%s state=ended %s until=%s", _words(finding), _since(finding), log_text(finding.episode.last_ms))

    def _is_settled(self, subject: str, begin_ms: int, end_ms: int) -> bool:
        """Whether that was noted before, with its end."""
        return any(
            (one.subject, one.episode.begin_ms, one.episode.end_ms) == (subject, begin_ms, end_ms)
            for one in self._events.findings(Topic.OUTAGE, begin_ms, begin_ms)
        )


def _absence(station: str, off: Downtime, slot_ms: int) -> Finding:
    slots = (off.until_ms - off.from_ms) // slot_ms
    episode = Episode(LongOutage.GATEWAY_OFF, off.from_ms, off.until_ms, slots, None, off.until_ms)
    return Finding(station, episode, Topic.OUTAGE, cause=off.cause)


def _tell_begun(finding: Finding) -> None:
    """An error, not a warning: a person has to write."""
    _log.error(
        '%s state=began %s notice="more than 12 h: the department is to be told in writing;'
        ' gateway report outages --letter drafts it"',
        _words(finding),
        _since(finding),
    )


def _words(finding: Finding) -> str:
    return f"outage={finding.episode.kind} subject={finding.subject} cause={finding.cause or 'unknown'}"


def _since(finding: Finding) -> str:
    episode = finding.episode
    length_h = (episode.last_ms - episode.begin_ms) / HOUR_MS
    return f"since={log_text(episode.begin_ms)} length_h={length_h:.2f} slots={episode.count}"
