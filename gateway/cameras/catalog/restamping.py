"""Gives video that was recorded while nobody vouched for the clock its time, once somebody does: file, row, and the
gaps that were noted meanwhile.

The machine's own counting says when it was, as long as the machine was not started anew. A file is renamed first and
its row written after it; what a power cut leaves in between is found by its name, which is right by then.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from gateway.cameras.catalog.gap_restamping import GapRestamping
from gateway.cameras.catalog.gaps import GapStore
from gateway.cameras.catalog.not_running import NotRunning
from gateway.cameras.catalog.open_files import open_files
from gateway.cameras.catalog.segments import SegmentStore
from gateway.cameras.catalog.unstamped_segments import UnstampedSegment, UnstampedSegmentStore
from gateway.cameras.disk.video_file import make_folders
from gateway.cameras.disk.video_files import remove_empty_folders_of
from gateway.core.errors import CameraError
from gateway.core.interfaces import ClockTrust, Instant
from gateway.core.phrase import Phrase
from gateway.core.video import segment_file
from gateway.db import Database
from gateway.runtime.sync import sync

_log = logging.getLogger(__name__)

LOOK_EVERY_S = 1.0
"""While nobody vouches, and as long as what was recorded then is still being written."""
IDLE_S = 10.0
AGAIN_S = 60.0
"""After the disk was not there, or failed."""
PORTION = 20
SAME_NAMES = 50


class VideoRestamping:
    """A stage of the catalog. Gaps are put right that were noted by this process; segments, whichever noted them."""

    def __init__(
        self,
        database: Database,
        folder: Callable[[], Path],
        trust: ClockTrust,
        not_running: NotRunning,
        started: Instant,
    ) -> None:
        """`folder`: the video folder, if it is the right one; raises CameraError otherwise. `not_running`: what is
        noted of the time before `started`."""
        self._segments, self._waiting = SegmentStore(database), UnstampedSegmentStore(database)
        self._gaps = GapRestamping(GapStore(database), trust, started)
        self._folder = folder
        self._trust = trust
        self._not_running = not_running
        self._started = started
        self._is_begun = self._is_done = self._is_told = False
        self._done = 0

    def step(self, now: Instant) -> float:
        if not self._is_begun:
            self._begin()
        if not self._trust.is_trusted(now):
            self._is_done = False
            self._gaps.wait(now)
            return now.mono_s + LOOK_EVERY_S
        self._gaps.put_right(now)
        started_ms = self._trust.stamp_ms(self._started.mono_s)
        if started_ms is not None:
            self._not_running.note(started_ms)
        if self._is_done:
            return now.mono_s + IDLE_S
        try:
            return self._restamp(now)
        except (CameraError, OSError) as error:
            level = logging.DEBUG if self._is_told else logging.WARNING
            _log.log(level, "video cannot be given its time now error=%r", str(error))
            self._is_told = True
            return now.mono_s + AGAIN_S

    def _begin(self) -> None:
        self._is_begun = True
        lost = self._waiting.count_of_other_starts(self._trust.boot_id)
        if lost:
            _log.warning(
                "video of an earlier start of the machine has no time that counts, and never will: it is kept under"
                " the time that the clock showed segments=%d",
                lost,
            )

    def _restamp(self, now: Instant) -> float:
        """
        Raises:
            CameraError, OSError: the disk is not there, or fails.
        """
        waiting = self._waiting.of_start(self._trust.boot_id, PORTION)
        if not waiting:
            if self._waiting.is_written(self._trust.boot_id):
                return now.mono_s + LOOK_EVERY_S
            self._end()
            return now.mono_s + IDLE_S
        root, being_written = self._folder(), open_files()
        before = self._done
        for one in waiting:
            begin_ms = self._trust.stamp_ms(one.mono_ms / 1000)
            if begin_ms is not None:
                self._restamp_one(root, one, begin_ms, being_written)
        return now.mono_s + (LOOK_EVERY_S if self._done == before else 0.0)

    def _restamp_one(
        self, root: Path, one: UnstampedSegment, begin_ms: int, being_written: frozenset[tuple[int, int]]
    ) -> None:
        old = root / one.file
        try:
            status = old.lstat()
        except FileNotFoundError:
            self._find_renamed(root, one, begin_ms)
            return
        if (status.st_dev, status.st_ino) in being_written:
            return
        free = ((at_ms, file) for at_ms, file in _names(one.camera, begin_ms) if _is_free(root, file, one.file))
        at_ms, file = next(free, (0, ""))
        if not file:
            name = segment_file(one.camera, begin_ms)
            raise FileExistsError(errno.EEXIST, Phrase("is taken, and the names after it are"), name)
        if file != one.file:
            _rename(root, one.file, file)
        self._waiting.restamp(one, at_ms, file)
        self._done += 1

    def _find_renamed(self, root: Path, one: UnstampedSegment, begin_ms: int) -> None:
        """The power went between the two steps; or the file is gone, and no gap can be told of a time that is none."""
        for at_ms, file in _names(one.camera, begin_ms):
            with contextlib.suppress(FileNotFoundError):
                if (root / file).lstat().st_size == one.bytes:
                    self._waiting.restamp(one, at_ms, file)
                    self._done += 1
                    return
        _log.error("a file of video is gone that had no time yet file=%s", one.file)
        self._segments.forget([one.id])
        self._done += 1

    def _end(self) -> None:
        self._is_done = True
        self._is_told = False
        if self._done:
            _log.info("the clock is trusted, video that was recorded before has its time segments=%d", self._done)
            self._done = 0


def _names(camera: str, begin_ms: int) -> Iterator[tuple[int, str]]:
    """The file's name, and those after it: two clocks may have shown the same millisecond."""
    return ((at_ms, segment_file(camera, at_ms)) for at_ms in range(begin_ms, begin_ms + SAME_NAMES))


def _is_free(root: Path, file: str, own: str) -> bool:
    return file == own or not os.path.lexists(root / file)


def _rename(root: Path, old: str, new: str) -> None:
    """Durable when it returns.

    Raises:
        OSError: it was not renamed.
    """
    changed = make_folders(root, (root / new).parent)
    (root / old).rename(root / new)
    for folder in (*changed, (root / old).parent):
        sync(folder)
    remove_empty_folders_of(root, [old], today=new.partition("/")[2].rpartition("/")[0])
