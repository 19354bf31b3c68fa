"""Step: sixty days of readings and three years of records have a place here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gateway.acceptance.step import AcceptanceStep
from gateway.audit.events import EventStore
from gateway.core.acceptance import SeenFact, StepName, StepOutcome
from gateway.core.box_rules import BoxKind
from gateway.core.findings import Topic
from gateway.core.instants import DAY_MS, milliseconds


class RetentionStep(AcceptanceStep):
    """The configuration refuses less; whether the card has room for it is for the box's watch to say."""

    name = StepName.RETENTION
    needs_daemon = False

    def look(self, asked_ms: Sequence[int]) -> Mapping[str, StepOutcome]:
        storage, status = self.site.configuration.storage, self.site.status()
        facts = [
            SeenFact.of(
                "kept",
                readings_days=milliseconds(storage.readings) // DAY_MS,
                records_days=milliseconds(storage.records) // DAY_MS,
                free_mb=status.free_bytes // 1_000_000,
            )
        ]
        if any(one.episode.kind == BoxKind.LOW_SPACE for one in EventStore(self.site.database).lasting((Topic.BOX,))):
            return {"": StepOutcome.not_yet(*facts, SeenFact.of("low_space"))}
        return {"": StepOutcome.passed(*facts)}
