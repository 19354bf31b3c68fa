"""What the cameras' threads have to say about their video, written to the database by a thread of its own.

A commit on a slow card takes long, and a database may fail: streams are recorded all the same, in order, and what is
lost here is found again on the disk at the next start, but for the causes of gaps.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from gateway.cameras.catalog.gaps import GapStore
from gateway.cameras.catalog.segments import SegmentStore
from gateway.cameras.packet import StreamShape
from gateway.core.errors import StoreCorrupt, StoreError, StoreFull
from gateway.core.interfaces import Instant
from gateway.core.video import GapCause, VideoGap

_log = logging.getLogger(__name__)

LOOK_EVERY_S = 60.0
TRIES = 5
"""Of one statement that the database refuses, before the next one is tried. On a full card it waits."""
MOST_WAITING = 20_000


@dataclass(slots=True)
class IndexedSegment:
    """A segment on its way into the database; `id` is `None` until it is there, or if it never came."""

    id: int | None = None


class VideoIndex:
    """A worker. What is said from any thread is kept in memory until it is committed."""

    name = "video index"
    patience_s = 120.0

    def __init__(self, segments: SegmentStore, gaps: GapStore, wake: Callable[[str], object]) -> None:
        self._segments = segments
        self._gaps = gaps
        self._wake = wake
        self._waiting: deque[Callable[[], object]] = deque()
        self._turn = threading.Lock()
        self._tries = 0

    def segment_began(
        self,
        camera: str,
        begin_ms: int,
        file: str,
        shape: StreamShape,
        *,
        boot_id: str,
        mono_ms: int,
        is_stamped: bool,
    ) -> IndexedSegment:
        """As `SegmentStore.begin`."""
        segment = IndexedSegment()

        def begin() -> None:
            segment.id = self._segments.begin(
                camera, begin_ms, file, shape, boot_id=boot_id, mono_ms=mono_ms, is_stamped=is_stamped
            )

        self._say(begin)
        return segment

    def segment_ended(self, segment: IndexedSegment, end_ms: int, bytes: int) -> None:
        """Its file is closed, and on the disk."""

        def end() -> None:
            if segment.id is not None:
                self._segments.end(segment.id, end_ms, bytes)

        self._say(end)

    def gap_began(self, camera: str, begin_ms: int, cause: GapCause, detail: str) -> None:
        """As `GapStore.begin`."""
        self._say(lambda: self._gaps.begin(camera, begin_ms, cause, detail))

    def gap_ended(self, camera: str, end_ms: int) -> None:
        """As `GapStore.end`."""
        self._say(lambda: self._gaps.end(camera, end_ms))

    def gap(self, camera: str, gap: VideoGap) -> None:
        """As `GapStore.add`."""
        self._say(lambda: self._gaps.add(camera, gap))

    def step(self, now: Instant) -> float:
        """
        Raises:
            StoreError: the same is tried again when this is called next.
        """
        while self._waiting:
            try:
                self._waiting[0]()
            except (StoreCorrupt, StoreFull):
                raise
            except StoreError as error:
                self._tries += 1
                if self._tries < TRIES:
                    raise
                _log.error(
                    "a note on video is lost, the next start finds the file tries=%d error=%r", TRIES, str(error)
                )
            self._tries = 0
            self._waiting.popleft()
        return now.mono_s + LOOK_EVERY_S

    def interrupt(self) -> None:
        """Nothing in here waits for the outside world."""

    def close(self) -> None:
        """Cameras may have more to say later than this: `step` is called once more when all have ended."""

    def _say(self, note: Callable[[], object]) -> None:
        with self._turn:
            if len(self._waiting) < MOST_WAITING:
                self._waiting.append(note)
        self._wake(self.name)
