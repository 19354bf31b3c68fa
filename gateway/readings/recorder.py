"""Takes samples from the pollers and commits them, packed, every ten seconds and at each slot's end.

The only queue in memory in the whole journey: what a power cut can take is what it holds, at most ten seconds.

A sample's time is what the trusted clock says of the second in which its answer was there, never what the wall clock
showed. While nobody vouches for the clock, samples are kept by the machine's own counting; see `readings.unstamped`.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Mapping

from gateway.core.errors import StoreError
from gateway.core.interfaces import ClockTrust, Instant
from gateway.core.reading import Parameter, Sample
from gateway.core.record import Aggregation
from gateway.core.slot import slot_of
from gateway.readings.calibrations import CalibrationStore, calibrated
from gateway.readings.packing import Row
from gateway.readings.parameter_board import ParameterBoard
from gateway.readings.store import Block, Layout, ReadingStore, layout_of
from gateway.readings.unstamped import UnstampedBlock, UnstampedStore

_log = logging.getLogger(__name__)

COMMIT_INTERVAL_S = 10.0
FIRST_COMMIT_S = 2.0
"""After the start: by then every instrument has been asked, and a gateway that keeps crashing still keeps something."""
MOST_WAITING = 200_000
"""Samples held while the card takes nothing: hours of a large station, and a bound on memory. Beyond it the oldest go,
and it is said."""
MOST_LAYOUTS = 64
"""Of one instrument, held at hand: one for each question of its poll, and those of before it was asked otherwise."""


class Recorder:
    """Buffer and stage in one: pollers `accept`, the clerk calls `step`.

    Any thread may accept; flushing is done by the clerk's thread alone.
    """

    def __init__(
        self,
        store: ReadingStore,
        unstamped: UnstampedStore,
        trust: ClockTrust,
        period_ms: Mapping[str, int],
        slot_ms: int,
        grace_ms: int,
        aggregations: Mapping[Parameter, Aggregation] | None = None,
        calibrations: CalibrationStore | None = None,
        parameter_board: ParameterBoard | None = None,
    ) -> None:
        """`parameter_board` is told of what was kept."""
        self._store = store
        self._unstamped = unstamped
        self._trust = trust
        self._calibrations = calibrations
        self._parameter_board = parameter_board
        self._aggregations: Mapping[Parameter, Aggregation] = {}
        self._period_ms: Mapping[str, int] = {}
        self._layouts: dict[str, list[Layout]] = {}
        self.measure(period_ms, aggregations or {})
        self._slot_ms = slot_ms
        self._grace_ms = grace_ms
        self._waiting: deque[Sample] = deque()
        self._turn = threading.Lock()
        self._next_commit_s: float | None = None
        self._due_slot = 0
        self._looked_ms = 0
        self._dropped = 0
        self._failing = False

    def measure(self, period_ms: Mapping[str, int], aggregations: Mapping[Parameter, Aggregation]) -> None:
        """Instruments are read so often, and their readings become values so, from now on. For the clerk's thread, or
        while there is none, right behind a `flush`: what still waits then, for the card takes nothing, may be of an
        instrument that is gone."""
        self._period_ms = {**self._period_ms, **period_ms}
        self._aggregations = dict(aggregations)
        self._layouts = {}

    def accept(self, sample: Sample) -> None:
        with self._turn:
            self._waiting.append(sample)
            if len(self._waiting) > MOST_WAITING:
                self._waiting.popleft()
                self._dropped += 1

    def step(self, now: Instant) -> float:
        """Commit if ten seconds have passed, or a slot has become due and will be closed from the database."""
        self._looked_ms = now.wall_ms
        due_slot = (now.wall_ms - self._grace_ms) // self._slot_ms
        if self._next_commit_s is None:
            self._due_slot = due_slot
            self._next_commit_s = now.mono_s + FIRST_COMMIT_S
        elif now.mono_s >= self._next_commit_s or due_slot != self._due_slot:
            self.flush()
            self._due_slot = due_slot
            self._next_commit_s = now.mono_s + COMMIT_INTERVAL_S
        due_in_s = ((due_slot + 1) * self._slot_ms + self._grace_ms - now.wall_ms) / 1000
        return min(self._next_commit_s, now.mono_s + due_in_s)

    def flush(self) -> bool:
        """Commit everything accepted so far. What cannot be committed stays, in order, for the next call.

        Returns whether all of it has its time: what was accepted before this call is in the database with its slot.
        """
        with self._turn:
            samples = list(self._waiting)
            self._waiting.clear()
            dropped, self._dropped = self._dropped, 0
        if dropped:
            _log.error("readings dropped, the card took nothing for too long samples=%d", dropped)
        if not samples:
            return True
        try:
            instants = [self._trust.stamp_ms(sample.mono_s) for sample in samples]
            timed = [at_ms for at_ms in instants if at_ms is not None]
            has_times = len(timed) == len(samples)
            judged = self._judged(samples)
            late = self._keep(judged, timed if has_times else None)
        except BaseException as error:
            with self._turn:
                self._waiting.extendleft(reversed(samples))
            if not isinstance(error, StoreError):
                raise
            if not self._failing:
                _log.critical("readings cannot be kept, they wait in memory error=%r", str(error))
            self._failing = True
            raise
        if self._failing:
            self._failing = False
            _log.info("readings are kept again samples=%d", len(samples))
        if late:
            _log.warning("readings came after their slot was closed, kept and flagged blocks=%d", late)
        if self._parameter_board is not None:
            self._parameter_board.observe(judged, instants)
        return has_times

    def finish(self) -> None:
        """Commit everything, and what is known of the parameters: the program ends."""
        self.flush()
        if self._parameter_board is not None:
            self._parameter_board.write()

    def _keep(self, samples: list[Sample], instants: list[int] | None) -> int:
        """In one transaction, all with their times or all without. Returns how many blocks came too late."""
        if instants is not None:
            return self._store.add(self._blocks(samples, instants), self._looked_ms)
        grouped: dict[Layout, list[Row]] = {}
        for sample in samples:
            row = Row(round(sample.mono_s * 1000), sample.readings)
            grouped.setdefault(self._layout(sample), []).append(row)
        self._unstamped.add([UnstampedBlock(layout, tuple(rows)) for layout, rows in grouped.items()])
        return 0

    def _judged(self, samples: list[Sample]) -> list[Sample]:
        """With the state that people have declared, as the database has it now: by the wall clock, right or wrong, for
        it is the one by which they declared it."""
        if self._calibrations is None:
            return samples
        instants = [sample.at_ms for sample in samples]
        declared = self._calibrations.touching(min(instants), max(instants))
        return [calibrated(sample, declared) for sample in samples] if declared else samples

    def _blocks(self, samples: list[Sample], instants: list[int]) -> list[Block]:
        grouped: dict[tuple[Layout, int], list[Row]] = {}
        for sample, at_ms in zip(samples, instants, strict=True):
            end_ms = slot_of(at_ms, self._slot_ms).end_ms
            grouped.setdefault((self._layout(sample), end_ms), []).append(Row(at_ms, sample.readings))
        return [
            Block(layout, slot_of(end_ms - 1, self._slot_ms), tuple(rows)) for (layout, end_ms), rows in grouped.items()
        ]

    def _layout(self, sample: Sample) -> Layout:
        """Made once: an instrument has the same parameters in sample after sample, in the same groups."""
        known = self._layouts.setdefault(sample.instrument, [])
        for layout in known:
            if layout.parameters == sample.parameters:
                return layout
        if len(known) == MOST_LAYOUTS:
            known.clear()
        known.append(layout_of(sample, self._period_ms[sample.instrument], self._aggregations))
        return known[-1]
