"""Times in which the gateway ran and did nothing: what is missing or late through them has a cause of its own."""

from __future__ import annotations

from collections import deque

from gateway.core.interfaces import ClockTrust, Instant
from gateway.core.journal_entry import EntryKind
from gateway.core.lateness import DelayCause, Downtime
from gateway.db.connection import Database
from gateway.journal.sparing import append_sparingly

IDLE_S = 60.0


class StandstillWatch:
    """A stage of the clerk: writes down what the process noticed, here and in the journal, once it is known when that
    was."""

    def __init__(self, database: Database, run: int, trust: ClockTrust) -> None:
        self._database = database
        self._run = run
        self._trust = trust
        self._noticed: deque[tuple[Instant, Instant]] = deque()

    def stood_still(self, before: Instant, after: Instant) -> None:
        """Nothing was done between these two looks. From any thread."""
        self._noticed.append((before, after))

    def step(self, now: Instant) -> float:
        while self._noticed:
            before, after = self._noticed[0]
            until_ms = self._trust.stamp_ms(after.mono_s)
            if until_ms is None:
                break
            from_ms = until_ms - round((after.mono_s - before.mono_s) * 1000)
            with self._database.write() as connection:
                connection.execute(
                    "INSERT INTO standstill (run_id, from_ms, until_ms) VALUES (?, ?, ?)",
                    (self._run, from_ms, until_ms),
                )
                what = {"from_ms": from_ms, "until_ms": until_ms}
                append_sparingly(connection, now.wall_ms, EntryKind.STANDSTILL, what)
            self._noticed.popleft()
        return now.mono_s + IDLE_S


def standstills(database: Database, from_ms: int, now_ms: int) -> list[Downtime]:
    """Those that touch the time, oldest first."""
    rows = database.read(
        "SELECT from_ms, until_ms FROM sound_standstill WHERE until_ms > ? AND until_ms <= ? ORDER BY from_ms, id",
        (from_ms, now_ms),
    )
    return [Downtime(from_ms, until_ms, DelayCause.STOOD_STILL) for from_ms, until_ms in rows if from_ms < until_ms]


def newest_standstill(database: Database, now_ms: int) -> Downtime | None:
    """The last that is over."""
    rows = database.read(
        "SELECT from_ms, until_ms FROM sound_standstill WHERE until_ms <= ? ORDER BY id DESC LIMIT 1", (now_ms,)
    )
    return Downtime(rows[0][0], rows[0][1], DelayCause.STOOD_STILL) if rows else None
