"""Orders that the authority has not accepted within three minutes, as events: one for the whole of them, which begins
when the first is late and ends when none that waits is."""

from __future__ import annotations

import logging
from dataclasses import replace

from gateway.audit.events import EventStore
from gateway.core.episode import Episode
from gateway.core.findings import ORDERS_LATE, Finding, Topic
from gateway.core.interfaces import Instant
from gateway.core.phrase import Phrase
from gateway.core.transport_order import PROMISED_MS
from gateway.db import Database
from gateway.orders.fates import late_waiting, oldest_waiting_ms

_log = logging.getLogger(__name__)

LOOK_EVERY_S = 5.0


class LateOrderWatch:
    """A stage of the clerk. What it writes follows from what waits: it may be repeated at any time."""

    def __init__(self, database: Database, events: EventStore, subject: str) -> None:
        """`subject`: the destination that orders go to."""
        self._database = database
        self._events = events
        self._subject = subject
        self._next_s = float("-inf")

    def step(self, now: Instant) -> float:
        if now.mono_s < self._next_s:
            return self._next_s
        self._next_s = now.mono_s + LOOK_EVERY_S
        late = late_waiting(self._database, now.wall_ms - PROMISED_MS)
        lasting = [one for one in self._events.lasting((Topic.DELIVERY,)) if one.episode.kind == ORDERS_LATE]
        if late and not lasting:
            self._begin(late, now.wall_ms)
        elif lasting and not late:
            self._events.note([_ended(one, now.wall_ms) for one in lasting], now.wall_ms)
            _log.info("no order waits for more than three minutes any more destination=%s", self._subject)
        return self._next_s

    def _begin(self, late: int, now_ms: int) -> None:
        oldest_ms = oldest_waiting_ms(self._database)
        due_ms = now_ms if oldest_ms is None else oldest_ms + PROMISED_MS
        episode = Episode(ORDERS_LATE, due_ms, due_ms, late, None)
        detail = Phrase("not accepted within three minutes of being submitted")
        self._events.note([Finding(self._subject, episode, Topic.DELIVERY, detail)], now_ms)
        _log.error("orders are late destination=%s orders=%d", self._subject, late)


def _ended(finding: Finding, at_ms: int) -> Finding:
    end_ms = max(at_ms, finding.episode.begin_ms)
    return replace(finding, episode=replace(finding.episode, last_ms=end_ms, end_ms=end_ms))
