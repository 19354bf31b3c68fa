"""When the system's clock was set, as far as a running gateway saw it."""

from __future__ import annotations

from gateway.core.clock_set import ClockSet
from gateway.core.journal_entry import EntryKind
from gateway.db.connection import Database
from gateway.journal.sparing import append_sparingly


def keep(database: Database, run: int, one: ClockSet) -> None:
    """Note a jump that this run saw, here and in the journal."""
    with database.write() as connection:
        connection.execute(
            "INSERT INTO clock_set (run_id, booted_ms, at_ms, by_ms) VALUES (?, ?, ?, ?)",
            (run, one.booted_ms, one.at_ms, one.by_ms),
        )
        what = {"state": "set", "from_ms": one.at_ms, "to_ms": one.now_ms, "by_ms": one.by_ms}
        append_sparingly(connection, one.now_ms, EntryKind.CLOCK, what, "set")


def clock_sets(database: Database) -> list[ClockSet]:
    """All of them, in the order in which they were seen."""
    return [ClockSet(*row) for row in database.read("SELECT booted_ms, at_ms, by_ms FROM sound_clock_set ORDER BY id")]


def clock_sets_by_run(database: Database) -> dict[int, list[ClockSet]]:
    """The same, by the number of the run that saw them."""
    found: dict[int, list[ClockSet]] = {}
    for run, *row in database.read("SELECT run_id, booted_ms, at_ms, by_ms FROM sound_clock_set ORDER BY id"):
        found.setdefault(run, []).append(ClockSet(*row))
    return found


def newest_clock_sets(database: Database, most: int) -> tuple[ClockSet, ...]:
    """The newest ones, newest first."""
    rows = database.read("SELECT booted_ms, at_ms, by_ms FROM sound_clock_set ORDER BY id DESC LIMIT ?", (most,))
    return tuple(ClockSet(*row) for row in rows)
