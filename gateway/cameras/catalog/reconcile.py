"""The index of video held against the disk, at each start and once a day: files that nobody knows of are taken in, rows
whose file is gone say so, what was left unfinished is made whole.

A folder of a day at a time, in a thread that gives way to all others, while cameras are recorded: what this process has
open is left alone. Nothing is ever removed but our own leftovers, nothing is changed that is foreign. It may be killed
at any instant: all that it does follows from what it finds, and is done again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

from gateway.cameras.catalog.camera_states import CameraStateStore
from gateway.cameras.catalog.day_folders import day_folders, day_of, folder_of
from gateway.cameras.catalog.reconcile_day import DayReconciliation
from gateway.cameras.catalog.reconciliation_pass import ReconciliationPass
from gateway.cameras.catalog.segments import SegmentStore
from gateway.core.errors import CameraError
from gateway.core.instants import DAY_MS
from gateway.core.interfaces import Instant
from gateway.core.video import SegmentState
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


class VideoReconciliation:
    """A stage of the catalog."""

    def __init__(self, database: Database, folder: Callable[[], Path]) -> None:
        """`folder`: the video folder, if it is the right one; raises CameraError otherwise."""
        self._folder = folder
        self._segments = SegmentStore(database)
        self._states = CameraStateStore(database)
        self._pass: ReconciliationPass | None = None
        self._next_s = self._all_s = float("-inf")
        """When to look again; when at all folders."""
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
            self._pass = ReconciliationPass(self._due_folders(root, now))
        if self._pass.folders:
            day = self._pass.folders[-1]
            DayReconciliation(root, day, self._segments, self._pass, self._folder, self._has_to_end).run()
            self._pass.folders.pop()
            self._pass.looked_at += 1
            return now.mono_s + PAUSE_S
        done, self._pass = self._pass, None
        self._end(done, now)
        return min(self._all_s, now.mono_s + NO_ROOM_AGAIN_S) if done.postponed else self._all_s

    def _due_folders(self, root: Path, now: Instant) -> list[str]:
        """Those with something unfinished, which are looked at first; before them in the list, if that is due, all."""
        unfinished = self._unfinished()
        if now.mono_s < self._all_s:
            return unfinished
        self._all_s = now.mono_s + AGAIN_S
        return sorted({*day_folders(root), *self._segments.folders()} - {*unfinished}, key=day_of) + unfinished

    def _unfinished(self) -> list[str]:
        """Folders of days."""
        return sorted({folder_of(one.file) for one in self._segments.in_state(SegmentState.WRITING)})

    def _has_to_end(self) -> bool:
        return self._is_ending

    def _end(self, done: ReconciliationPass, now: Instant) -> None:
        for camera, begin_ms in done.known_from.items():
            self._states.known_since(camera, begin_ms, now.wall_ms)
        done.tell(is_foreign_told=self._told_foreign)
        self._told_foreign = self._told_foreign or bool(done.foreign)

    def _tell_once(self, words: str, *arguments: object) -> None:
        _log.log(logging.DEBUG if self._is_told else logging.WARNING, words, *arguments)
        self._is_told = True
