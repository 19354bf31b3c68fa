"""What was thought of the clock and said by its witnesses, in the database: for the next start and for people. Changes
of what was thought are told in the journal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gateway.core.clock_trust import Trust, TrustState
from gateway.core.interfaces import Instant
from gateway.core.journal_entry import EntryKind
from gateway.core.witness import WitnessKind, WitnessVerdict
from gateway.db import Database
from gateway.journal.sparing import append_sparingly


@dataclass(frozen=True, slots=True)
class TrustChange:
    """One change of what was thought: `at` by both clocks, in the boot of that name."""

    boot_id: str
    at: Instant
    state: TrustState
    offset_ms: int | None
    witness: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class WitnessReport:
    """What came of asking one witness last. Its offset: how far our clock was behind, in ms; `None`: not known."""

    kind: WitnessKind
    name: str
    asked_ms: int
    verdict: WitnessVerdict
    detail: str | None = None
    offset_ms: int | None = None
    delay_ms: int | None = None
    stratum: int | None = None


class ClockStore:
    """The tables `clock_trust` and `clock_witness`. A row that is damaged is as if it were not there."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def newest(self) -> TrustChange | None:
        """What was thought last, in whichever boot."""
        found = self.changes(1)
        return found[0] if found else None

    def changes(self, count: int) -> list[TrustChange]:
        """The newest ones, newest first."""
        rows = self._database.read(
            "SELECT boot_id, at_ms, mono_ms, state, offset_ms, witness, reason FROM sound_clock_trust"
            " ORDER BY id DESC LIMIT ?",
            (count,),
        )
        return [
            TrustChange(boot, Instant(at_ms, mono_ms / 1000), TrustState(state), *rest)
            for boot, at_ms, mono_ms, state, *rest in rows
            if state in _STATES
        ]

    def last_good_ms(self) -> int | None:
        """The newest time that somebody vouched for; `None`: never. Newest by the order of rows, not by what they show:
        a clock that was once wrongly vouched for must not count for ever."""
        rows = self._database.read(
            "SELECT at_ms FROM sound_clock_trust WHERE state IN ('trusted', 'drifting') ORDER BY id DESC LIMIT 1"
        )
        # By the witness, not by our clock, which may have been wrong when it was asked.
        looks = self._database.read("SELECT max(asked_ms + offset_ms) FROM sound_clock_witness WHERE verdict = 'ok'")
        return max((row[0] for row in (*rows, *looks) if row[0] is not None), default=None)

    def witnesses(self) -> list[WitnessReport]:
        """Of each witness the newest report, in the order in which they are believed."""
        rows = self._database.read(
            "SELECT kind, name, asked_ms, verdict, detail, offset_ms, delay_ms, stratum FROM sound_clock_witness"
        )
        found = [
            WitnessReport(WitnessKind(kind), name.rpartition("/")[2], asked_ms, WitnessVerdict(verdict), *rest)
            for kind, name, asked_ms, verdict, *rest in rows
            if kind in _KINDS and verdict in _VERDICTS
        ]
        order = list(WitnessKind)
        return sorted(found, key=lambda one: (order.index(one.kind), one.name))

    def keep(self, run: int, boot_id: str, changes: Sequence[Trust], now_ms: int) -> None:
        """Write down what was thought, oldest first."""
        with self._database.write() as connection:
            connection.executemany(
                "INSERT INTO clock_trust (run_id, boot_id, mono_ms, at_ms, state, offset_ms, witness, reason)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    (
                        run,
                        boot_id,
                        round(one.since.mono_s * 1000),
                        one.since.wall_ms,
                        one.state.value,
                        _whole(one.offset_ms),
                        one.witness,
                        one.reason,
                    )
                    for one in changes
                ],
            )
            for one in changes:
                what = {
                    "state": one.state.value,
                    "since_ms": one.since.wall_ms,
                    "offset_ms": _whole(one.offset_ms),
                    "witness": one.witness,
                    "reason": one.reason,
                }
                append_sparingly(connection, now_ms, EntryKind.CLOCK, what, one.state.value)

    def report(self, reports: Sequence[WitnessReport], now: Trust) -> None:
        """Write down what came of asking, in place of everything that was asked before, and by whom and how far off the
        clock is thought to be now."""
        with self._database.write() as connection:
            connection.execute("DELETE FROM clock_witness")
            connection.executemany(
                "INSERT INTO clock_witness (name, kind, asked_ms, verdict, detail, offset_ms, delay_ms, stratum)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    (
                        one.name if one.kind is WitnessKind.SERVER else f"{one.kind.value}/{one.name}",
                        one.kind.value,
                        one.asked_ms,
                        one.verdict.value,
                        one.detail,
                        one.offset_ms,
                        one.delay_ms,
                        one.stratum,
                    )
                    for one in reports
                ],
            )
            connection.execute(
                "UPDATE clock_trust SET offset_ms = ?, witness = ? WHERE id = (SELECT max(id) FROM clock_trust)"
                " AND state = ?",
                (_whole(now.offset_ms), now.witness, now.state.value),
            )


def _whole(offset_ms: float | None) -> int | None:
    return None if offset_ms is None else round(offset_ms)


_STATES, _KINDS, _VERDICTS = frozenset(TrustState), frozenset(WitnessKind), frozenset(WitnessVerdict)
