"""What became of one slot's files on the way to each destination: each try, the answers, the arrival, what made it
late; or why nothing was meant for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gateway.config import Configuration, Destination
from gateway.config.units import show_duration
from gateway.core.instants import EARLIEST_MS, FAR_FUTURE_MS, local_text, local_time, milliseconds
from gateway.core.phrase import Phrase
from gateway.core.publishing import Proof
from gateway.db import Database
from gateway.db.damage import SetAsideKind
from gateway.db.set_aside import SetAside, open_ones
from gateway.outbox.delivery_state import DeliveryState
from gateway.outbox.delivery_tries import (
    Acceptance,
    DeliveryTry,
    acceptance_of,
    acts_upon,
    bare_delivery,
    has_damaged_row,
    tries_of,
)
from gateway.outbox.interventions import Intervention
from gateway.outbox.outages import OutageDetails, outages
from gateway.outbox.store import OutboxStore
from gateway.reports.deliveries import DeliveryQuery, ListedDelivery, collect
from gateway.reports.explain.files import ExplainedFile


@dataclass(frozen=True, slots=True)
class ExplainedDelivery:
    """`file`: which of the slot's files. `listed=None`: nothing is known to have been meant for the destination, and
    `why_not` says why. `place`: the file's path below the destination's base folder, as it is configured today; `None`:
    it is not configured any more, or gets messages. `conflict`: something else lies there under its name."""

    destination: str
    file: ExplainedFile | None
    listed: ListedDelivery | None
    tries: tuple[DeliveryTry, ...] = ()
    acceptance: Acceptance | None = None
    acts: tuple[Intervention, ...] = ()
    outages: tuple[OutageDetails, ...] = ()
    place: str | None = None
    conflict: SetAside | None = None
    why_not: Phrase | None = None
    proof: Proof | None = None
    """By which it counts as delivered there today; `None`: it is not configured any more."""

    @property
    def tries_untold(self) -> int:
        """Tries that were counted and not written down one by one: those of long outages."""
        return 0 if self.listed is None else max(0, self.listed.entry.tries - len(self.tries))

    @property
    def is_by_kept_answer(self) -> bool:
        """It counts as delivered since the answers of a try without a proof count: `proof: answer` was configured."""
        if self.listed is None or self.listed.entry.times.delivered_ms is None:
            return False
        outcomes = {one.outcome for one in self.tries}
        return "unproven" in outcomes and "delivered" not in outcomes and not self.tries_untold


class ExplainedDeliveries:
    """Of the slots that end at one instant."""

    def __init__(
        self, database: Database, configuration: Configuration, end_ms: int, now_ms: int, *, runs_now: bool
    ) -> None:
        self._database = database
        self._configuration = configuration
        self._configured = {one.name: one for one in configuration.destinations}
        self._end_ms = end_ms
        self._now_ms = now_ms
        self._runs_now = runs_now
        self._conflicts = {one.subject: one for one in open_ones(database) if one.kind is SetAsideKind.CONFLICT}

    def names(self) -> list[str]:
        """Every destination that is configured, or that anything was ever meant for."""
        known = [one.name for one in self._configuration.destinations]
        return [*known, *(name for name in OutboxStore(self._database).destinations() if name not in known)]

    def of(
        self, name: str, length_ms: int, files: Sequence[ExplainedFile], is_recorded: bool
    ) -> list[ExplainedDelivery]:
        """What became of these files of one slot on the way to one destination. Nothing, if it gets slots of another
        length, and none of these was meant for it."""
        query = DeliveryQuery(name, self._end_ms, self._end_ms)
        by_file = {one.entry.file_id: one for one in self._listing(query)}
        found = [self._told(name, one, by_file[one.made.id]) for one in files if one.made.id in by_file]
        found += [one for file in files if file.made.id not in by_file and (one := self._bare(name, file)) is not None]
        destination = self._configured.get(name)
        if found or destination is None or milliseconds(destination.interval_length) != length_ms:
            return found
        why_not = self._why_not(destination, files, is_recorded)
        return [ExplainedDelivery(name, None, None, why_not=why_not, proof=destination.proof)]

    def none_of(self, name: str) -> ExplainedDelivery:
        """Of a destination that was asked for, and that none of the slots was meant for."""
        destination = self._configured.get(name)
        if destination is None:
            why_not = Phrase("nothing of it is known to have been meant for it, and it is not configured any more")
        else:
            length = show_duration(destination.interval_length)
            why_not = Phrase("it gets slots of {length}, and none of them ends then", length=length)
        return ExplainedDelivery(name, None, None, why_not=why_not)

    def _listing(self, query: DeliveryQuery) -> Sequence[ListedDelivery]:
        return collect(self._database, query, self._now_ms, runs_now=self._runs_now).shown

    def _told(self, name: str, file: ExplainedFile, listed: ListedDelivery) -> ExplainedDelivery:
        entry, destination = listed.entry, self._configured.get(name)
        arrived_ms = entry.resent_ms or entry.times.delivered_ms
        until_ms = self._now_ms if arrived_ms is None else arrived_ms
        return ExplainedDelivery(
            name,
            file,
            listed,
            tuple(tries_of(self._database, entry.id)),
            acceptance_of(self._database, entry.id),
            tuple(acts_upon(self._database, entry.id)),
            ()
            if entry.state is DeliveryState.EMPTY
            else tuple(outages(self._database, name, entry.times.end_ms, until_ms)),
            None if destination is None or destination.mqtt is not None else self._place(destination, entry.name),
            self._conflicts.get(f"{name}/{entry.name}"),
            None,
            None if destination is None else destination.proof,
        )

    def _bare(self, name: str, file: ExplainedFile) -> ExplainedDelivery | None:
        """Of a file whose record or row in the ledger cannot be read any more; `None`: it was not meant for it."""
        if has_damaged_row(self._database, name, file.made.id):
            return ExplainedDelivery(name, file, None, why_not=Phrase("its row in the ledger is damaged on the card"))
        bare = bare_delivery(self._database, name, file.made.id)
        if bare is None:
            return None
        zone = self._configuration.station.timezone
        arrived = ""
        if bare.delivered_ms is not None:
            arrived = Phrase(", arrived {at}", at=local_text(bare.delivered_ms, zone, "seconds"))
        return ExplainedDelivery(
            name,
            file,
            None,
            tuple(tries_of(self._database, bare.id)),
            why_not=Phrase(
                "{state}{arrived}; its record is damaged on the card, and no more can be told",
                state=bare.state.value,
                arrived=arrived,
            ),
        )

    def _place(self, destination: Destination, name: str) -> str:
        folder = local_time(self._end_ms, self._configuration.station.timezone).strftime(destination.folder)
        return f"{folder}/{name}" if folder else name

    def _why_not(self, destination: Destination, files: Sequence[ExplainedFile], is_recorded: bool) -> Phrase:
        if destination not in self._configuration.active_destinations:
            return Phrase("it is not in use: only_if_special, and this station is not specially monitored")
        if not is_recorded:
            return Phrase("there is no record that a file could be made of")
        if not files:
            return Phrase("no file has been made yet")
        if all(one.made.planned_ms is None for one in files):
            return Phrase("the file has just been made, and is planned in a moment")
        rows = self._database.read(
            "SELECT min(end_ms) FROM delivery WHERE end_ms >= ?"
            " AND destination_id = (SELECT id FROM destination WHERE name = ?)",
            (EARLIEST_MS, destination.name),
        )
        first_ms = FAR_FUTURE_MS if rows[0][0] is None else int(rows[0][0])
        if self._end_ms < first_ms:
            first = local_text(first_ms, self._configuration.station.timezone, "seconds")
            since = "" if first_ms == FAR_FUTURE_MS else Phrase(": its first slot ended at {at}", at=first)
            return Phrase(
                "nothing was meant for it then{since}; since: in the configuration fetches what lies before",
                since=since,
            )
        return Phrase(
            "nothing was meant for it then: it was not configured, not in use, or got another form or interval"
        )
