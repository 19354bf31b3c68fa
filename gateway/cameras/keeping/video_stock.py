"""How much video there is, and which is the oldest: what is asked before any of it is removed."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from gateway.cameras.catalog.segments import SegmentStore
from gateway.core.instants import DAY_MS, MINUTE_MS
from gateway.core.room_forecast import USUAL_BITS_A_SECOND, CameraRate
from gateway.core.video import Segment, SegmentState
from gateway.db import Database

LEAST_MEASURED_MS = 30 * MINUTE_MS
"""A bit rate of less video than this is no more than an estimate."""
PROOFS = 3
"""So many files prove a disk. Another one has none of them, a copy of this one all."""
_FIRST_PAGE = 4
"""Mostly nothing is due, and the oldest is all that is looked at."""
_PAGE = 64
_COLUMNS = "id, camera, begin_ms, end_ms, file, bytes, state"


class VideoStock:
    """Looks at segments, changes nothing."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._segments = SegmentStore(database)

    def oldest_first(self) -> Iterator[Segment]:
        """All that may go, of every camera, by their begin; read as far as they are asked for. Not those that are being
        written. One whose time nobody vouches for comes as if it had no length and were of the time of the next one
        that has a time: it is no younger, whatever its name says."""
        return heapq.merge(
            self._unstamped(),
            *(self._of_camera(camera) for camera in self._segments.cameras()),
            key=lambda segment: (segment.begin_ms, segment.id),
        )

    def oldest_unstamped(self, needed_bytes: int, boot_id: str, before_mono_ms: int) -> list[Segment]:
        """Of those whose time nobody vouches for yet the first that were recorded, as many as make up so many bytes;
        none that this start of the machine began after that instant of its own counting."""
        found: list[Segment] = []
        rows = self._database.read(
            f"SELECT {_COLUMNS} FROM sound_segment WHERE id IN (SELECT id FROM segment WHERE is_stamped = 0"  # noqa: S608  # a constant
            " AND state IN ('whole', 'damaged') AND (boot_id IS NOT ? OR mono_ms < ?) ORDER BY id LIMIT ?) ORDER BY id",
            (boot_id, before_mono_ms, _PAGE),
        )
        for segment in self._database.objects("segment", rows, _segment):
            if needed_bytes <= 0:
                break
            found.append(segment)
            needed_bytes -= segment.bytes or 0
        return found

    def used_bytes(self) -> int:
        """By all files that are whole, or damaged and there."""
        return self._segments.bytes_of()

    def oldest_ms(self) -> int:
        """The begin of the oldest of any camera; 0: there is none."""
        return min((segment.begin_ms for segment in self._first_of_each()), default=0)

    def newest_ms(self) -> int:
        """The end of the newest video that has a time; 0: there is none."""
        return max((self._newest_end_ms(camera) or 0 for camera in self._segments.cameras()), default=0)

    def rates(self, cameras: Sequence[str]) -> list[CameraRate]:
        """What each takes: measured over its last day of video, else the usual."""
        return [self._rate(camera) for camera in cameras]

    def lies_in(self, folder: Path) -> bool:
        """Whether the folder holds the newest video that there is, file by file as long as it was: then it is the disk
        that it was written to, whatever became of its marker."""
        rows = self._database.read(
            "SELECT file, bytes FROM sound_segment WHERE state = 'whole' AND bytes > 0 ORDER BY id DESC LIMIT ?",
            (PROOFS,),
        )
        return len(rows) == PROOFS and all(_size(folder / file) == size for file, size in rows)

    def _rate(self, camera: str) -> CameraRate:
        newest_ms = self._newest_end_ms(camera)
        if newest_ms is not None:
            rows = self._database.read(
                "SELECT sum(bytes), sum(end_ms - begin_ms) FROM sound_segment WHERE camera = ? AND begin_ms > ?"
                " AND state = 'whole' AND bytes > 0 AND end_ms > begin_ms AND end_ms - begin_ms < ?",
                (camera, newest_ms - DAY_MS, DAY_MS),
            )
            size, measured_ms = rows[0]
            if measured_ms is not None and measured_ms >= LEAST_MEASURED_MS:
                return CameraRate(camera, size * 8000 / measured_ms, measured_ms)
        return CameraRate(camera, USUAL_BITS_A_SECOND)

    def _newest_end_ms(self, camera: str) -> int | None:
        rows = self._database.read(
            "SELECT end_ms FROM sound_segment WHERE camera = ? AND state = 'whole' AND is_stamped = 1"
            " AND end_ms IS NOT NULL ORDER BY begin_ms DESC LIMIT 1",
            (camera,),
        )
        return rows[0][0] if rows else None

    def _first_of_each(self) -> Iterator[Segment]:
        return (
            segment for camera in self._segments.cameras() for segment in itertools.islice(self._of_camera(camera), 1)
        )

    def _unstamped(self) -> Iterator[Segment]:
        """Those after which something was recorded that has a time."""
        after = 0
        while True:
            rows = self._database.read(
                "SELECT id, camera, (SELECT later.begin_ms FROM segment AS later WHERE later.id > one.id"
                " AND later.is_stamped = 1 AND later.boot_id IS NOT NULL ORDER BY later.id LIMIT 1), file, bytes, state"
                " FROM sound_segment AS one WHERE id IN (SELECT id FROM segment WHERE is_stamped = 0 AND id > ?"
                " AND state IN ('whole', 'damaged') ORDER BY id LIMIT ?) ORDER BY id",
                (after, _PAGE),
            )
            for number, camera, later_ms, file, size, state in rows:
                if later_ms is None:
                    return
                yield Segment(number, camera, later_ms, later_ms, file, size, SegmentState(state))
            if not rows:
                return
            after = rows[-1][0]

    def _of_camera(self, camera: str) -> Iterator[Segment]:
        after: tuple[int, int] = (-(1 << 62), 0)
        page = _FIRST_PAGE
        while True:
            rows = self._database.read(
                f"SELECT {_COLUMNS} FROM sound_segment WHERE camera = ? AND (begin_ms, id) > (?, ?)"  # noqa: S608  # a constant
                " AND state IN ('whole', 'damaged', 'missing') AND is_stamped = 1 ORDER BY begin_ms, id LIMIT ?",
                (camera, *after, page),
            )
            yield from self._database.objects("segment", rows, _segment)
            if len(rows) < page:
                return
            after, page = (rows[-1][2], rows[-1][0]), _PAGE


def _size(file: Path) -> int | None:
    try:
        return file.lstat().st_size
    except OSError:
        return None


def _segment(number: int, camera: str, begin_ms: int, end_ms: int | None, file: str, size: Any, state: str) -> Segment:
    return Segment(number, camera, begin_ms, end_ms, file, size, SegmentState(state))
