"""What is in force, told in the journal only where it is something else than was told last: versions and limits."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from gateway.core.difference import differences
from gateway.core.findings import FindingRules
from gateway.core.journal_entry import EntryKind, canonical, sayable
from gateway.core.limit_words import limit_said
from gateway.db import Database
from gateway.journal.chain import append


def tell_versions(database: Database, versions: Mapping[str, Any], now_ms: int) -> bool:
    """The gateway's, Python's, the kernel's and the packages'. Tells whether that is news."""
    return _tell(database, EntryKind.VERSION, "versions", versions, now_ms)


def tell_limits(database: Database, rules: FindingRules, now_ms: int) -> bool:
    """What the values are held against, by parameter. Tells whether that is news; at the first start also that there is
    no limit, so that one that comes later is not taken for what was in force before. `since_ms`: the end of the newest
    slot that was closed before, for a clock may be wrong when the gateway starts. Where that slot turns out to be of a
    clock that was ahead, they are told again, from when they really held."""
    limits = {
        one.sent.symbol: {"unit": one.sent.unit, "limits": [limit_said(span) for span in one.limits]}
        for one in rules.lines
        if one.limits
    }
    newest = database.read("SELECT end_ms FROM record ORDER BY id DESC LIMIT 1")
    since_ms = int(newest[0][0]) if newest else None
    told = _told_last(database, EntryKind.LIMITS) or {}
    was_ahead = since_ms is not None and (told.get("since_ms") or since_ms) > max(since_ms, now_ms)
    return _tell(database, EntryKind.LIMITS, "limits", limits, now_ms, again=was_ahead, since_ms=since_ms)


def _told_last(database: Database, kind: EntryKind) -> dict[str, Any] | None:
    rows = database.read("SELECT what FROM sound_journal WHERE kind = ? ORDER BY seq DESC LIMIT 1", (kind.value,))
    return dict(json.loads(rows[0][0])) if rows else None


def _tell(
    database: Database,
    kind: EntryKind,
    name: str,
    content: Mapping[str, Any],
    now_ms: int,
    *,
    again: bool = False,
    **beside: object,
) -> bool:
    told = _told_last(database, kind)
    before = None if told is None else told.get(name)
    now = json.loads(canonical(sayable(content)))
    if before == now and not again:
        return False
    changes = [] if before is None else [
        {"path": one.path, "before": one.before, "after": one.after} for one in differences(before, now)
    ]  # fmt: skip
    with database.write() as connection:
        append(connection, now_ms, kind, {name: now, "changes": changes, **beside})
    return True
