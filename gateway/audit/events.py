"""Episodes in the database: what was noticed about the records and about deliveries, and how far the watch over the
records has come. Whatever begins and ends here is told in the journal, in the same transaction."""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from gateway.audit.event_entries import EVENT_KEY, EventKey, tell_events
from gateway.core.episode import Episode
from gateway.core.findings import Finding, FindingState, StepResult, Topic
from gateway.core.frozen import FrozenState
from gateway.core.lateness import DelayCause
from gateway.core.limits import episodes_from_json, episodes_to_json
from gateway.core.permit_limit import PermitLimit, detail_from_text, detail_to_text
from gateway.core.quality import QualityState
from gateway.core.reason import Reason
from gateway.db import Database
from gateway.db.remembered import remember

_log = logging.getLogger(__name__)

NAME = "records"
_COLUMNS = "id, subject, kind, began_ms, last_ms, count, worst, ended_ms, topic, detail, cause, reason"


class EventStore:
    """All access to events."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def state(self) -> tuple[int, FindingState] | None:
        """Number of the newest record that was looked at, and what was remembered then; `None`: none was."""
        rows = self._database.read("SELECT record_id, state FROM sound_watch WHERE name = ?", (NAME,))
        try:
            return (rows[0][0], _state(json.loads(rows[0][1]))) if rows else None
        except (ValueError, LookupError, TypeError, AttributeError) as damage:
            _log.error("what the watch over the records remembered is damaged, it begins anew error=%r", str(damage))
            return None

    def begin(self, record_id: int, state: FindingState) -> None:
        """The watch begins behind this record, with what those before it show."""
        with self._database.write() as connection:
            _remember(connection, record_id, state)

    def keep(self, record_id: int, results: Sequence[StepResult], now_ms: int) -> None:
        """What came of the records up to this one, in one transaction with how far the watch has come."""
        with self._database.write() as connection:
            news = [finding for result in results for finding in (*result.began, *result.ended)]
            _put(connection, [*news, *results[-1].lasting], now_ms)
            _remember(connection, record_id, results[-1].state)

    def note(self, many: Sequence[Finding], now_ms: int) -> None:
        """What is known of these now, in one transaction."""
        with self._database.write() as connection:
            _put(connection, many, now_ms)

    def forget(self, forgotten: Sequence[Finding], now_ms: int) -> None:
        """What nobody looks for any more ended when it was last seen."""
        if forgotten:
            with self._database.write() as connection:
                keys = [_key(finding) for finding in forgotten]
                connection.executemany(f"UPDATE event SET ended_ms = last_ms WHERE {EVENT_KEY}", keys)  # noqa: S608  # a constant
                tell_events(connection, keys, now_ms)

    def put_in_form(self, subject: str, permit_limit: PermitLimit) -> None:
        """What an older gateway wrote of this limit in words is kept as the limit that it is."""
        old = (Topic.EXCEEDANCE.value, subject, str(permit_limit))
        if self._database.read("SELECT 1 FROM event WHERE topic = ? AND subject = ? AND detail = ? LIMIT 1", old):
            with self._database.write() as connection:
                connection.execute(
                    "UPDATE OR IGNORE event SET detail = ? WHERE topic = ? AND subject = ? AND detail = ?",
                    (permit_limit.to_json(), *old),
                )

    def lasting(self, topics: Iterable[Topic]) -> list[Finding]:
        """What of these has begun and not ended, oldest first."""
        found = self._select("WHERE ended_ms IS NULL ORDER BY began_ms, id")
        return [finding for finding in found if finding.topic in topics]

    def findings(self, topic: Topic, from_ms: int, until_ms: int) -> list[Finding]:
        """Episodes of that topic that touch `[from_ms, until_ms]`, oldest first."""
        return self._select(
            "WHERE topic = ? AND began_ms <= ? AND coalesce(ended_ms, ?) >= ? ORDER BY began_ms, id",
            topic.value,
            until_ms,
            until_ms,
            from_ms,
        )

    def _select(self, rest: str, *parameters: Any) -> list[Finding]:
        rows = self._database.read(f"SELECT {_COLUMNS} FROM sound_event {rest}", parameters)  # noqa: S608  # constants
        return self._database.objects("event", rows, _finding)


def _finding(_number: int, *row: Any) -> Finding:
    topic, detail, cause, reason = row[7:]
    return Finding(
        row[0],
        Episode(*row[1:7]),
        Topic(topic),
        detail_from_text(detail),
        None if cause is None else DelayCause(cause),
        None if reason is None else Reason.from_text(reason),
    )


def _put(connection: sqlite3.Connection, many: Sequence[Finding], now_ms: int) -> None:
    """As they are now, and the journal told of it."""
    connection.executemany(
        "INSERT INTO event (topic, subject, kind, detail, began_ms, last_ms, ended_ms, count, worst, cause, reason)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET last_ms = excluded.last_ms,"
        " ended_ms = excluded.ended_ms, count = excluded.count, worst = excluded.worst, cause = excluded.cause,"
        " reason = coalesce(excluded.reason, reason)",
        [_row(finding) for finding in many],
    )
    tell_events(connection, map(_key, many), now_ms)


def _row(finding: Finding) -> tuple[Any, ...]:
    episode = finding.episode
    reason = None if finding.reason is None else finding.reason.to_text()
    return (
        *_key(finding),
        episode.last_ms,
        episode.end_ms,
        episode.count,
        episode.peak,
        finding.cause,
        reason,
    )


def _key(finding: Finding) -> EventKey:
    detail = detail_to_text(finding.detail)
    return (finding.topic.value, finding.subject, str(finding.episode.kind), detail, finding.episode.begin_ms)


def _remember(connection: sqlite3.Connection, record_id: int, state: FindingState) -> None:
    content = {
        "quality": _texts(state.quality, QualityState.to_json),
        "days": _texts(state.days, QualityState.to_json),
        "frozen": _texts(state.frozen, FrozenState.to_json),
        "levels": _texts(state.levels, episodes_to_json),
    }
    remember(connection, NAME, content, record_id)


def _texts(states: Mapping[str, Any], to_json: Callable[[Any], str]) -> dict[str, str]:
    return {name: to_json(state) for name, state in states.items()}


def _state(content: Mapping[str, Mapping[str, str]]) -> FindingState:
    return FindingState(
        {name: QualityState.from_json(text) for name, text in content["quality"].items()},
        {name: QualityState.from_json(text) for name, text in content["days"].items()},
        {name: FrozenState.from_json(text) for name, text in content["frozen"].items()},
        {name: episodes_from_json(text) for name, text in content["levels"].items()},
    )
