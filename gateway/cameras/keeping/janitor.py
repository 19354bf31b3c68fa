"""Lets go of video: of what has kept its time, and of the oldest where room is short.

Row → garbage (committed) → file → folder synced → row forgotten: whenever the power goes, what was meant to go goes at
the next start, and nothing else does. Whatever has to be told is committed before a file goes.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from pathlib import Path

from gateway.cameras.catalog.camera_events import CameraEventStore
from gateway.cameras.catalog.gaps import GapStore
from gateway.cameras.catalog.segments import SegmentStore
from gateway.cameras.disk.disk_unusable import DiskUnusable
from gateway.cameras.disk.video_disk import VideoDisk
from gateway.cameras.disk.video_files import remove_file
from gateway.cameras.keeping.early_allowance import EarlyAllowance
from gateway.cameras.keeping.next_removal import NextRemoval
from gateway.cameras.keeping.pins import BY_ITSELF, PinStore
from gateway.cameras.keeping.removal_news import RemovalNews
from gateway.cameras.keeping.room_watch import RoomWatch
from gateway.cameras.keeping.video_age_clock import ROUND, VideoAgeClock
from gateway.cameras.keeping.video_garbage import VideoGarbage
from gateway.cameras.keeping.video_stock import VideoStock
from gateway.core.errors import StoreFull
from gateway.core.instants import DAY_MS
from gateway.core.interfaces import ClockTrust, Instant
from gateway.core.phrase import Phrase
from gateway.core.retention import ROUND_S
from gateway.core.video import Segment, SegmentState
from gateway.core.video_removal import Removal, bytes_of
from gateway.core.video_rules import VideoRules
from gateway.db import Database
from gateway.db.rounds import Rounds
from gateway.runtime.log_zone import log_text

_log = logging.getLogger(__name__)

LOOK_EVERY_S = 10.0
LOOK_AGAIN_S = 5.0
"""While the disk is not there."""
PAUSE_S = 1.0
NOTES_MS = 366 * DAY_MS
"""Events and gaps are kept so much longer than video."""


class Janitor:
    """A worker. `rules` is asked each time: what the readings still need of a disk that is shared changes."""

    name = "video janitor"
    patience_s = 600.0

    def __init__(
        self,
        cameras: Sequence[str],
        disk: VideoDisk,
        database: Database,
        rules: Callable[[], VideoRules],
        trust: ClockTrust,
    ) -> None:
        self._disk = disk
        self._rules = rules
        self._segments, self._gaps = SegmentStore(database), GapStore(database)
        self._pins, self._events = PinStore(database), CameraEventStore(database)
        self._rounds, stock = Rounds(database), VideoStock(database)
        self._garbage = VideoGarbage(self._segments)
        self._room = RoomWatch(cameras, stock, self._events)
        self._news = RemovalNews(self._events)
        self._age = VideoAgeClock(trust, self._rounds, stock)
        allowance = EarlyAllowance(len(cameras))
        self._next = NextRemoval(disk, stock, self._pins, self._age, allowance, trust)
        self._round_at_s: float | None = None
        self._round = _WentInHour()
        self._gone_untold: Removal | None = None
        """Files that had to go before anything could be written about it."""

    def step(self, now: Instant) -> float:
        try:
            folder = self._disk.known_folder()
        except DiskUnusable as error:
            self._news.disk_missing(str(error), now)
            return now.mono_s + LOOK_AGAIN_S
        try:
            rules = self._rules()
            self._account(folder, rules, now)
            self._garbage.finish(folder, now)
            if self._garbage.is_stuck:
                return now.mono_s + LOOK_EVERY_S
            self._room.look(now, folder, rules)
            removal = self._next.plan(now, rules, self._room.forecast, self._news)
        except OSError as error:
            self._garbage.failed(error)
            return now.mono_s + LOOK_EVERY_S
        # Nothing is written before this: on a disk that is full to the last byte nothing could be.
        self._remove(removal, folder, rules, now)
        self._news.disk_there(now)
        self._room.tell(now)
        self._tell_round(now, rules)
        return now.mono_s + (PAUSE_S if removal.is_more else LOOK_EVERY_S)

    def interrupt(self) -> None:
        """Nothing here waits for long."""

    def close(self) -> None:
        """Nothing is held."""

    def _remove(self, removal: Removal, folder: Path, rules: VideoRules, now: Instant) -> None:
        going = removal.all()
        if removal.is_more:
            _log.warning("much video goes at once, more than usual segments=%d and more follow", len(going))
        try:
            self._tell(removal, rules, now)
            if going:
                self._segments.mark([segment.id for segment in going], SegmentState.GARBAGE)
        except StoreFull:
            if going:
                # Not even a row can be written: the files go first this once, and the next step says so. A start
                # before that finds them missing.
                _log.critical("the disk is full to the last byte, the oldest video goes segments=%d", len(going))
                self._gone_untold = removal
                self._garbage.unlink(going, folder, now)
            raise
        if going:
            self._round.add(removal)
            self._next.went(removal)
            self._garbage.finish(folder, now, is_new=True)

    def _account(self, folder: Path, rules: VideoRules, now: Instant) -> None:
        """Of what went before it could be written down."""
        if self._gone_untold is not None:
            self._remove(self._gone_untold, folder, rules, now)
            self._gone_untold = None

    def _tell(self, removal: Removal, rules: VideoRules, now: Instant) -> None:
        """Whatever has to be known of it, before any of it goes."""
        self._news.pins(removal, rules, now)
        if removal.giving_way:
            self._pins.release([pin.id for pin in removal.giving_way], at_ms=now.wall_ms, by=BY_ITSELF)
        self._news.early(removal, rules, self._room.forecast, now)
        for detail, some in (
            (Phrase("kept its time"), removal.aged),
            (Phrase("for want of room"), removal.for_room),
            (Phrase("early, for want of room"), removal.early),
        ):
            # Of what is damaged or gone it stands already why it is missing.
            spans = [(one.camera, one.begin_ms, one.end_ms or 0) for one in some if one.state is SegmentState.WHOLE]
            spans = [span for span in spans if span[1] < span[2]]  # not of what has no time
            if spans:
                self._gaps.add_removed(spans, detail)

    def _tell_round(self, now: Instant, rules: VideoRules) -> None:
        if self._round_at_s is not None and now.mono_s < self._round_at_s:
            return
        self._round_at_s = now.mono_s + ROUND_S
        self._round.tell()
        self._round = _WentInHour()
        believed_ms = self._age.believed_ms
        if believed_ms is not None:
            self._rounds.completed(ROUND, believed_ms)
            before_ms = believed_ms - rules.keep_ms - NOTES_MS
            self._gaps.forget_before(before_ms)
            for picture in self._events.forget_before(before_ms):
                try:
                    remove_file(self._disk.path, picture)
                except OSError as error:
                    _log.debug("a picture cannot be removed file=%s error=%r", picture, str(error))


class _WentInHour:
    """For one line of the log."""

    def __init__(self) -> None:
        self._went: list[Segment] = []

    def add(self, removal: Removal) -> None:
        self._went += removal.all()

    def tell(self) -> None:
        if self._went:
            first, last = min(one.begin_ms for one in self._went), max(one.begin_ms for one in self._went)
            _log.info(
                "video removed segments=%d bytes=%d from=%s until=%s",
                len(self._went),
                bytes_of(self._went),
                log_text(first),
                log_text(last),
            )
