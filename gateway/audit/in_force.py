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
    """What the values are held against, by parameter. Tells whether that is news. `since_ms`: the end of the newest
    slot that was closed before, for a clock may be wrong when the gateway starts."""
    limits = {
        one.sent.symbol: {"unit": one.sent.unit, "limits": [limit_said(span) for span in one.limits]}
        for one in rules.lines
        if one.limits
    }
    newest = database.read("SELECT end_ms FROM record ORDER BY id DESC LIMIT 1")
    since_ms = newest[0][0] if newest else None
    return _tell(database, EntryKind.LIMITS, "limits", limits, now_ms, since_ms=since_ms)


def _tell(
    database: Database, kind: EntryKind, name: str, content: Mapping[str, Any], now_ms: int, **beside: object
) -> bool:
    rows = database.read("SELECT what FROM sound_journal WHERE kind = ? ORDER BY seq DESC LIMIT 1", (kind.value,))
    before = json.loads(rows[0][0]).get(name) if rows else None
    now = json.loads(canonical(sayable(content)))
    if before == now or (before is None and not now):
        return False
    changes = [] if before is None else [
        {"path": one.path, "before": one.before, "after": one.after} for one in differences(before, now)
    ]  # fmt: skip
    with database.write() as connection:
        append(connection, now_ms, kind, {name: now, "changes": changes, **beside})
    return True
