"""Steps: status 01 and status 02 of each instrument, in the record of a slot and in the file that is sent of it.

A person does what brings it about: nothing here touches an instrument.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import ClassVar

from gateway.acceptance.step import AcceptanceStep
from gateway.audit.events import EventStore
from gateway.config.instruments.instrument import Instrument
from gateway.core.acceptance import SeenFact, StepName, StepOutcome
from gateway.core.findings import Topic
from gateway.core.reading import Status
from gateway.files.proofs import proofs_of_slot
from gateway.files.store import FileStore


class _StatusStep(AcceptanceStep):
    """Each line of the instrument once in a slot with that status, since it was asked for."""

    status: ClassVar[Status]

    def subjects(self) -> Sequence[str]:
        return [one.name for one in self.site.configuration.instruments]

    def look(self, asked_ms: Sequence[int]) -> Mapping[str, StepOutcome]:
        seen_ms, newest = self._slots(asked_ms[0])
        return {
            one.name: self._outcome(one, seen_ms, newest, asked_ms[0]) for one in self.site.configuration.instruments
        }

    def _slots(self, after_ms: int) -> tuple[dict[str, int], dict[str, tuple[int, Status]]]:
        """By line: the end of the first slot with that status; and the newest slot's end and status."""
        seen_ms: dict[str, int] = {}
        newest: dict[str, tuple[int, Status]] = {}
        for record in self.site.records(after_ms):
            for line in record.lines:
                newest[line.parameter.symbol] = (record.slot.end_ms, line.average.status)
                if line.average.status is self.status:
                    seen_ms.setdefault(line.parameter.symbol, record.slot.end_ms)
        return seen_ms, newest

    def _outcome(
        self,
        instrument: Instrument,
        seen_ms: Mapping[str, int],
        newest: Mapping[str, tuple[int, Status]],
        asked_ms: int,
    ) -> StepOutcome:
        lines = [one.line for one in instrument.parameters]
        lacking = [line for line in lines if line not in seen_ms]
        if lacking:
            return StepOutcome.not_yet(*(_never(line, self.status, newest.get(line)) for line in lacking))
        facts = [
            SeenFact.of("slot_status", symbol=line, status=self.status.value, slot_ms=seen_ms[line]) for line in lines
        ]
        names, wrong = self._files(lines, seen_ms)
        if not names or wrong:
            return StepOutcome.not_yet(*facts, *wrong, *(() if names else (SeenFact.of("no_file"),)))
        facts.append(SeenFact.of("in_file", file=", ".join(names), status=self.status.value))
        return self._more(instrument, lines, asked_ms, facts)

    def _files(self, lines: Sequence[str], seen_ms: Mapping[str, int]) -> tuple[list[str], list[SeenFact]]:
        """The names of the slots' files, and what in them is not as in the record. A symbol that the destination has
        another name for is not looked for."""
        store, names, wrong = FileStore(self.site.database), [], []
        for end_ms in sorted({seen_ms[line] for line in lines}):
            for proof in proofs_of_slot(self.site.database, end_ms):
                names.append(proof.name)
                told = _statuses(store.content(proof.id).content)
                wrong += [
                    SeenFact.of("file_says", file=proof.name, symbol=line, status=told[line])
                    for line in lines
                    if seen_ms[line] == end_ms and told.get(line, self.status.value) != self.status.value
                ]
        return names, wrong

    def _more(
        self, instrument: Instrument, lines: Sequence[str], asked_ms: int, facts: Iterable[SeenFact]
    ) -> StepOutcome:
        return StepOutcome.passed(*facts)


class CalibratingStep(_StatusStep):
    name = StepName.CALIBRATING
    requests = ("calibrating",)
    after = "calibrating_after"
    status = Status.CALIBRATING


class FaultStep(_StatusStep):
    """Besides, the event must be told: somebody at the station's owner has to learn of it."""

    name = StepName.FAULT
    requests = ("fault",)
    after = "fault_after"
    status = Status.FAULT

    def _more(
        self, instrument: Instrument, lines: Sequence[str], asked_ms: int, facts: Iterable[SeenFact]
    ) -> StepOutcome:
        events = EventStore(self.site.database).findings(Topic.QUALITY, asked_ms, self.site.now_ms)
        told = [one for one in events if one.subject in lines and one.episode.last_ms > asked_ms]
        if not told:
            return StepOutcome.not_yet(*facts, SeenFact.of("no_event"))
        kinds = ", ".join(sorted({str(one.episode.kind) for one in told}))
        return StepOutcome.passed(*facts, SeenFact.of("event_told", event=kinds))


def _never(line: str, status: Status, newest: tuple[int, Status] | None) -> SeenFact:
    if newest is None:
        return SeenFact.of("no_slot_since", symbol=line)
    end_ms, shown = newest
    return SeenFact.of("never_status", symbol=line, status=status.value, slot_ms=end_ms, newest=shown.value)


def _statuses(content: bytes) -> dict[str, str]:
    """By symbol, as the circular's file has them; empty of another form."""
    lines = (line.split("\t") for line in content.decode("utf-8", "replace").splitlines())
    return {pieces[0]: pieces[4] for pieces in lines if len(pieces) == 5}
