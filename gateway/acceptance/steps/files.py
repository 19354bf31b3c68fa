"""Step: folder, names, symbols and units as the receiver's list has them: what lies at the far end is asked there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gateway.acceptance.step import AcceptanceStep
from gateway.audit.far_end import far_end
from gateway.audit.ledger import LedgerEntry
from gateway.config import Destination
from gateway.core.acceptance import SeenFact, StepName, StepOutcome, StepVerdict
from gateway.core.errors import DeliveryDeferred, DestinationRejected, NotTold
from gateway.core.instants import DAY_MS, local_time, milliseconds
from gateway.core.receiver_list import DeliveredFile, ReceiverList, deviations
from gateway.files.store import FileStore
from gateway.outbox.delivery_state import DeliveryState

COMPARED = 3
"""The newest files."""


class FilesStep(AcceptanceStep):
    name = StepName.FILES
    needs_daemon = False

    def subjects(self) -> Sequence[str]:
        return [one.name for one in self.site.configuration.active_destinations]

    def look(self, asked_ms: Sequence[int]) -> Mapping[str, StepOutcome]:
        return {one.name: self._destination(one) for one in self.site.configuration.active_destinations}

    def _destination(self, destination: Destination) -> StepOutcome:
        listed = self.site.lists.get(destination.name)
        if listed is None:
            return StepOutcome(StepVerdict.SKIPPED, (SeenFact.of("no_list"),))
        sent = self.site.sent(destination, self.site.now_ms - DAY_MS)
        newest = [one for one in sent if one.state is DeliveryState.DELIVERED][-COMPARED:]
        if not newest:
            return StepOutcome.not_yet(SeenFact.of("nothing_delivered"))
        try:
            with far_end(destination, self.site.configuration.station.code) as far:
                found, facts = [], []
                for entry in newest:
                    folder = self.site.route(destination).path(entry.times.end_ms)
                    if far is None:
                        content = FileStore(self.site.database).content(entry.file_id).content
                    else:
                        content = far.fetch(folder, entry.name)
                    found += self._deviations(destination, listed, entry, folder, content)
        except (DeliveryDeferred, DestinationRejected, NotTold) as error:
            return StepOutcome.not_yet(SeenFact.of("not_looked_there", detail=str(error)))
        looked = "files_there" if far is not None else "files_own"
        facts = [SeenFact.of(looked, files=len(newest), symbols=len(listed.parameters), newest=newest[-1].name)]
        if found:
            each_once = [one for at, one in enumerate(found) if one not in found[:at]]
            return StepOutcome.failed(*each_once, *facts)
        return StepOutcome.passed(*facts)

    def _deviations(
        self, destination: Destination, listed: ReceiverList, entry: LedgerEntry, folder: str, content: bytes
    ) -> list[SeenFact]:
        local = local_time(entry.times.end_ms, self.site.configuration.station.timezone)
        whole = f"{destination.url.path}/{folder}"
        found = [
            SeenFact.of(f"deviation_{one.kind.value}", expected=one.expected, found=one.found)
            for one in deviations(listed, DeliveredFile(whole, entry.name, content, local))
        ]
        interval_ms = milliseconds(destination.interval_length)
        if listed.interval_ms is not None and listed.interval_ms != interval_ms:
            expected, sent = f"{listed.interval_ms // 1000} s", f"{interval_ms // 1000} s"
            found.append(SeenFact.of("deviation_interval", expected=expected, found=sent))
        return found
