"""One folder of a camera's day, held against what is known of it."""

from __future__ import annotations

import errno
import logging
import os
import stat
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from gateway.cameras.catalog.made_whole import made_whole, never_had_a_frame
from gateway.cameras.catalog.open_files import open_files
from gateway.cameras.catalog.reconciliation_pass import ReconciliationPass
from gateway.cameras.catalog.remux import BESIDE
from gateway.cameras.catalog.segments import SegmentStore
from gateway.core.instants import EARLIEST_MS, MINUTE_MS
from gateway.core.phrase import Phrase
from gateway.core.video import Segment, SegmentState, begin_of_file
from gateway.runtime.sync import sync

_log = logging.getLogger(__name__)

LONGEST_UNKNOWN_MS = 10 * MINUTE_MS
"""A segment whose end nobody knows is not thought to be longer."""
_FULL = {errno.ENOSPC, errno.EDQUOT}
_GONE = {SegmentState.MISSING, SegmentState.GARBAGE}


class DayReconciliation:
    """One folder: what lies there, then what is known of it, and never the other way round: a file that was removed in
    between must not be taken for one that nobody knows of."""

    def __init__(
        self,
        root: Path,
        folder: str,
        segments: SegmentStore,
        counts: ReconciliationPass,
        check: Callable[[], object],
        has_to_end: Callable[[], bool],
    ) -> None:
        self._root = root
        self._folder = folder
        self._segments = segments
        self._counts = counts
        self._check = check
        self._has_to_end = has_to_end

    def run(self) -> None:
        """
        Raises:
            CameraError, OSError: the disk is not there, or fails.
        """
        files, leftovers = self._list()
        being_written = open_files()
        known = {one.file: one for one in self._segments.in_folder(self._folder)}
        self._counts.files += len(files)
        for leftover in leftovers:
            self._remove(leftover)
        found: list[Segment] = []
        for file, status in files.items():
            if self._has_to_end():
                break
            if (status.st_dev, status.st_ino) in being_written:
                continue
            segment = known.get(file)
            if segment is None:
                new = self._found(file)
                if new is not None:
                    found.append(new)
            elif segment.state is not SegmentState.GARBAGE and not _is_as_known(segment, status.st_size):
                self._look_again(segment)
        if found:
            self._counts.found += self._segments.add_found(found)
        self._miss([one for one in known.values() if one.file not in files and one.state not in _GONE])

    def _list(self) -> tuple[dict[str, os.stat_result], list[Path]]:
        """The segments' files in order, and what a remux that was broken off has left."""
        files: dict[str, os.stat_result] = {}
        leftovers: list[Path] = []
        try:
            entries = sorted(os.scandir(self._root / self._folder), key=lambda entry: entry.name)
        except (FileNotFoundError, NotADirectoryError):
            return {}, []
        for entry in entries:
            file = f"{self._folder}/{entry.name}"
            try:
                status = entry.stat(follow_symlinks=False)
            except FileNotFoundError:
                continue
            is_plain = stat.S_ISREG(status.st_mode)
            if is_plain and begin_of_file(file) is not None:
                files[file] = status
            elif is_plain and begin_of_file(file.removesuffix(BESIDE)) is not None:
                leftovers.append(self._root / file)
            else:
                self._counts.foreign.append(file)
        return files, leftovers

    def _remove(self, leftover: Path) -> None:
        leftover.unlink(missing_ok=True)
        self._counts.leftovers += 1

    def _found(self, file: str) -> Segment | None:
        """A file that nobody knows of: its begin is its name, its end is in it. `None`: nothing can be said of it."""
        named = begin_of_file(file)
        if named is None:
            return None
        segment = self._read(Segment(0, named[0], named[1], None, file, None, SegmentState.WHOLE))
        if segment is None:
            return None
        if segment.state is SegmentState.WHOLE and segment.begin_ms >= EARLIEST_MS:
            before_ms = self._counts.known_from.get(segment.camera, segment.begin_ms)
            self._counts.known_from[segment.camera] = min(before_ms, segment.begin_ms)
        self._counts.damaged += segment.state is SegmentState.DAMAGED
        return segment

    def _look_again(self, segment: Segment) -> None:
        """It was left unfinished, or is another one than it was."""
        now = self._read(segment)
        if now is None or now.state is SegmentState.WRITING:
            return
        if now.state is SegmentState.DAMAGED:
            if never_had_a_frame(segment, self._root / segment.file):
                self._remove(self._root / segment.file)
                sync(self._root / self._folder)  # a file without a row is kept for ever as damaged
                self._segments.forget([segment.id])
            elif segment.state is not SegmentState.DAMAGED:
                self._counts.damaged += 1
                self._segments.lose([replace(self._with_end(segment), bytes=now.bytes)], now.state, "damaged")
            return
        was_ms = segment.end_ms
        self._segments.finish(now, was_ms)
        if was_ms is not None and now.end_ms is not None and now.end_ms + MINUTE_MS < was_ms:
            _log.error("a file of video has lost its end file=%s lost_s=%d", now.file, (was_ms - now.end_ms) // 1000)
        self._counts.came_back += segment.state in (SegmentState.MISSING, SegmentState.DAMAGED)
        self._counts.finished += segment.state is SegmentState.WRITING

    def _read(self, segment: Segment) -> Segment | None:
        """What lies there, made whole if it can be; `WRITING`: there is no room for that now. `None`: it is gone, or
        cannot be read, which says nothing about what is in it."""
        try:
            return made_whole(segment, self._root / segment.file)
        except FileNotFoundError:
            return None
        except OSError as error:
            if error.errno in _FULL:
                self._counts.postponed += 1
                return replace(segment, bytes=None, state=SegmentState.WRITING)
            self._counts.unreadable.append(f"{segment.file}: {error.strerror}")
            return None

    def _miss(self, gone: list[Segment]) -> None:
        """Their files are not there, or something else is in their place. Asked once more whether the disk is: it may
        have gone while it was listed."""
        if not gone or self._has_to_end():
            return
        self._check()
        really = [one for one in gone if not _is_plain(self._root / one.file)]
        if really:
            self._counts.first_missing = self._counts.first_missing or really[0].file
            stamped = self._segments.forget_unstamped(really)
            self._segments.lose(
                [self._with_end(one) for one in stamped], SegmentState.MISSING, Phrase("its file is gone")
            )
            self._counts.missing += len(really)

    def _with_end(self, segment: Segment) -> Segment:
        """With the end that it must have had, if nobody knows it: where the next one begins."""
        if segment.end_ms is not None:
            return segment
        next_ms = self._segments.next_begin_ms(segment)
        if next_ms is None or next_ms - segment.begin_ms > LONGEST_UNKNOWN_MS:
            return segment
        return replace(segment, end_ms=next_ms)


def _is_plain(file: Path) -> bool:
    """
    Raises:
        OSError: nobody can say.
    """
    try:
        return stat.S_ISREG(file.lstat().st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return False


def _is_as_known(segment: Segment, size: int) -> bool:
    return segment.bytes == size and segment.state in (SegmentState.WHOLE, SegmentState.DAMAGED)
