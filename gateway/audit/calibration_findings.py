"""What is to be told of calibrations, as events: a drift that is too great, a calibration that is overdue, a valve of
which nobody knows that it is closed. None of it changes a value."""

from __future__ import annotations

import logging
from collections.abc import Iterator

from gateway.audit.events import EventStore
from gateway.calibrations.due import dues, great_drifts
from gateway.calibrations.runs import CalibrationRuns, RunState
from gateway.config import Configuration
from gateway.core.episode import Episode
from gateway.core.findings import CALIBRATION_KINDS, CALIBRATION_OVERDUE, DRIFT, VALVE_NOT_CLOSED, Finding, Topic
from gateway.core.instants import EARLIEST_MS, local_text, milliseconds
from gateway.core.interfaces import Instant
from gateway.db import Database
from gateway.records.store import RecordStore

_log = logging.getLogger(__name__)

LOOK_EVERY_S = 30.0
PATIENCE_MS = 60_000
"""A valve that is closed at once is nothing to be told."""


class CalibrationFindings:
    """A stage of the clerk. What it writes follows from what is kept: it may be repeated at any time."""

    def __init__(self, configuration: Configuration, database: Database, events: EventStore) -> None:
        self._configuration = configuration
        self._database = database
        self._events = events
        self._next_s = float("-inf")

    def step(self, now: Instant) -> float:
        if now.mono_s < self._next_s:
            return self._next_s
        self._next_s = now.mono_s + LOOK_EVERY_S
        wanted = {_key(one): one for one in self._wanted(now.wall_ms)}
        lasting = {
            _key(one): one for one in self._events.lasting((Topic.QUALITY,)) if one.episode.kind in CALIBRATION_KINDS
        }
        began = [one for key, one in wanted.items() if key not in lasting]
        ended = [_ended(one, now.wall_ms) for key, one in lasting.items() if key not in wanted]
        if began or ended:
            self._events.note([*began, *ended], now.wall_ms)
        for one in began:
            _log.warning('quality=%s state=began subject=%s detail="%s"', one.episode.kind, one.subject, one.detail)
        for one in ended:
            _log.info("quality=%s state=ended subject=%s", one.episode.kind, one.subject)
        return self._next_s

    def _wanted(self, now_ms: int) -> Iterator[Finding]:
        zone = self._configuration.station.timezone
        for drift in great_drifts(self._configuration, self._database):
            check = drift.result.check
            detail = f"{check.kind} {100 * drift.share:+.2f} %, at most {100 * drift.most:g} %"
            yield _finding(check.symbol, DRIFT, drift.result.kept_ms, detail, check.deviation)
        slot_ms = milliseconds(self._configuration.reporting.slot)
        since_ms = RecordStore(self._database).oldest_ms(EARLIEST_MS)
        for due in dues(self._configuration, self._database, since_ms or now_ms - slot_ms, now_ms):
            if due.is_overdue:
                last = "never" if due.last_ms is None else local_text(due.last_ms, zone, "seconds")
                yield _finding(due.instrument, CALIBRATION_OVERDUE, due.due_ms, f"last calibrated: {last}", None)
        for run in CalibrationRuns(self._database).open():
            began_ms = run.began_ms
            if run.state is RunState.RESTORING and began_ms is not None and now_ms - began_ms > PATIENCE_MS:
                steps = CalibrationRuns(self._database).steps(run.id)
                if steps and steps[-1].outcome not in (None, "confirmed"):
                    yield _finding(run.instrument, VALVE_NOT_CLOSED, began_ms, steps[-1].place, None)


def _finding(subject: str, kind: str, at_ms: int, detail: str, peak: float | None) -> Finding:
    return Finding(subject, Episode(kind, at_ms, at_ms, 1, peak), Topic.QUALITY, detail)


def _key(finding: Finding) -> tuple[str, str, str, int]:
    return finding.subject, finding.episode.kind, str(finding.detail), finding.episode.begin_ms


def _ended(finding: Finding, at_ms: int) -> Finding:
    episode = finding.episode
    over = Episode(episode.kind, episode.begin_ms, episode.last_ms, 1, episode.peak, max(at_ms, episode.begin_ms))
    return Finding(finding.subject, over, finding.topic, finding.detail)
