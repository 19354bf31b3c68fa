"""Lets go of video: of what has kept its time, and of the oldest where room is short.

Row → garbage (committed) → file → folder synced → row forgotten: whenever the power goes, what was meant to go goes at
the next start, and nothing else does. Whatever has to be told is committed before a file goes.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from gateway.cameras.catalog.camera_events import CameraEventStore
from gateway.cameras.catalog.gaps import GapStore
from gateway.cameras.catalog.segments import SegmentStore
from gateway.cameras.disk.disk_unusable import DiskUnusable
from gateway.cameras.disk.video_disk import VideoDisk
from gateway.cameras.disk.video_files import remove_file
from gateway.cameras.keeping.pins import BY_ITSELF, PinStore
from gateway.cameras.keeping.removal_news import RemovalNews
from gateway.cameras.keeping.room_watch import RoomWatch
from gateway.cameras.keeping.video_garbage import VideoGarbage
from gateway.cameras.keeping.video_stock import VideoStock
from gateway.core.errors import StoreFull
from gateway.core.instants import DAY_MS, FAR_FUTURE_MS, utc_text
from gateway.core.interfaces import ClockTrust, Instant
from gateway.core.retention import ROUND_S, RetentionClock
from gateway.core.room_forecast import USUAL_BITS_A_SECOND
from gateway.core.video import Segment, SegmentState
from gateway.core.video_removal import Removal, bytes_of
from gateway.core.video_retention import plan_removal
from gateway.core.video_rules import NEWEST_MS, Stock, VideoRules
from gateway.db import Database
from gateway.db.rounds import Rounds

_log = logging.getLogger(__name__)

LOOK_EVERY_S = 10.0
LOOK_AGAIN_S = 5.0
"""While the disk is not there."""
AGE_AGAIN_S = 60.0
"""What is pinned is looked at each time, and stays."""
USED_AGAIN_S = 60.0
PAUSE_S = 1.0
EARLY_PACE = 2
"""Of what is younger than 90 days, so many times what is recorded meanwhile goes at the most: another program that
fills the disk must not cost all there is."""
NOTES_MS = 366 * DAY_MS
"""Events and gaps are kept so much longer than video."""
_ROUND = "video"


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
        self._trust = trust
        self._segments, self._gaps = SegmentStore(database), GapStore(database)
        self._pins, self._events = PinStore(database), CameraEventStore(database)
        self._stock, self._rounds = VideoStock(database), Rounds(database)
        self._garbage = VideoGarbage(self._segments)
        self._room = RoomWatch(cameras, self._stock, self._events)
        self._news = RemovalNews(self._events)
        self._camera_count = max(1, len(cameras))
        self._clock: RetentionClock | None = None
        self._believed_ms: int | None = None
        self._early_bytes = 0.0
        self._early_at_s: float | None = None
        self._round_at_s: float | None = None
        self._round = _WentInHour()
        self._is_unsure = False
        self._used: tuple[int, float] | None = None
        self._age_again_s = 0.0
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
            removal = self._plan(now, rules)
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

    def _plan(self, now: Instant, rules: VideoRules) -> Removal:
        now_ms, is_believed = self._retention_ms(now)
        oldest_ms, newest_ms = self._stock.oldest_ms(), self._stock.newest_ms()
        stock = Stock(self._used_bytes(now, rules), self._disk.free_bytes(), newest_ms)
        now_ms = newest_ms if now_ms is None else now_ms
        is_due = oldest_ms <= now_ms - rules.keep_ms and now.mono_s >= self._age_again_s
        if stock.needed_bytes(rules) == 0 and not is_due:
            return Removal()  # nearly always
        are_unsure = self._pins.are_unsure()
        if are_unsure:
            rules = self._without_age(rules)
        self._is_unsure = are_unsure
        early_bytes = self._early_allowance(now)
        removal = plan_removal(
            self._stock.oldest_first(),
            self._pins.holding(oldest_ms, newest_ms + DAY_MS),
            stock,
            rules,
            now_ms,
            is_believed=is_believed,
            hand_may_go=is_believed and self._news.hand_may_go(now),
            early_bytes=early_bytes,
        )
        if not is_believed and removal.short_bytes > 0 and early_bytes > 0:
            before_ms = round(now.mono_s * 1000) - NEWEST_MS
            needed = min(removal.short_bytes, early_bytes)
            removal.unstamped = self._stock.oldest_unstamped(needed, self._trust.boot_id, before_ms)
        if not removal.is_more:
            self._age_again_s = now.mono_s + AGE_AGAIN_S
        return removal

    def _used_bytes(self, now: Instant, rules: VideoRules) -> int:
        """By our video, where that is bounded; added up now and then, and whenever some of it went."""
        if rules.max_bytes is None:
            return 0
        if self._used is None or now.mono_s - self._used[1] >= USED_AGAIN_S:
            self._used = (self._stock.used_bytes(), now.mono_s)
        return self._used[0]

    def _without_age(self, rules: VideoRules) -> VideoRules:
        """Rules by which nothing goes for its age alone: which of it is pinned is not known."""
        if not self._is_unsure:
            _log.warning(
                "video that has kept its time stays: which of it is pinned is not known; see gateway status, and close"
                " what was set aside"
            )
        return replace(rules, keep_ms=FAR_FUTURE_MS)

    def _retention_ms(self, now: Instant) -> tuple[int | None, bool]:
        """By which time video is old, and whether that is believed; see `RetentionClock`. `None`: nothing is known."""
        if not self._trust.is_trusted(now):
            return self._believed_ms, False
        if self._clock is None:
            known_ms = self._rounds.done_ms(_ROUND)
            self._clock = RetentionClock(known_ms or self._stock.newest_ms() or None)
        self._believed_ms = self._clock.now_ms(now)
        return self._believed_ms, self._believed_ms == now.wall_ms

    def _early_allowance(self, now: Instant) -> int:
        """What may go of the video that is younger than 90 days; grows as time passes, an hour's worth at the most."""
        forecast = self._room.forecast
        bits = float(USUAL_BITS_A_SECOND * self._camera_count)
        if forecast is not None and forecast.rates:
            bits = sum(rate.bits_a_second for rate in forecast.rates)
        most = EARLY_PACE * bits / 8 * 3600
        passed_s = 3600.0 if self._early_at_s is None else now.mono_s - self._early_at_s
        self._early_at_s = now.mono_s
        self._early_bytes = min(most, self._early_bytes + most * passed_s / 3600)
        return int(self._early_bytes)

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
            self._used = None
            self._early_bytes -= bytes_of([*removal.early, *removal.unstamped])
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
        self._news.early(removal, self._room.forecast, now)
        for detail, some in (
            ("kept its time", removal.aged),
            ("for want of room", removal.for_room),
            ("early, for want of room", removal.early),
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
        if self._believed_ms is not None:
            self._rounds.completed(_ROUND, self._believed_ms)
            before_ms = self._believed_ms - rules.keep_ms - NOTES_MS
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
                utc_text(first),
                utc_text(last),
            )
