"""Removing the files of segments that are garbage: row → file → folder synced → row forgotten."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

from gateway.cameras.catalog.segments import SegmentStore
from gateway.cameras.disk.video_files import NoFileOfOurs, remove_empty_folders_of, remove_file, sync_folders_of
from gateway.core.instants import local_time
from gateway.core.interfaces import Instant
from gateway.core.video import Segment, SegmentState

_log = logging.getLogger(__name__)


class VideoGarbage:
    """A part of the janitor's work. What cannot be removed is told once, and tried again."""

    def __init__(self, segments: SegmentStore) -> None:
        self._segments = segments
        self._is_failing = False
        self.is_stuck = False
        """No file at all can be removed."""

    def finish(self, folder: Path, now: Instant, *, is_new: bool = False) -> None:
        """Remove the files of all that is garbage, also of what a run before this left. One that cannot be removed
        keeps no other; but if none of what `is_new` can be, nothing more is made garbage until one can."""
        garbage = self._segments.in_state(SegmentState.GARBAGE)
        gone = self.unlink(garbage, folder, now) if garbage else []
        if gone:
            self._segments.forget([segment.id for segment in gone])
        self.is_stuck = bool(garbage) and not gone and (is_new or self.is_stuck)

    def unlink(self, segments: Sequence[Segment], folder: Path, now: Instant) -> list[Segment]:
        """Those whose files are gone, durably."""
        gone, failed = [], None
        for segment in segments:
            try:
                remove_file(folder, segment.file)
                gone.append(segment)
            except NoFileOfOurs as error:
                _log.warning("what is in the place of a file of video is none of ours file=%s", error.filename)
                gone.append(segment)
            except OSError as error:
                failed = error
        files = [segment.file for segment in gone]
        try:
            sync_folders_of(folder, files)
        except OSError as error:
            gone, failed = [], error
        remove_empty_folders_of(folder, files, local_time(now.wall_ms, "UTC").strftime("%Y/%m/%d"))
        if failed is not None:
            self.failed(failed)
        elif self._is_failing:
            _log.info("video can be removed again")
            self._is_failing = False
        return gone

    def failed(self, error: OSError) -> None:
        if not self._is_failing:
            _log.error("video cannot be removed file=%s error=%r", error.filename, error.strerror)
            self._is_failing = True
