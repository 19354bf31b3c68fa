"""What lasts now, for a target that is new: events, what is thought of the clock, what is set aside, cameras."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from gateway.core.alert import Alert, AlertKind, AlertState
from gateway.core.alert_entries import alert_of, event_alert
from gateway.core.journal_entry import EntryKind

_MOST_ENTRIES = 3000
"""Of cameras, that are looked at for what has begun and not ended: some weeks of a restless one."""
_EVENTS = (
    "SELECT topic, kind, subject, detail, began_ms, worst, cause FROM sound_event WHERE ended_ms IS NULL"
    " ORDER BY began_ms, id"
)
_NEWEST = "SELECT time_ms, what, hash FROM sound_journal WHERE kind = ? AND seq > ? - ? ORDER BY seq"
_MATTERS = "SELECT kind, subject, reason, found_ms FROM sound_set_aside WHERE closed_ms IS NULL ORDER BY id"


def lasting_alerts(connection: sqlite3.Connection, kinds: frozenset[AlertKind]) -> list[Alert]:
    """Oldest first. For the transaction in which the target begins to be told of what comes."""
    found = [
        *_events(connection),
        *_matters(connection),
        *_begun(connection, EntryKind.CAMERA),
        *_begun(connection, EntryKind.CLOCK)[-1:],
    ]
    found = [one for one in found if one.kind in kinds]
    return sorted(found, key=lambda one: one.began_ms or 0)


def _events(connection: sqlite3.Connection) -> Iterator[Alert]:
    for topic, kind, subject, detail, began_ms, worst, cause in connection.execute(_EVENTS):
        facts = {"detail": detail or None, "began_ms": began_ms, "worst": worst, "cause": cause}
        alert = event_alert(topic, kind, subject, {name: one for name, one in facts.items() if one is not None})
        if alert is not None:
            yield alert


def _matters(connection: sqlite3.Connection) -> Iterator[Alert]:
    for matter, subject, reason, found_ms in connection.execute(_MATTERS):
        if matter == "conflict":
            continue  # an event tells of it
        what = {"act": "found", "matter": matter, "subject": subject, "reason": reason, "since_ms": found_ms}
        alert = alert_of(EntryKind.STORAGE, what, found_ms, _hash(f"{matter} {subject} {found_ms}"))
        if alert is not None:
            yield alert


def _hash(key: str) -> str:
    return sha256(key.encode(errors="backslashreplace")).hexdigest()


def _begun(connection: sqlite3.Connection, kind: EntryKind) -> list[Alert]:
    """What the newest entries of this kind say has begun, without what they say has ended."""
    (head,) = connection.execute("SELECT coalesce(max(seq), 0) FROM journal").fetchone()
    begun: dict[tuple[Any, ...], Alert] = {}
    for time_ms, what, entry_hash in connection.execute(_NEWEST, (kind.value, head, _MOST_ENTRIES)):
        content = json.loads(what)
        alert = alert_of(kind, content, time_ms, entry_hash)
        if alert is None:
            continue
        key = (alert.kind, alert.subjects, content.get("kind"))
        begun.pop(key, None)
        if alert.state is AlertState.BEGAN:
            begun[key] = alert
    return list(begun.values())
