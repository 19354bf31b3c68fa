"""When the daemon ran: every start, every end that was not sudden, and what the rest was by the traces that it left.

The journal tells of both; of a sudden end the next start tells. Of a daemon that is started again and again it tells
now and then, and how often."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Any

from gateway.audit.clock_sets import clock_sets_by_run
from gateway.audit.standstills import standstills
from gateway.core.clock_set import ClockSet
from gateway.core.instants import DAY_MS, EARLIEST_MS
from gateway.core.journal_entry import EntryKind
from gateway.core.lateness import Downtime
from gateway.db.connection import Database
from gateway.journal.sparing import append_sparingly

SET_SOON_MS = DAY_MS
"""A clock that is set within a day of the machine's start was wrong from its start on."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run of the daemon. `ended_ms` is `None` while it runs, and for ever if it was killed."""

    started_ms: int
    ended_ms: int | None
    version: str


def begin(database: Database, started_ms: int, version: str, boot_id: str | None = None) -> int:
    """Note a start, in that start of the machine. Returns the run's number."""
    before = _before(database, started_ms, boot_id)
    with database.write() as connection:
        connection.execute(
            "INSERT INTO run (started_ms, version, boot_id) VALUES (?, ?, ?)", (started_ms, version, boot_id)
        )
        number: int = connection.execute("SELECT last_insert_rowid()").fetchone()[0]
        what = {"run": number, "version": version, "before": before}
        append_sparingly(connection, started_ms, EntryKind.START, what)
        return number


def end(database: Database, number: int, ended_ms: int, why: str) -> None:
    """Note a proper end. `why`: the signal that it was told by, or the error that it ended with."""
    with database.write() as connection:
        connection.execute("UPDATE run SET ended_ms = ? WHERE id = ?", (ended_ms, number))
        same = why.partition(":")[0]  # an error's words may be others each time
        append_sparingly(connection, ended_ms, EntryKind.STOP, {"run": number, "why": why}, same)


def newest(database: Database) -> Run | None:
    """The last run, or the present one."""
    rows = database.read("SELECT started_ms, ended_ms, version FROM sound_run ORDER BY id DESC LIMIT 1")
    return Run(*rows[0]) if rows else None


def first_start_ms(database: Database) -> int | None:
    """When the gateway ran for the first time in this database."""
    rows = database.read("SELECT started_ms FROM sound_run ORDER BY id LIMIT 1")
    return rows[0][0] if rows else None


def downtimes(database: Database, from_ms: int, now_ms: int, *, runs_now: bool) -> list[Downtime]:
    """When the gateway did not run, or stood still, oldest first: from the last run that began before `from_ms` until
    now. The time before the very first run is not among it.

    A run that was killed ended with the last trace that it left: a block of readings (one in ten seconds) or a record.
    A run that began with a wrong clock began when the clock says that it did, after it was set. Where the clock was
    ahead in a run, or still in 1970, nobody knows how long it was off beside it: no time counts that a later run began
    before, and none from before there were gateways.
    """
    rows = database.read(
        "SELECT started_ms, ended_ms, id FROM sound_run"
        " WHERE id >= coalesce((SELECT max(id) FROM sound_run WHERE started_ms <= ?"
        " AND id NOT IN (SELECT run_id FROM sound_clock_set)), 0) ORDER BY id",
        (from_ms,),
    )
    if not rows:
        return []
    starts = [*rows, (now_ms, None, None)]
    sets = clock_sets_by_run(database)
    found = []
    for (started_ms, ended_ms, _), (next_ms, _, next_run) in pairwise(starts):
        set_later = _set_after_boot(sets.get(next_run, ()), started_ms, ended_ms, next_ms)
        until_ms = next_ms + sum(one.by_ms for one in set_later)
        found.append(
            Downtime(_last_trace_ms(database, started_ms, until_ms) if ended_ms is None else ended_ms, until_ms)
        )
    if runs_now:
        found.pop()
    # A clock that was set back leaves others: each ends, at the latest, when any later run began.
    untils_ms = [*accumulate((off.until_ms for off in reversed(found)), min, initial=now_ms)][:0:-1]
    bounded = [Downtime(off.from_ms, until_ms) for off, until_ms in zip(found, untils_ms, strict=True)]
    off = [one for one in bounded if one.from_ms < one.until_ms and not one.from_ms < EARLIEST_MS <= one.until_ms]
    return sorted([*off, *standstills(database, from_ms, now_ms)], key=lambda one: one.from_ms)


def _set_after_boot(
    sets: Sequence[ClockSet], before_ms: int, ended_ms: int | None, started_ms: int
) -> Sequence[ClockSet]:
    """Of the jumps that a run saw, those that put right with which clock it began: the machine had been started since
    the run before, or its clock went back meanwhile. If it had not, the run before had the same clock."""
    if not sets or (sets[0].booted_ms <= before_ms and (ended_ms or before_ms) <= started_ms):
        return ()
    return [one for one in sets if one.at_ms - one.booted_ms <= SET_SOON_MS]


def _before(database: Database, now_ms: int, boot_id: str | None) -> dict[str, Any] | None:
    """How the run before this one ended, and whether the machine was started since; `None`: there was none."""
    rows = database.read("SELECT id, started_ms, ended_ms, boot_id FROM sound_run ORDER BY id DESC LIMIT 1")
    if not rows:
        return None
    number, started_ms, ended_ms, boot_before = rows[0]
    machine = None if None in (boot_id, boot_before) else "ran on" if boot_id == boot_before else "was started"
    told = {"run": number, "started_ms": started_ms, "machine": machine}
    if ended_ms is not None:
        return {**told, "end": "in order", "ended_ms": ended_ms}
    return {**told, "end": "sudden", "last_trace_ms": _last_trace_ms(database, started_ms, now_ms)}


def _last_trace_ms(database: Database, started_ms: int, before_ms: int) -> int:
    rows = database.read(
        "SELECT max(at_ms) FROM (SELECT max(first_ms) AS at_ms FROM reading_block WHERE first_ms < ?1"
        " UNION ALL SELECT closed_ms FROM (SELECT closed_ms FROM record WHERE end_ms < ?1 AND closed_ms < ?1"
        " ORDER BY end_ms DESC LIMIT 1))",
        (before_ms,),
    )
    return max(started_ms, rows[0][0] or 0)
