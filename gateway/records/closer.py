"""Closes slots: from what the database holds, once nothing more can be expected, whoever collected it and when.

A restart closes what the last run left open; a slot in which the gateway was off has no readings, is not open, and is
not invented.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from gateway.core.derivation import Derivation
from gateway.core.instants import HOUR_MS
from gateway.core.interfaces import ClockTrust, Instant, PollProgress
from gateway.core.phrase import Phrase
from gateway.core.reading import Parameter, Reading, Status
from gateway.core.reason import Cause, Reason
from gateway.core.record import Expectation, Record, summarise
from gateway.core.running_total import Amount
from gateway.core.slot import Slot, is_closable, slot_of
from gateway.readings.parameter_board import ParameterBoard
from gateway.readings.store import ReadingStore
from gateway.records.counting import Counting, TellAmounts, why_not_counted
from gateway.records.derivations import DerivationStore
from gateway.records.making import make_record
from gateway.records.slot_readings import SlotReadings
from gateway.records.slot_reasons import LineReason
from gateway.records.store import RecordStore
from gateway.runtime.log_zone import log_text

_log = logging.getLogger(__name__)

POLL_PATIENCE_MS = 10_000
"""How long after its grace a slot waits for a poll that began in it, before that poll is declared silent."""
LONGEST_PAUSE_S = 1.0
"""The wall clock may jump; looking once a second notices."""
MOST_PER_STEP = 50
"""Slots closed in one step, so that closing a long backlog never looks like hanging."""


@dataclass(frozen=True, slots=True)
class ClosingRules:
    """What the configuration says about slots. `summaries_ms` are the longer intervals some destination asks for."""

    slot_ms: int
    grace_ms: int
    min_coverage: float
    summaries_ms: tuple[int, ...] = ()


class Closer:
    """A stage of the clerk."""

    def __init__(
        self,
        readings: ReadingStore,
        records: RecordStore,
        rules: ClosingRules,
        configured: Sequence[Expectation],
        started_s: float,
        progress: Sequence[PollProgress],
        flush: Callable[[], bool],
        trust: ClockTrust,
        derivations: DerivationStore | None = None,
        parameter_board: ParameterBoard | None = None,
        tell: TellAmounts | None = None,
        configured_since_ms: int | None = None,
    ) -> None:
        """`started_s`: when this run began, by the monotonic clock; `configured_since_ms`: since when its configuration
        has been the one that runs, over however many starts, by the wall clock. `flush` keeps what was read so far, and
        says whether all of it has its time. `tell` keeps what is told of running totals."""
        self._readings = readings
        self._records = records
        self._rules = rules
        self._configured = tuple(configured)
        self._started_s = started_s
        self._progress = tuple(progress)
        self._flush = flush
        self._trust = trust
        self._derivations = derivations
        self._parameter_board = parameter_board
        self._configured_since_ms = configured_since_ms
        self._counting = Counting(readings, tell)

    def step(self, now: Instant) -> float:
        """Close every slot that can be closed, oldest first, shorter lengths first. Called while the clock is trusted
        and nothing waits for its time."""
        closed = 0
        for length_ms in self._records.open_lengths():
            for slot in self._records.open_slots(length_ms, now.wall_ms - self._rules.grace_ms):
                if closed == MOST_PER_STEP:
                    return now.mono_s
                if self._close(slot, now):
                    closed += 1
        return now.mono_s + self._pause_s(now)

    def _pause_s(self, now: Instant) -> float:
        due_ms = slot_of(now.wall_ms - self._rules.grace_ms, self._rules.slot_ms).end_ms + self._rules.grace_ms
        return min(LONGEST_PAUSE_S, max(0.0, (due_ms - now.wall_ms) / 1000))

    def _close(self, slot: Slot, now: Instant) -> bool:
        began_s = [began for part in self._progress if (began := part.oldest_unfinished_s()) is not None]
        unfinished = [began for one in began_s if (began := self._trust.stamp_ms(one)) is not None]
        if not is_closable(slot, now.wall_ms, self._rules.grace_ms, min(unfinished, default=None), POLL_PATIENCE_MS):
            return False
        if self._records.drop_if_closed_before(slot, now.wall_ms):
            _log.info("slot dropped, it was closed before the database was rolled back end=%s", log_text(slot.end_ms))
            return False
        if slot.length_ms in self._rules.summaries_ms:
            if self._records.has_open_within(slot):
                return False
            record, reasons = self._summary(slot) or self._from_readings(slot)[0], list[LineReason]()
        elif not self._flush():
            return False  # the clock was set a moment ago: some of the slot's readings wait for their time
        else:
            record, reasons = self._from_readings(slot)
        opens = [slot_of(slot.start_ms, length) for length in self._rules.summaries_ms if length > slot.length_ms]
        self._records.add(record, now.wall_ms, opens, reasons)
        if self._parameter_board is not None:
            self._parameter_board.forget(slot)
        _log.info("slot closed %s", _canonical(record, now.wall_ms))
        return True

    def _reasons(
        self,
        record: Record,
        readings: Mapping[Parameter, Sequence[Reading]],
        amounts: Mapping[Parameter, Sequence[Amount]],
    ) -> list[LineReason]:
        """Why lines are not 00. Of one that is converted the instrument's own line tells, of a computed one the lines
        that it needs; readings that were never taken count, too."""
        board = self._parameter_board
        if board is None:
            return []
        found = []
        for line in {one.parameter.symbol: one for one in (*record.lines, *record.measured)}.values():
            average = line.average
            if average.status is Status.MEASURING:
                continue
            said = readings.get(line.parameter, ())
            missing = average.expected - len(said)
            faulty = sum(reading.status is Status.FAULT for reading in said)
            reason = board.why(record.slot, line.parameter.symbol, average.status)
            if average.status is Status.FAULT and line.parameter in readings and missing > faulty:
                reason = Reason(
                    Cause.NOT_READ,
                    Phrase(
                        "{missing} of {expected} readings were not taken", missing=missing, expected=average.expected
                    ),
                )
            if average.status is Status.FAULT and line.parameter in amounts:
                reason = why_not_counted(amounts[line.parameter], faulty, max(0, missing)) or reason
            if reason is not None:
                found.append(LineReason(line.parameter.symbol, average.status, reason))
        return found

    def _summary(self, slot: Slot) -> Record | None:
        """`None` if no shorter slot contributed to it: it was a plain slot under an earlier configuration."""
        parts = list(self._records.records(self._rules.slot_ms, slot.start_ms, slot.end_ms))
        return summarise(slot, parts, self._rules.min_coverage) if parts else None

    def _from_readings(self, slot: Slot) -> tuple[Record, list[LineReason]]:
        derivation = Derivation() if self._derivations is None else self._derivations.in_force(slot.end_ms)
        made = make_record(
            self._readings,
            slot,
            lambda found: self._expected(slot, found),
            self._rules.grace_ms,
            self._rules.min_coverage,
            derivation,
        )
        self._counting.say(made.counts)
        return made.record, self._reasons(made.record, made.found.readings, made.amounts)

    def _expected(self, slot: Slot, found: SlotReadings) -> list[Expectation]:
        """What is configured, in its order, then what only the readings know (an instrument removed since). How often
        and how a parameter was read the readings know best.

        For a slot that ended before this run began, and before its configuration came into force, only readings tell
        what was configured then: its own, or those of the hour before, since a crash may have taken its own.
        """
        since_ms = self._trust.stamp_ms(self._started_s)
        if since_ms is not None and self._configured_since_ms is not None:
            since_ms = min(since_ms, self._configured_since_ms)
        is_ours = since_ms is None or slot.end_ms > since_ms
        then = set() if is_ours else self._readings.measured(slot.start_ms - HOUR_MS, slot.end_ms)
        known = {
            expectation.parameter: expectation
            for expectation in self._configured
            if is_ours or expectation.parameter in then
        }
        return list((known | found.read).values())


def _canonical(record: Record, now_ms: int) -> str:
    counts = dict.fromkeys(Status, 0)
    for line in record.lines:
        counts[line.average.status] += 1
    return (
        f"end={log_text(record.slot.end_ms)} length_s={record.slot.length_ms // 1000} parameters={len(record.lines)}"
        f" measuring={counts[Status.MEASURING]} calibrating={counts[Status.CALIBRATING]} fault={counts[Status.FAULT]}"
        f" after_end_s={(now_ms - record.slot.end_ms) / 1000:.1f}"
    )
