"""Step: the passwords of all levels of access were handed over (TT10/2021), which the journal knows."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from gateway.acceptance.step import AcceptanceStep
from gateway.audit import configurations
from gateway.core.acceptance import SeenFact, StepName, StepOutcome
from gateway.core.journal_entry import EntryKind


class HandoverStep(AcceptanceStep):
    name = StepName.HANDOVER
    requests = ("handover",)
    looks_first = True
    needs_daemon = False

    def look(self, asked_ms: Sequence[int]) -> Mapping[str, StepOutcome]:
        rows = self.site.database.read(
            "SELECT seq, time_ms, what FROM sound_journal WHERE kind = ? ORDER BY seq DESC LIMIT 1",
            (EntryKind.HANDOVER.value,),
        )
        if not rows:
            return {"": StepOutcome.not_yet(SeenFact.of("no_handover"))}
        seq, at_ms, told = rows[0]
        what = json.loads(told)
        accounts = len(what.get("accounts") or ())
        facts = [SeenFact.of("handed_over", at_ms=at_ms, entry=seq, accounts=accounts, recipient=what.get("recipient"))]
        in_force = configurations.in_force(self.site.database)
        if in_force is not None and what.get("configuration_sha256") != in_force[0]:
            return {"": StepOutcome.not_yet(*facts, SeenFact.of("handover_older"))}
        if not accounts:
            return {"": StepOutcome.not_yet(*facts, SeenFact.of("no_accounts"))}
        return {"": StepOutcome.passed(*facts)}
