"""Decides which video goes next. Asks the stock, the pins, the disk and the clock; removes nothing."""

from __future__ import annotations

import logging
from dataclasses import replace

from gateway.cameras.disk.video_disk import VideoDisk
from gateway.cameras.keeping.early_allowance import EarlyAllowance
from gateway.cameras.keeping.pins import PinStore
from gateway.cameras.keeping.removal_news import RemovalNews
from gateway.cameras.keeping.video_age_clock import VideoAgeClock
from gateway.cameras.keeping.video_stock import VideoStock
from gateway.core.instants import DAY_MS, FAR_FUTURE_MS
from gateway.core.interfaces import ClockTrust, Instant
from gateway.core.room_forecast import RoomForecast
from gateway.core.video_removal import Removal, bytes_of
from gateway.core.video_retention import plan_removal
from gateway.core.video_rules import NEWEST_MS, Stock, VideoRules

_log = logging.getLogger(__name__)

AGE_AGAIN_S = 60.0
"""What is pinned is looked at each time, and stays."""
USED_AGAIN_S = 60.0


class NextRemoval:
    """A part of the janitor's work."""

    def __init__(
        self,
        disk: VideoDisk,
        stock: VideoStock,
        pins: PinStore,
        age: VideoAgeClock,
        allowance: EarlyAllowance,
        trust: ClockTrust,
    ) -> None:
        self._disk = disk
        self._stock = stock
        self._pins = pins
        self._age = age
        self._allowance = allowance
        self._trust = trust
        self._is_unsure = False
        self._used: tuple[int, float] | None = None
        self._age_again_s = 0.0

    def plan(self, now: Instant, rules: VideoRules, forecast: RoomForecast | None, news: RemovalNews) -> Removal:
        """`news`: whether a person was told for long enough that pins by hand hold too much.

        Raises:
            OSError: the disk cannot be asked.
        """
        now_ms, is_believed = self._age.now_ms(now)
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
        early_bytes = self._allowance.left_bytes(now, forecast)
        removal = plan_removal(
            self._stock.oldest_first(),
            self._pins.holding(oldest_ms, newest_ms + DAY_MS),
            stock,
            rules,
            now_ms,
            is_believed=is_believed,
            hand_may_go=is_believed and news.hand_may_go(now),
            early_bytes=early_bytes,
        )
        if not is_believed and removal.short_bytes > 0 and early_bytes > 0:
            before_ms = round(now.mono_s * 1000) - NEWEST_MS
            needed = min(removal.short_bytes, early_bytes)
            removal.unstamped = self._stock.oldest_unstamped(needed, self._trust.boot_id, before_ms)
        if not removal.is_more:
            self._age_again_s = now.mono_s + AGE_AGAIN_S
        return removal

    def went(self, removal: Removal) -> None:
        """What was planned is on its way."""
        self._used = None
        self._allowance.spend(bytes_of([*removal.early, *removal.unstamped]))

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
