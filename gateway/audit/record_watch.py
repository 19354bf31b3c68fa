"""Watches over the records: what is odd about their values, which limits they exceed. Never touches a value or a file.

Every record is looked at once, in the order of time; what was noticed, what must be remembered and how far it came are
one transaction, so a restart anywhere repeats nothing and misses nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from itertools import islice

from gateway.audit.events import EventStore
from gateway.core.interfaces import Instant
from gateway.core.limits import Level
from gateway.core.permitted import Detail, Permitted
from gateway.core.watching import Look, Memory, Noted, Topic, Watchlist, look, remembered
from gateway.records.closer import utc
from gateway.records.store import RecordStore

_log = logging.getLogger(__name__)

MOST_PER_STEP = 50
IDLE_S = 60.0
TOPICS = (Topic.QUALITY, Topic.EXCEEDANCE)
FRESH_SLOTS = 2
"""An exceedance that ended longer ago than so many slots is not worth a sample: that water has flowed."""


class RecordWatch:
    """A stage of the clerk, after the closer. `on_exceeded` is told in words when a limit begins to be exceeded now."""

    def __init__(
        self,
        records: RecordStore,
        events: EventStore,
        watchlist: Watchlist,
        on_exceeded: Callable[[str], object] | None = None,
    ) -> None:
        self._records = records
        self._events = events
        self._watchlist = watchlist
        self._on_exceeded = on_exceeded
        self._cursor_ms: int | None = None
        self._memory = Memory()

    def step(self, now: Instant) -> float:
        """Look at the records that were closed since."""
        slot_ms = self._watchlist.slot_ms
        after_ms = self._resume() if self._cursor_ms is None else self._cursor_ms
        new = list(islice(self._records.records(slot_ms, after_ms, _FAR_MS), MOST_PER_STEP))
        if not new:
            return now.mono_s + IDLE_S
        memory, looks = self._memory, list[Look]()
        for record in new:
            looks.append(look(record, self._watchlist, memory))
            memory = looks[-1].memory
        for record, one in zip(new, looks, strict=True):
            if now.wall_ms - record.slot.end_ms <= FRESH_SLOTS * slot_ms:
                self._alarm(one)
        self._events.keep(new[-1].slot.end_ms, looks)
        self._memory, self._cursor_ms = memory, new[-1].slot.end_ms
        for one in looks:
            _tell(one)
        return now.mono_s if len(new) == MOST_PER_STEP else now.mono_s + IDLE_S

    def _alarm(self, one: Look) -> None:
        """Before it is written down: a crash in between asks twice, and the sampler keeps its interval."""
        exceeded = [noted for noted in one.began if noted.episode.kind == Level.EXCEEDED]
        if exceeded and self._on_exceeded is not None:
            shown = [f"{noted.subject} {noted.episode.peak:g} ({noted.detail})" for noted in exceeded]
            self._on_exceeded(f"limit exceeded: {', '.join(shown)}")

    def _resume(self) -> int:
        """Where the last run came to. A station that was never watched is watched from now on."""
        found = self._events.memory()
        slot_ms = self._watchlist.slot_ms
        if found is None:
            newest_ms = self._records.newest_ms(slot_ms)
            found = (-1 if newest_ms is None else newest_ms), Memory()
            self._events.begin(found[0])
        self._cursor_ms, memory = found
        before = self._records.records(slot_ms, self._cursor_ms - self._watchlist.longest_mean_ms, self._cursor_ms)
        self._memory = remembered(list(before) if self._watchlist.longest_mean_ms else [], self._watchlist, memory)
        for subject, permitted in sorted(_permits(self._watchlist), key=str):
            self._events.put_in_form(subject, permitted)
        self._events.forget(_not_looked_for(self._events.lasting(TOPICS), self._watchlist))
        return self._cursor_ms


_FAR_MS = 1 << 62


def _permits(watchlist: Watchlist) -> set[tuple[str, Permitted]]:
    return {(one.sent.symbol, Permitted(limit, one.sent.unit)) for one in watchlist.watched for limit in one.limits}


def _not_looked_for(lasting: list[Noted], watchlist: Watchlist) -> list[Noted]:
    """What lasts of subjects and limits that there are no more."""
    subjects = {one.sent.symbol for one in watchlist.watched} | {group.name for group in watchlist.groups}
    known = _permits(watchlist)
    return [
        noted
        for noted in lasting
        if (
            noted.subject not in subjects
            if noted.topic is Topic.QUALITY
            else (noted.subject, noted.detail) not in known
        )
    ]


def _tell(one: Look) -> None:
    """A line for each kind, however many parameters it befell: an instrument that fell silent is one piece of news."""
    for (topic, kind, detail, begin_ms), many in _alike(one.began).items():
        _log.warning("%s state=began since=%s %s", _words(topic, kind, detail), utc(begin_ms), _subjects(many))
    for (topic, kind, detail, begin_ms), many in _alike(one.ended).items():
        _log.info("%s state=ended since=%s %s", _words(topic, kind, detail), utc(begin_ms), _subjects(many))


def _alike(noted: Iterable[Noted]) -> dict[tuple[str, str, Detail, int], list[Noted]]:
    found: dict[tuple[str, str, Detail, int], list[Noted]] = {}
    for one in noted:
        found.setdefault((one.topic, str(one.episode.kind), one.detail, one.episode.begin_ms), []).append(one)
    return found


def _words(topic: str, kind: str, detail: Detail) -> str:
    return f'{topic}={kind} limit="{detail}"' if detail else f"{topic}={kind}"


def _subjects(many: Sequence[Noted]) -> str:
    shown = (f"{one.subject}:{one.episode.peak}" for one in many)
    return f"slots={max(one.episode.count for one in many)} worst={','.join(shown)}"
