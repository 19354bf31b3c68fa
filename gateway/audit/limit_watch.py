"""Tells of limits that change with a day of their own, such as a table's value from 2026 on: once each, in the journal
and the log, also where the gateway was off on that day."""

from __future__ import annotations

import json
import logging
from typing import Any

from gateway.core.dated_limit import LimitSpan
from gateway.core.findings import FindingRules
from gateway.core.instants import local_time
from gateway.core.interfaces import Instant
from gateway.core.journal_entry import EntryKind
from gateway.core.limit_days import LimitChange, changes_of
from gateway.core.limit_words import limit_said
from gateway.core.permit_limit import PermitLimit
from gateway.db import Database
from gateway.journal.chain import append

_log = logging.getLogger(__name__)

LOOK_EVERY_S = 60.0
"""For the day that begins: nothing changes within one."""


class LimitWatch:
    """A stage of the clerk, among those that wait for a clock that can be trusted. Entries of the journal say what was
    told: a restart repeats nothing. What changed before these limits were first in force is the start's to tell."""

    def __init__(self, database: Database, rules: FindingRules, zone: str) -> None:
        self._database = database
        self._changes = tuple(change for one in rules.lines for change in changes_of(one.sent, one.limits))
        self._zone = zone
        self._next_s = float("-inf")

    def step(self, now: Instant) -> float:
        if now.mono_s < self._next_s:
            return self._next_s
        due = [one for one in self._changes if one.at_ms <= now.wall_ms]
        since_ms = self._since_ms() if due else None
        if since_ms is not None:
            told = self._told()
            news = [one for one in due if one.at_ms > since_ms and one.at_ms not in told]
            for at_ms in sorted({one.at_ms for one in news}):
                self._tell(at_ms, [one for one in news if one.at_ms == at_ms], now.wall_ms)
        self._next_s = now.mono_s + LOOK_EVERY_S
        return self._next_s

    def _tell(self, at_ms: int, changes: list[LimitChange], now_ms: int) -> None:
        day = local_time(at_ms, self._zone).date().isoformat()
        with self._database.write() as connection:
            what = {"day": day, "at_ms": at_ms, "changes": [_said(one) for one in changes]}
            append(connection, now_ms, EntryKind.LIMIT_CHANGE, what)
        for one in changes:
            _log.warning("limits change: from %s on: %s", day, _change(one))

    def _since_ms(self) -> int | None:
        """From when on the limits of today are in force: the newest entry of them. `None`: none was told yet."""
        rows = self._database.read(
            "SELECT time_ms, what FROM sound_journal WHERE kind = ? ORDER BY seq DESC LIMIT 1", (EntryKind.LIMITS,)
        )
        if not rows:
            return None
        since_ms = json.loads(rows[0][1]).get("since_ms")
        return int(rows[0][0] if since_ms is None else since_ms)

    def _told(self) -> set[int]:
        rows = self._database.read("SELECT what FROM sound_journal WHERE kind = ?", (EntryKind.LIMIT_CHANGE,))
        return {json.loads(what).get("at_ms") for (what,) in rows}


def log_limits(rules: FindingRules, now_ms: int) -> None:
    """What is in force by the clock, a line each: at a start with other limits than the one before."""
    for one in rules.lines:
        for span in one.limits:
            if span.holds_at(now_ms):
                _log.info("limit in force: %s %s", one.sent.symbol, _shown(span, one.sent.unit))


def _change(change: LimitChange) -> str:
    """`PM2,5 at most 45 ug/Nm3 over 24 h (QCVN 05:2023) instead of at most 50 ug/Nm3 over 24 h (QCVN 05:2023)`."""
    unit = change.parameter.unit
    before, after = (None if one is None else _shown(one, unit) for one in (change.before, change.after))
    instead = "" if before is None else f" instead of {before}"
    return f"{change.parameter.symbol} {after or 'no limit any more'}{instead}"


def _shown(span: LimitSpan, unit: str) -> str:
    """In English, as logs have it. Not by `gateway.texts`: the daemon can do without its catalogues in memory."""
    limit = str(PermitLimit(span.limit, unit))
    return limit if span.origin is None else f"{limit} ({span.origin})"


def _said(change: LimitChange) -> dict[str, Any]:
    return {
        "line": change.parameter.symbol,
        "unit": change.parameter.unit,
        "before": None if change.before is None else limit_said(change.before),
        "after": None if change.after is None else limit_said(change.after),
    }
