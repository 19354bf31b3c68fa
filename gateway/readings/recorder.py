"""Takes samples from the pollers and commits them, packed, every ten seconds and at each slot's end.

The only queue in memory in the whole journey: what a power cut can take is what it holds, at most ten seconds.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Mapping

from gateway.core.errors import StoreError
from gateway.core.interfaces import Instant
from gateway.core.reading import Parameter, Sample
from gateway.core.record import Aggregation
from gateway.core.slot import slot_of
from gateway.readings.calibrations import CalibrationStore, calibrated
from gateway.readings.packing import Row
from gateway.readings.store import Block, Layout, ReadingStore, layout_of

_log = logging.getLogger(__name__)

COMMIT_INTERVAL_S = 10.0
FIRST_COMMIT_S = 2.0
"""After the start: by then every instrument has been asked, and a gateway that keeps crashing still keeps something."""
MOST_WAITING = 200_000
"""Samples held while the card takes nothing: hours of a large station, and a bound on memory. Beyond it the oldest go,
and it is said."""


class Recorder:
    """Buffer and stage in one: pollers `accept`, the clerk calls `step`.

    Any thread may accept; flushing is done by the clerk's thread alone.
    """

    def __init__(
        self,
        store: ReadingStore,
        period_ms: Mapping[str, int],
        slot_ms: int,
        grace_ms: int,
        aggregations: Mapping[Parameter, Aggregation] | None = None,
        calibrations: CalibrationStore | None = None,
    ) -> None:
        self._store = store
        self._calibrations = calibrations
        self._aggregations = dict(aggregations or {})
        self._period_ms = dict(period_ms)
        self._layouts: dict[str, Layout] = {}
        self._slot_ms = slot_ms
        self._grace_ms = grace_ms
        self._waiting: deque[Sample] = deque()
        self._turn = threading.Lock()
        self._next_commit_s: float | None = None
        self._due_slot = 0
        self._dropped = 0
        self._failing = False

    def accept(self, sample: Sample) -> None:
        with self._turn:
            self._waiting.append(sample)
            if len(self._waiting) > MOST_WAITING:
                self._waiting.popleft()
                self._dropped += 1

    def step(self, now: Instant) -> float:
        """Commit if ten seconds have passed, or a slot has become due and will be closed from the database."""
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

    def flush(self) -> None:
        """Commit everything accepted so far. What cannot be committed stays, in order, for the next call."""
        with self._turn:
            samples = list(self._waiting)
            self._waiting.clear()
            dropped, self._dropped = self._dropped, 0
        if dropped:
            _log.error("readings dropped, the card took nothing for too long samples=%d", dropped)
        if not samples:
            return
        try:
            late = self._store.add(self._blocks(self._judged(samples)))
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

    def _judged(self, samples: list[Sample]) -> list[Sample]:
        """With the state that people have declared, as the database has it now."""
        if self._calibrations is None:
            return samples
        instants = [sample.at_ms for sample in samples]
        declared = self._calibrations.touching(min(instants), max(instants))
        return [calibrated(sample, declared) for sample in samples] if declared else samples

    def _blocks(self, samples: list[Sample]) -> list[Block]:
        grouped: dict[tuple[Layout, int], list[Row]] = {}
        for sample in samples:
            end_ms = slot_of(sample.at_ms, self._slot_ms).end_ms
            grouped.setdefault((self._layout(sample), end_ms), []).append(Row(sample.at_ms, sample.readings))
        return [
            Block(layout, slot_of(end_ms - 1, self._slot_ms), tuple(rows)) for (layout, end_ms), rows in grouped.items()
        ]

    def _layout(self, sample: Sample) -> Layout:
        """Made once: an instrument has the same parameters in sample after sample."""
        layout = self._layouts.get(sample.instrument)
        if layout is None or layout.parameters != sample.parameters:
            layout = layout_of(sample, self._period_ms[sample.instrument], self._aggregations)
            self._layouts[sample.instrument] = layout
        return layout
