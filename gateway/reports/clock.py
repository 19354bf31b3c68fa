"""What is thought of the clock, who said what, and when it was set: for `gateway clock` and `gateway status`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gateway.audit.clock_sets import newest_clock_sets
from gateway.clock.store import ClockStore, WitnessReport
from gateway.core.clock_set import ClockSet
from gateway.core.clock_trust import TrustState, seconds_text
from gateway.core.instants import local_text
from gateway.core.interfaces import Instant
from gateway.core.phrase import Phrase
from gateway.core.witness import WitnessKind, zero_ms
from gateway.db import Database

SHOWN_JUMPS = 20
_NOBODY = Phrase("nobody has vouched for the clock since the machine was started")


@dataclass(frozen=True, slots=True)
class ClockReport:
    """`since_ms` and `offset_ms` are `None` where nothing is known; `waiting` are samples that have no time yet,
    `timeless` those that never will."""

    state: TrustState
    since_ms: int | None
    offset_ms: int | None
    """How far the clock is behind, by the witness (negative: ahead)."""
    witness: str | None
    reason: str
    witnesses: tuple[WitnessReport, ...]
    jumps: tuple[ClockSet, ...]
    """The newest first."""
    last_good_ms: int | None
    waiting: int
    timeless: int


def clock_report(database: Database, boot_id: str, now: Instant, *, running: bool, max_offset_ms: int) -> ClockReport:
    """What the daemon wrote last, as far as it holds: a start of the machine ends it, and so does a clock that was set
    while no daemon ran."""
    store = ClockStore(database)
    newest = store.newest()
    waiting, timeless = _unstamped(database, boot_id)
    rest = (tuple(store.witnesses()), newest_clock_sets(database, SHOWN_JUMPS), store.last_good_ms(), waiting, timeless)
    if newest is None or newest.boot_id != boot_id:
        return ClockReport(TrustState.UNTRUSTED, None, None, None, _NOBODY, *rest)
    by_ms = zero_ms(now) - zero_ms(newest.at)
    if newest.state.is_usable and not running and abs(by_ms) >= max_offset_ms:
        reason = Phrase("the clock was set by {by} while the gateway did not run", by=seconds_text(by_ms))
        return ClockReport(TrustState.UNTRUSTED, None, None, None, reason, *rest)
    return ClockReport(newest.state, newest.at.wall_ms, newest.offset_ms, newest.witness, newest.reason, *rest)


def clock_to_json(report: ClockReport, zone: str) -> dict[str, Any]:
    """The object that `gateway clock --json` prints."""
    servers = [one for one in report.witnesses if one.kind is WitnessKind.SERVER]
    return {
        "state": report.state.value,
        "offset_s": seconds(report.offset_ms),
        "since": local_text(report.since_ms, zone),
        "witness": report.witness,
        "reason": report.reason,
        "servers": [
            {
                "name": one.name,
                "offset_s": seconds(one.offset_ms),
                "delay_s": seconds(one.delay_ms),
                "stratum": one.stratum,
                "verdict": one.verdict.value,
                "detail": one.detail,
                "asked": local_text(one.asked_ms, zone),
            }
            for one in servers
        ],
        "witnesses": [
            {
                "kind": one.kind.value,
                "name": one.name,
                "offset_s": seconds(one.offset_ms),
                "verdict": one.verdict.value,
                "detail": one.detail,
                "asked": local_text(one.asked_ms, zone),
            }
            for one in report.witnesses
            if one.kind is not WitnessKind.SERVER
        ],
        "jumps": [
            {
                "from": local_text(one.at_ms, zone),
                "to": local_text(one.now_ms, zone),
                "by_s": one.by_ms / 1000,
            }
            for one in report.jumps
        ],
        "last_good": local_text(report.last_good_ms, zone),
        "waiting_samples": report.waiting,
        "timeless_samples": report.timeless,
    }


def time_to_json(report: ClockReport, at_ms: int, zone: str) -> dict[str, Any]:
    """`time` of `gateway status --json`."""
    return {
        "now": local_text(at_ms, zone),
        "synchronised": report.state in (TrustState.TRUSTED, TrustState.DRIFTING),
        "offset_s": seconds(report.offset_ms),
        "state": report.state.value,
    }


def seconds(length_ms: int | None) -> float | None:
    return None if length_ms is None else length_ms / 1000


def _unstamped(database: Database, boot_id: str) -> tuple[int, int]:
    """Samples without a time: of this start of the machine, and of earlier ones."""
    rows = database.read(
        "SELECT boot_id = ?, sum(samples) FROM sound_unstamped_block GROUP BY boot_id = ?", (boot_id, boot_id)
    )
    counts = {bool(is_present): int(samples) for is_present, samples in rows}
    return counts.get(True, 0), counts.get(False, 0)
