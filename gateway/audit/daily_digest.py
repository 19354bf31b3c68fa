"""Once a day, in the journal: the deliveries of the day before, counted, and all files that were made since the last
digest under one Merkle root, signed."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta, tzinfo
from typing import Any

from gateway.audit.day_totals import DayTotals, day_totals
from gateway.core.completeness import Period
from gateway.core.digest import (
    MOST_FILES,
    SIGNATURE,
    DayPart,
    DigestedFiles,
    digest_name,
    file_leaf,
    missed_since,
    next_digest,
    signed_text,
)
from gateway.core.instants import FAR_FUTURE_MS, MINUTE_MS, day_begins_ms, local_time
from gateway.core.interfaces import Instant
from gateway.core.journal_entry import Entry, EntryKind
from gateway.core.merkle import merkle_root
from gateway.db import Database
from gateway.files.proofs import FileProof, first_made_ms, proofs_after
from gateway.journal.chain import append, newest
from gateway.journal.digests import DigestStore, add_digest
from gateway.journal.key import JournalKey
from gateway.outbox.digest_deliveries import plan_digest

_log = logging.getLogger(__name__)

LOOK_EVERY_S = 60.0
SETTLED_MS = 15 * MINUTE_MS
"""How long after its end a day is digested: by then its last slot is closed, filed and, if it can be, delivered."""


@dataclass(frozen=True, slots=True)
class DigestRules:
    """Whose days they are, and who gets the digests: `recipients` are destinations, `counted` those whose deliveries
    are counted, each with its slots' length."""

    province: str
    facility: str
    station: str
    zone: tzinfo
    counted: Sequence[tuple[str, int]] = ()
    recipients: Sequence[str] = ()


class DailyDigest:
    """A stage of the clerk, called only while the clock is trusted: days on which it was not are made up for then.

    Each file is in one digest, that of the first day that was digested after it was made; a day without files has one,
    too. Entry, what is in it, and who is to get it are written in one transaction. A step makes one digest of at the
    most `MOST_FILES` files.
    """

    def __init__(
        self, database: Database, key: JournalKey, rules: DigestRules, notify: Callable[[], None] = lambda: None
    ) -> None:
        """`notify` is called when there is one to be sent."""
        self._database = database
        self._digests = DigestStore(database)
        self._key = key
        self._rules = rules
        self._notify = notify
        self._done: date | None = None
        self._next_s = float("-inf")

    def step(self, now: Instant) -> float:
        if now.mono_s < self._next_s:
            return self._next_s
        whole_day = local_time(now.wall_ms - SETTLED_MS, self._rules.zone).date() - timedelta(days=1)
        if whole_day != self._done:
            made = self._digests.newest()
            due = self._due(made, whole_day)
            if due is not None:
                self._make(due, 0 if made is None else made.last_file, whole_day, now)
                return now.mono_s  # there may be more
            if made is not None:
                self._done = whole_day
                self._digests.forget_leaves()
        self._next_s = now.mono_s + LOOK_EVERY_S
        return self._next_s

    def _due(self, made: DigestedFiles | None, whole_day: date) -> DayPart | None:
        if made is not None:
            return next_digest(made, whole_day, self._digests.days_since(missed_since(made, whole_day)))
        began_ms = self._began_ms()
        return DayPart(whole_day) if began_ms is not None and began_ms < self._end_ms(whole_day) else None

    def _began_ms(self) -> int | None:
        """When the first file was made, or the first entry written."""
        rows = self._database.read("SELECT time_ms FROM sound_journal ORDER BY seq LIMIT 1")
        found = [one for one in (first_made_ms(self._database), *(row[0] for row in rows)) if one is not None]
        return min(found, default=None)

    def _make(self, due: DayPart, last_file: int, whole_day: date, now: Instant) -> None:
        """Of a day that is made up for, with what was there when it was due; of the newest, with everything."""
        until_ms = FAR_FUTURE_MS if due.day >= whole_day else self._end_ms(due.day) + SETTLED_MS
        files = proofs_after(self._database, last_file, MOST_FILES, until_ms)
        leaves = [file_leaf(one.name, one.sha256) for one in files]
        totals = self._totals(due.day) if due.part == 1 else []
        rules = self._rules
        name = digest_name(rules.province, rules.facility, rules.station, due)
        self._key.sign(b"")  # loads what signs, which takes half a second on a slow board: nobody has to wait for it
        with self._database.write() as connection:
            if totals:
                append(connection, now.wall_ms, EntryKind.TOTALS, _counted(due.day, totals))
            entry = self._append(connection, due, files, merkle_root(leaves), now.wall_ms)
            add_digest(connection, entry.seq, due, files[-1].id if files else last_file, leaves)
            plan_digest(connection, entry.seq, name, rules.recipients, now.wall_ms)
        _log.info(
            "digest made day=%s part=%d files=%d root=%s seq=%d",
            due.day,
            due.part,
            len(files),
            entry.what["root"],
            entry.seq,
        )
        if rules.recipients:
            self._notify()

    def _append(
        self, connection: sqlite3.Connection, due: DayPart, files: Sequence[FileProof], root: bytes, at_ms: int
    ) -> Entry:
        head = newest(connection)
        what = {
            "day": due.day.isoformat(),
            "part": due.part,
            "station": self._rules.station,
            "first_file": files[0].id if files else None,
            "last_file": files[-1].id if files else None,
            "files": len(files),
            "root": root.hex(),
            "head": {"seq": head.seq, "hash": head.hash},
            "key": self._key.public_hex,
        }
        return append(connection, at_ms, EntryKind.DIGEST, {**what, SIGNATURE: self._key.sign(signed_text(what))})

    def _totals(self, day: date) -> list[DayTotals]:
        begin_ms, end_ms = day_begins_ms(day, self._rules.zone), self._end_ms(day)
        return [
            day_totals(self._database, name, Period(begin_ms, end_ms, slot_ms)) for name, slot_ms in self._rules.counted
        ]

    def _end_ms(self, day: date) -> int:
        return day_begins_ms(day + timedelta(days=1), self._rules.zone)


def _counted(day: date, totals: Sequence[DayTotals]) -> Mapping[str, Any]:
    return {
        "day": day.isoformat(),
        "destinations": [
            {
                "name": one.destination,
                "due": one.due,
                "in_time": one.in_time,
                "late": one.late,
                "empty": one.empty,
                "refused": one.refused,
                "missing": one.missing,
            }
            for one in totals
        ],
    }
