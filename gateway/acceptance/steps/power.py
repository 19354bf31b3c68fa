"""Step: the power is cut. After it the gateway goes on by itself, the gap is known, nothing lies there twice or with
other bytes, and the database is whole. The command that looks is cut off, too: it goes on where it was."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import closing
from typing import Any

from gateway.acceptance.step import AcceptanceStep
from gateway.audit import runs
from gateway.config import Destination
from gateway.core.acceptance import SeenFact, StepName, StepOutcome, absent_slots
from gateway.core.errors import DeliveryDeferred, DestinationRejected, NotTold
from gateway.core.journal_entry import EntryKind
from gateway.db import open_database
from gateway.db.look import look_through
from gateway.db.verify import verify
from gateway.outbox.delivery_state import DeliveryState


class PowerStep(AcceptanceStep):
    name = StepName.POWER
    requests = ("power",)
    needs_daemon = False

    def __init__(self, *given: object) -> None:
        super().__init__(*given)  # type: ignore[arg-type]  # as the class above has them
        self._may_run_on: bool | None = None

    def look(self, asked_ms: Sequence[int]) -> Mapping[str, StepOutcome]:
        return {"": self._box(asked_ms[0])}

    def goes_on(self, asked_ms: Sequence[int]) -> bool:
        """It has been ended since, and may be starting: nobody need do it again."""
        return not self.site.is_running or self._start(asked_ms[0]) is not None

    def _box(self, asked_ms: int) -> StepOutcome:
        if not self.site.is_running:
            return StepOutcome.not_yet(SeenFact.of("not_running"))
        start = self._start(asked_ms)
        if start is None:
            return StepOutcome.not_yet(SeenFact.of("never_ended"))
        at_ms, before = start
        if before.get("end") != "sudden":
            return StepOutcome.not_yet(SeenFact.of("ended_in_order", started_ms=at_ms))
        facts = [SeenFact.of("ended_suddenly", trace_ms=before.get("last_trace_ms"), started_ms=at_ms)]
        if not list(self.site.records(at_ms)):
            return StepOutcome.not_yet(*facts, SeenFact.of("no_slot"))
        if before.get("machine") != "was started":
            facts.append(SeenFact.of("machine_ran_on"))
            if self._may_run_on is None:
                self._may_run_on = bool(self.person.agrees("confirm_machine_ran_on"))
            if not self._may_run_on:
                return StepOutcome.failed(*facts, SeenFact.of("power_was_not_cut"))
        return self._judged(asked_ms, facts)

    def _start(self, asked_ms: int) -> tuple[int, dict[str, Any]] | None:
        """The first start since then after an end that nobody ordered, or else the newest; `None`: there is none."""
        rows = self.site.database.read(
            "SELECT time_ms, what FROM sound_journal WHERE kind = ? AND time_ms > ? ORDER BY seq",
            (EntryKind.START.value, asked_ms),
        )
        starts = [(at_ms, json.loads(what).get("before") or {}) for at_ms, what in rows]
        sudden = [one for one in starts if one[1].get("end") == "sudden"]
        return sudden[0] if sudden else starts[-1] if starts else None

    def _judged(self, asked_ms: int, facts: list[SeenFact]) -> StepOutcome:
        now_ms = self.site.now_ms
        off = runs.downtimes(self.site.database, asked_ms, now_ms, runs_now=True)
        facts += [
            SeenFact.of("gap", from_ms=one.from_ms, until_ms=one.until_ms) for one in off if one.until_ms > asked_ms
        ]
        ends = [one.slot.end_ms for one in self.site.records(asked_ms)]
        gone = absent_slots(ends, asked_ms, ends[-1], self.site.slot_ms, off)
        if gone:
            return StepOutcome.failed(*facts, SeenFact.of("slots_missing", slots=len(gone), first_ms=gone[0]))
        for destination in self.site.configuration.active_destinations:
            outcome = self._at(destination, asked_ms)
            facts += outcome.seen
            if not outcome.verdict.is_good:
                return StepOutcome(outcome.verdict, tuple(facts), outcome.is_final)
        faults = self._faults()
        if faults:
            return StepOutcome.failed(*facts, SeenFact.of("database_damaged", faults=len(faults), first=faults[0]))
        return StepOutcome.passed(*facts, SeenFact.of("database_whole"))

    def _at(self, destination: Destination, asked_ms: int) -> StepOutcome:
        """What lies there of that time: each slot once, with the bytes of the ledger."""
        sent = self.site.sent(destination, asked_ms - self.site.slot_ms)
        if any(one.state is DeliveryState.WAITING for one in sent) or not sent:
            return StepOutcome.not_yet(SeenFact.of("still_waiting", destination=destination.name))
        try:
            found = self.site.compare(destination, sent)
        except (DeliveryDeferred, DestinationRejected, NotTold) as error:
            return StepOutcome.not_yet(SeenFact.of("not_looked_there", detail=str(error)))
        if found is None:
            return StepOutcome.passed(SeenFact.of("keeps_no_files"))
        if found.has_faults:
            return StepOutcome.failed(SeenFact.of("bytes_differ", files=len(found.differences)))
        return StepOutcome.passed(SeenFact.of("once_there", destination=destination.name, files=found.checked))

    def _faults(self) -> list[str]:
        file = self.site.configuration.storage.path / "gateway.db"
        with closing(open_database(file, read_only=True)) as database:
            return [*look_through(database), *verify(database)]
