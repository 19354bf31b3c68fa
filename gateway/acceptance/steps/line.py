"""Step: the line to the authority is cut and put back. What waits comes by itself, in order, whole, to the byte."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gateway.acceptance.step import AcceptanceStep
from gateway.audit import runs
from gateway.audit.ledger import LedgerEntry
from gateway.config import Destination
from gateway.core.acceptance import SeenFact, SentSlot, StepName, StepOutcome, absent_slots, out_of_order
from gateway.core.component import ComponentState
from gateway.core.errors import DeliveryDeferred, DestinationRejected, NotTold
from gateway.core.instants import milliseconds
from gateway.outbox.delivery_state import DeliveryState

CUT, RESTORE = 0, 1


class LineStep(AcceptanceStep):
    name = StepName.LINE
    requests = ("line_cut", "line_restore")

    def subjects(self) -> Sequence[str]:
        return [one.name for one in self.site.configuration.active_destinations]

    def goes_on(self, asked_ms: Sequence[int]) -> bool:
        return all(self._is_cut(one, asked_ms) for one in self.site.configuration.active_destinations)

    def look(self, asked_ms: Sequence[int]) -> Mapping[str, StepOutcome]:
        return {one.name: self._destination(one, asked_ms) for one in self.site.configuration.active_destinations}

    def _destination(self, destination: Destination, asked_ms: Sequence[int]) -> StepOutcome:
        sent = self.site.sent(destination, asked_ms[CUT])
        waiting = [one for one in sent if one.state is DeliveryState.WAITING]
        if len(asked_ms) <= RESTORE:
            is_cut = self._is_cut(destination, asked_ms)
            fact = SeenFact.of("line_waiting", files=len(waiting)) if is_cut else SeenFact.of("line_not_cut")
            return StepOutcome.not_yet(fact)
        held = [one for one in sent if _was_held(one, asked_ms[RESTORE])]
        waiting = [one for one in waiting if one.times.end_ms <= asked_ms[RESTORE]]
        if waiting or not held:
            return StepOutcome.not_yet(SeenFact.of("line_still_waiting", files=len(waiting)))
        return self._judged(destination, sent, held, asked_ms)

    def _judged(
        self, destination: Destination, sent: list[LedgerEntry], held: list[LedgerEntry], asked_ms: Sequence[int]
    ) -> StepOutcome:
        """Everything is there again: is it all, in its order, and to the byte?"""
        last_ms = max(one.times.delivered_ms or 0 for one in held)
        facts = [
            SeenFact.of("line_cut_at", cut_ms=asked_ms[CUT], back_ms=asked_ms[RESTORE]),
            SeenFact.of("line_sent_later", files=len(held), last_ms=last_ms),
        ]
        wrong = out_of_order([_slot(one) for one in held])
        if wrong is not None:
            facts.append(SeenFact.of("line_disorder", older_ms=wrong[0], younger_ms=wrong[1]))
            return StepOutcome.failed(*facts)
        interval_ms = milliseconds(destination.interval_length)
        off = runs.downtimes(self.site.database, asked_ms[CUT], self.site.now_ms, runs_now=self.site.is_running)
        ends = [one.times.end_ms for one in sent]
        gone = absent_slots(ends, asked_ms[CUT], ends[-1], interval_ms, off)
        if gone:
            return StepOutcome.failed(*facts, SeenFact.of("slots_missing", slots=len(gone), first_ms=gone[0]))
        try:
            found = self.site.compare(destination, sent)
        except (DeliveryDeferred, DestinationRejected, NotTold) as error:
            return StepOutcome.not_yet(*facts, SeenFact.of("not_looked_there", detail=str(error)))
        if found is None:
            return StepOutcome.passed(*facts, SeenFact.of("keeps_no_files"))
        if found.has_faults:
            return StepOutcome.failed(*facts, SeenFact.of("bytes_differ", files=len(found.differences)))
        return StepOutcome.passed(*facts, SeenFact.of("bytes_equal", files=found.checked))

    def _is_cut(self, destination: Destination, asked_ms: Sequence[int]) -> bool:
        """The daemon knows it to be down, and a file waits whose slot ended since the request."""
        status = next(one for one in self.site.status().destinations if one.name == destination.name)
        is_down = status.component is not None and status.component.state is not ComponentState.UP
        sent = self.site.sent(destination, asked_ms[CUT])
        return is_down and any(one.state is DeliveryState.WAITING for one in sent)


def _was_held(one: LedgerEntry, back_ms: int) -> bool:
    """It was due before the line was put back, and came after."""
    arrived_ms = one.times.delivered_ms
    return one.times.end_ms <= back_ms and arrived_ms is not None and arrived_ms >= back_ms


def _slot(one: LedgerEntry) -> SentSlot:
    return SentSlot(one.times.end_ms, one.times.delivered_ms, None if one.lane is None else one.lane.value)
