"""The index of video held against the disk, at each start and once a day: files that nobody knows of are taken in, rows
whose file is gone say so, what was left unfinished is made whole.

A folder of a day at a time, in a thread that gives way to all others, while cameras are recorded: what this process has
open is left alone. Nothing is ever removed but our own leftovers, nothing is changed that is foreign. It may be killed
at any instant: all that it does follows from what it finds, and is done again.
"""

from __future__ import annotations

import errno
import logging
import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from gateway.cameras.catalog.camera_states import CameraStateStore
from gateway.cameras.catalog.matroska_head import VideoHead, read_head
from gateway.cameras.catalog.open_files import open_files
from gateway.cameras.catalog.remux import BESIDE, RemuxedVideo, VideoUnreadable, remux
from gateway.cameras.catalog.segments import SegmentStore
from gateway.core.errors import CameraError
from gateway.core.instants import DAY_MS, EARLIEST_MS, MINUTE_MS
from gateway.core.interfaces import Instant
from gateway.core.video import Segment, SegmentState, begin_of_file
from gateway.db import Database
from gateway.runtime.low_priority import give_way

_log = logging.getLogger(__name__)

AGAIN_S = DAY_MS / 1000
NO_ROOM_AGAIN_S = 600.0
"""While there is no room to make a file whole."""
DISK_AGAIN_S = 60.0
"""After the disk was not there, or failed."""
PAUSE_S = 0.02
"""Between two folders."""
LONGEST_UNKNOWN_MS = 10 * MINUTE_MS
"""A segment whose end nobody knows is not thought to be longer."""
EMPTY_BYTES = 4096
"""The head of a file takes less: a recorder that is killed within the first quarter of a second leaves one behind."""
_MATROSKA = b"\x1a\x45\xdf\xa3"
_FULL = {errno.ENOSPC, errno.EDQUOT}


@dataclass(slots=True)
class _Pass:
    """One look at everything. `known_from`: the oldest found of each camera."""

    folders: list[str]
    looked_at: int = 0
    files: int = 0
    found: int = 0
    came_back: int = 0
    missing: int = 0
    finished: int = 0
    damaged: int = 0
    leftovers: int = 0
    postponed: int = 0
    first_missing: str = ""
    foreign: list[str] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)
    known_from: dict[str, int] = field(default_factory=dict)


class VideoReconciliation:
    """A stage of the catalog."""

    def __init__(self, database: Database, folder: Callable[[], Path]) -> None:
        """`folder`: the video folder, if it is the right one; raises CameraError otherwise."""
        self._folder = folder
        self._segments = SegmentStore(database)
        self._states = CameraStateStore(database)
        self._pass: _Pass | None = None
        self._next_s = float("-inf")
        self._told_foreign = False
        self._is_told = False
        self._is_ending = False
        self._is_rung = False

    def ring(self) -> None:
        """Something was left unfinished: look there soon. From any thread."""
        self._is_rung = True

    def step(self, now: Instant) -> float:
        if self._is_rung and self._pass is None:
            self._is_rung = False
            self._pass = _Pass(self._unfinished())
            self._next_s = now.mono_s
        if now.mono_s < self._next_s:
            return self._next_s
        try:
            self._next_s = self._look(now)
            self._is_told = False
        except (CameraError, OSError) as error:
            self._tell_once("video cannot be looked through now error=%r", str(error))
            self._next_s = now.mono_s + DISK_AGAIN_S
        return self._next_s

    def interrupt(self) -> None:
        """End what takes long, from another thread."""
        self._is_ending = True

    def _look(self, now: Instant) -> float:
        """
        Raises:
            CameraError, OSError: the disk is not there, or fails.
        """
        root = self._folder()
        if self._pass is None:
            give_way()
            unfinished = self._unfinished()
            others = {*_day_folders(root), *self._segments.folders()} - {*unfinished}
            self._pass = _Pass(sorted(others, key=_day) + unfinished)
        if self._pass.folders:
            _Day(root, self._pass.folders[-1], self._segments, self._pass, self._folder, self._has_to_end).run()
            self._pass.folders.pop()
            self._pass.looked_at += 1
            return now.mono_s + PAUSE_S
        done, self._pass = self._pass, None
        self._end(done, now)
        return now.mono_s + (NO_ROOM_AGAIN_S if done.postponed else AGAIN_S)

    def _unfinished(self) -> list[str]:
        """Folders of days."""
        return sorted({_day_of(one.file) for one in self._segments.in_state(SegmentState.WRITING)})

    def _has_to_end(self) -> bool:
        return self._is_ending

    def _end(self, done: _Pass, now: Instant) -> None:
        for camera, begin_ms in done.known_from.items():
            self._states.known_since(camera, begin_ms, now.wall_ms)
        is_news = done.found or done.missing or done.damaged or done.came_back
        _log.log(
            logging.WARNING if is_news else logging.INFO,
            "video looked through files=%d folders=%d found=%d missing=%d came_back=%d finished=%d damaged=%d"
            " leftovers_removed=%d",
            done.files,
            done.looked_at,
            done.found,
            done.missing,
            done.came_back,
            done.finished,
            done.damaged,
            done.leftovers,
        )
        if done.missing:
            _log.error("files of video are gone files=%d first=%s", done.missing, done.first_missing)
        if done.postponed:
            _log.warning("no room to make files of video whole, tried again later files=%d", done.postponed)
        if done.unreadable:
            _log.error("files of video cannot be read files=%d first=%r", len(done.unreadable), done.unreadable[0])
        if done.foreign and not self._told_foreign:
            self._told_foreign = True
            _log.warning(
                "files among the video are none of ours, they are left alone files=%d first=%r",
                len(done.foreign),
                done.foreign[0],
            )

    def _tell_once(self, words: str, *arguments: object) -> None:
        _log.log(logging.DEBUG if self._is_told else logging.WARNING, words, *arguments)
        self._is_told = True


class _Day:
    """One folder: what lies there, then what is known of it, and never the other way round: a file that was removed in
    between must not be taken for one that nobody knows of."""

    def __init__(
        self,
        root: Path,
        folder: str,
        segments: SegmentStore,
        counts: _Pass,
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
        except FileNotFoundError:
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
            if _never_had_a_frame(segment, self._root / segment.file):
                self._remove(self._root / segment.file)
                self._segments.forget([segment.id])
            elif segment.state is not SegmentState.DAMAGED:
                self._counts.damaged += 1
                self._segments.lose([replace(self._with_end(segment), bytes=now.bytes)], now.state, "damaged")
            return
        self._segments.finish(now)
        was_ms = segment.end_ms
        if was_ms is not None and now.end_ms is not None and now.end_ms + MINUTE_MS < was_ms:
            _log.error("a file of video has lost its end file=%s lost_s=%d", now.file, (was_ms - now.end_ms) // 1000)
        self._counts.came_back += segment.state in (SegmentState.MISSING, SegmentState.DAMAGED)
        self._counts.finished += segment.state is SegmentState.WRITING

    def _read(self, segment: Segment) -> Segment | None:
        """What lies there, made whole if it can be; `WRITING`: there is no room for that now. `None`: it is gone, or
        cannot be read, which says nothing about what is in it."""
        try:
            return self._read_file(segment, self._root / segment.file)
        except FileNotFoundError:
            return None
        except OSError as error:
            if error.errno in _FULL:
                self._counts.postponed += 1
                return replace(segment, bytes=None, state=SegmentState.WRITING)
            self._counts.unreadable.append(f"{segment.file}: {error.strerror}")
            return None

    def _read_file(self, segment: Segment, file: Path) -> Segment:
        """
        Raises:
            OSError: it cannot be read, or there is no room.
        """
        head = read_head(file)
        if head is not None and head.length_ms is not None:
            return _whole(segment, head, head.length_ms)
        try:
            made = remux(file)
        except VideoUnreadable as error:
            size = file.stat().st_size
            is_known = segment.state is SegmentState.DAMAGED and segment.id
            level = logging.DEBUG if is_known or _never_had_a_frame(segment, file) else logging.WARNING
            _log.log(level, "a file of video is damaged and is kept as it is file=%s why=%r", segment.file, str(error))
            return replace(segment, bytes=size, state=SegmentState.DAMAGED)
        _log.info("a file of video was made whole file=%s length_s=%.1f", segment.file, made.length_ms / 1000)
        return _whole(segment, made, made.length_ms)

    def _miss(self, gone: list[Segment]) -> None:
        """Their files are not there. Asked once more whether the disk is: it may have gone while it was listed."""
        if not gone or self._has_to_end():
            return
        self._check()
        really = [one for one in gone if not os.path.lexists(self._root / one.file)]
        if really:
            self._counts.first_missing = self._counts.first_missing or really[0].file
            stamped = self._segments.forget_unstamped(really)
            self._segments.lose([self._with_end(one) for one in stamped], SegmentState.MISSING, "its file is gone")
            self._counts.missing += len(really)

    def _with_end(self, segment: Segment) -> Segment:
        """With the end that it must have had, if nobody knows it: where the next one begins."""
        if segment.end_ms is not None:
            return segment
        next_ms = self._segments.next_begin_ms(segment)
        if next_ms is None or next_ms - segment.begin_ms > LONGEST_UNKNOWN_MS:
            return segment
        return replace(segment, end_ms=next_ms)


_GONE = {SegmentState.MISSING, SegmentState.GARBAGE}


def _never_had_a_frame(segment: Segment, file: Path) -> bool:
    """Whether it is the mere head of a file that we began."""
    if segment.state is not SegmentState.WRITING or file.stat().st_size > EMPTY_BYTES:
        return False
    content = file.read_bytes()
    return not content or content.startswith(_MATROSKA)


def _is_as_known(segment: Segment, size: int) -> bool:
    return segment.bytes == size and segment.state in (SegmentState.WHOLE, SegmentState.DAMAGED)


def _whole(segment: Segment, made: VideoHead | RemuxedVideo, length_ms: int) -> Segment:
    return replace(
        segment,
        end_ms=segment.begin_ms + length_ms,
        bytes=made.bytes,
        state=SegmentState.WHOLE,
        codec=made.codec,
        width=made.width,
        height=made.height,
    )


def _day_folders(root: Path) -> Iterator[str]:
    """`CAMERA/YYYY/MM/DD`, never through a link."""
    places = [""]
    for width in (None, 4, 2, 2):
        below = []
        for place in places:
            for entry in os.scandir(root / place):
                is_ours = (entry.name.isdecimal() and len(entry.name) == width) if width else entry.name[:1].isalnum()
                if is_ours and entry.is_dir(follow_symlinks=False):
                    below.append(f"{place}/{entry.name}" if place else entry.name)
        places = below
    yield from places


def _day_of(file: str) -> str:
    return file.rpartition("/")[0]


def _day(folder: str) -> str:
    """By which folders are sorted: the newest day last."""
    return folder.partition("/")[2]
