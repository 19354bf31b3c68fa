"""What is told about removing video, each with its begin and its end: the disk that is missing, video that goes before
its 90 days, pins that hold more than their budget."""

from __future__ import annotations

import logging

from gateway.cameras.catalog.camera_events import CameraEventStore
from gateway.cameras.keeping.room_watch import ALL_CAMERAS
from gateway.core.instants import DAY_MS, local_text, utc_text
from gateway.core.interfaces import Instant
from gateway.core.number_of import number_of
from gateway.core.phrase import Phrase, in_a_row
from gateway.core.room_forecast import RoomForecast, size_text
from gateway.core.video import CameraEventKind
from gateway.core.video_removal import Removal, bytes_of
from gateway.core.video_rules import VideoRules

_log = logging.getLogger(__name__)

OVER_AFTER_S = 86_400.0
"""Nothing was removed early, no pin gave way for so long: it is over."""
WRITTEN_AGAIN_S = 600.0
"""That it still lasts, and is the same."""
NOTICE_MS = 7 * DAY_MS
"""So long it is told that pins by hand hold too much before the oldest of them may go."""


class RemovalNews:
    """Each is told in the log once when it begins and once when it ends; the event says more as more is known."""

    def __init__(self, events: CameraEventStore) -> None:
        self._events = events
        self._lasts = {event.kind: event.began_ms for event in events.lasting() if event.camera == ALL_CAMERAS}
        """Since when, of what lasts; also of what an earlier run of the recorder told."""
        self._last_s: dict[CameraEventKind, float] = {}
        self._written: dict[CameraEventKind, tuple[str, float]] = {}

    def disk_missing(self, words: str, now: Instant) -> None:
        self._begin(CameraEventKind.DISK_MISSING, words, now)

    def disk_there(self, now: Instant) -> None:
        self._end(CameraEventKind.DISK_MISSING, now)

    def early(self, removal: Removal, rules: VideoRules, forecast: RoomForecast | None, now: Instant) -> None:
        """Of what is about to go: how much, which days, what would help."""
        helps = "" if forecast is None else Phrase("; {help}", help=forecast.help())
        if removal.unstamped:
            self._begin(
                CameraEventKind.REMOVED_EARLY,
                Phrase(
                    "video whose time nobody vouches for yet ({size}) is removed, what was recorded first: there"
                    " is no room, and no clock to tell what is old{helps}",
                    size=size_text(bytes_of(removal.unstamped)),
                    helps=helps,
                ),
                now,
            )
            return
        if not removal.early:
            self._end_later(CameraEventKind.REMOVED_EARLY, now)
            return
        first, last = removal.early[0], max(removal.early, key=lambda one: one.begin_ms)
        age = max(0, now.wall_ms - first.begin_ms) // DAY_MS
        days = sorted({local_text(one.begin_ms, rules.zone)[:10] for one in (first, last)})
        self._begin(
            CameraEventKind.REMOVED_EARLY,
            Phrase(
                "video of {days} ({size}) is removed after {age}, 90 are to be kept, and with it all that is"
                " older: there is no room{helps}",
                days=" to ".join(days),
                size=size_text(bytes_of(removal.early)),
                age=number_of(age, "day"),
                helps=helps,
            ),
            now,
        )

    def pins(self, removal: Removal, rules: VideoRules, now: Instant) -> None:
        """Pins that give way, or that hold more than they may."""
        is_over = removal.by_hand_bytes > rules.pinned_bytes
        if not removal.giving_way and not is_over:
            self._end_later(CameraEventKind.PINS_FULL, now)
            return
        words = [Phrase("pins may hold {size} of video that has kept its time", size=size_text(rules.pinned_bytes))]
        if removal.giving_way:
            first = removal.giving_way[0]
            words.append(
                Phrase(
                    "{count} give way, the oldest of {begin} ({reason})",
                    count=len(removal.giving_way),
                    begin=utc_text(first.begin_ms),
                    reason=first.reason,
                )
            )
        if is_over:
            from_ms = self._lasts.get(CameraEventKind.PINS_FULL, now.wall_ms) + NOTICE_MS
            day = local_text(from_ms, rules.zone)[:10]
            words.append(
                Phrase(
                    "pins by hand hold {size}; from {day} on the oldest of them go where room is short:"
                    " release some, or let cameras.storage.pinned be larger",
                    size=size_text(removal.by_hand_bytes),
                    day=day,
                )
            )
        self._begin(CameraEventKind.PINS_FULL, in_a_row(words, "; "), now)

    def hand_may_go(self, now: Instant) -> bool:
        """Whether it was told for long enough that pins hold too much."""
        since_ms = self._lasts.get(CameraEventKind.PINS_FULL)
        return since_ms is not None and now.wall_ms - since_ms >= NOTICE_MS

    def _begin(self, kind: CameraEventKind, words: str, now: Instant) -> None:
        if kind not in self._lasts:
            _log.error("%s: %s", kind.value, words)
        self._last_s[kind] = now.mono_s
        before, written_s = self._written.get(kind, ("", 0.0))
        if words == before and now.mono_s - written_s < WRITTEN_AGAIN_S:
            return
        self._events.begin(ALL_CAMERAS, kind, words, now.wall_ms)
        self._written[kind] = (words, now.mono_s)
        self._lasts.setdefault(kind, now.wall_ms)

    def _end_later(self, kind: CameraEventKind, now: Instant) -> None:
        if kind in self._lasts and now.mono_s - self._last_s.setdefault(kind, now.mono_s) >= OVER_AFTER_S:
            self._end(kind, now)

    def _end(self, kind: CameraEventKind, now: Instant) -> None:
        if kind in self._lasts:
            self._events.end(ALL_CAMERAS, kind, now.wall_ms)
            _log.info("%s is over", kind.value)
            del self._lasts[kind]
            self._written.pop(kind, None)
