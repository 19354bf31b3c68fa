"""Pins video by itself around what happens at the station, which somebody else tells of.

Each occasion is pinned once, whatever is started again in between: everything is told again at a start, and a pin that
stands, stands. Nothing is lost while the recorder is off, as long as there is video of it.
"""

from __future__ import annotations

import logging
from typing import Protocol

from gateway.cameras.keeping.pins import PinStore
from gateway.cameras.keeping.video_stock import VideoStock
from gateway.core.errors import StoreError
from gateway.core.instants import HOUR_MS
from gateway.core.interfaces import Instant
from gateway.core.occasion import Occasion, OccasionCursor, OccasionPage
from gateway.core.pin_span import pin_spans
from gateway.core.video import Pin

_log = logging.getLogger(__name__)

LOOK_EVERY_S = 60.0


class OccasionSource(Protocol):
    """Tells what happened."""

    def read(self, cursor: OccasionCursor, now_ms: int) -> OccasionPage:
        """What began after the cursor, and what was not over then.

        Raises:
            FileNotFoundError: there is nothing to read yet.
            StoreError: not now.
        """


class OccasionPins:
    """A worker."""

    name = "pins"
    patience_s = 120.0

    def __init__(self, source: OccasionSource, pins: PinStore, stock: VideoStock) -> None:
        self._source = source
        self._pins = pins
        self._stock = stock
        self._cursor = OccasionCursor()
        self._is_failing = False

    def step(self, now: Instant) -> float:
        try:
            page = self._source.read(self._cursor, now.wall_ms)
        except FileNotFoundError:
            return now.mono_s + LOOK_EVERY_S
        except StoreError as error:
            self._failed(error)
            return now.mono_s + LOOK_EVERY_S
        if self._is_failing:
            _log.info("occasions to pin video can be read again")
            self._is_failing = False
        self._pin(page.occasions, now)
        self._cursor = page.cursor
        return now.mono_s + (LOOK_EVERY_S if page.is_last else 0.0)

    def interrupt(self) -> None:
        """Nothing here waits for long."""

    def close(self) -> None:
        """Nothing is held."""

    def _pin(self, occasions: tuple[Occasion, ...], now: Instant) -> None:
        oldest_ms = self._stock.oldest_ms() or now.wall_ms - HOUR_MS
        pins = [
            (span.source, Pin(0, None, span.begin_ms, span.end_ms, one.occasion, one.reason, now.wall_ms))
            for one in occasions
            for span in pin_spans(one)
            if span.end_ms > oldest_ms
        ]
        new = self._pins.add_occasions(pins) if pins else 0
        if new:
            _log.info("video pinned occasions=%d first=%r", new, pins[0][1].reason)

    def _failed(self, error: StoreError) -> None:
        if not self._is_failing:
            _log.warning("occasions to pin video cannot be read, they are later error=%r", str(error))
            self._is_failing = True
