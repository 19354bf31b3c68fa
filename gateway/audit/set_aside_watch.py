"""What was set aside for a person, as events: each begins when it is found and ends when the matter is closed."""

from __future__ import annotations

from gateway.audit.events import EventStore
from gateway.core.episode import Episode
from gateway.core.findings import JOURNAL_ALTERED, OTHER_BYTES, ROLLED_BACK, Finding, Topic
from gateway.core.interfaces import Instant
from gateway.db import Database
from gateway.db.damage import SetAsideKind
from gateway.db.set_aside import SetAside, open_ones

LOOK_EVERY_S = 10.0
_TOPICS = {
    SetAsideKind.CONFLICT: (Topic.DELIVERY, OTHER_BYTES),
    SetAsideKind.ROLLBACK: (Topic.STORAGE, ROLLED_BACK),
    SetAsideKind.JOURNAL: (Topic.STORAGE, JOURNAL_ALTERED),
}
_KINDS = {kind for _, kind in _TOPICS.values()}
_DATABASE = "database"


class SetAsideWatch:
    """A stage of the clerk. What it writes follows from what is set aside: it may be repeated at any time."""

    def __init__(self, database: Database, events: EventStore) -> None:
        self._database = database
        self._events = events
        self._next_s = float("-inf")

    def step(self, now: Instant) -> float:
        if now.mono_s < self._next_s:
            return self._next_s
        self._next_s = now.mono_s + LOOK_EVERY_S
        wanted = {_key(one): one for one in map(_finding, open_ones(self._database)) if one is not None}
        topics = {topic for topic, _ in _TOPICS.values()}
        lasting = {_key(one): one for one in self._events.lasting(topics) if one.episode.kind in _KINDS}
        began = [one for key, one in wanted.items() if key not in lasting]
        ended = [_ended(one, now.wall_ms) for key, one in lasting.items() if key not in wanted]
        if began or ended:
            self._events.note([*began, *ended], now.wall_ms)
        return self._next_s


def _finding(one: SetAside) -> Finding | None:
    if one.kind not in _TOPICS:
        return None
    topic, kind = _TOPICS[one.kind]
    subject = one.subject.partition("/")[0] if one.kind is SetAsideKind.CONFLICT else _DATABASE
    return Finding(subject, Episode(kind, one.found_ms, one.found_ms, 1, None), topic, one.reason)


def _key(finding: Finding) -> tuple[str, str, str, int]:
    return finding.subject, finding.episode.kind, str(finding.detail), finding.episode.begin_ms


def _ended(finding: Finding, at_ms: int) -> Finding:
    episode = finding.episode
    ended = Episode(episode.kind, episode.begin_ms, episode.last_ms, 1, None, max(at_ms, episode.begin_ms))
    return Finding(finding.subject, ended, finding.topic, finding.detail)
