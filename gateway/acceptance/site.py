"""What a step looks at: the station's configuration, its database, and the time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from gateway.audit.far_end import far_end
from gateway.audit.ledger import LedgerEntry, entries
from gateway.audit.remote_check import RemoteCheck, check_remote
from gateway.config import Configuration, Destination
from gateway.core.instants import milliseconds
from gateway.core.interfaces import Clock
from gateway.core.receiver_list import ReceiverList
from gateway.core.record import Record
from gateway.db import Database
from gateway.outbox.lanes import Route
from gateway.records.store import RecordStore
from gateway.reports.status import StationStatus, collect
from gateway.runtime import lock


@dataclass(frozen=True, slots=True)
class Site:
    """`lists`: the receivers', by destination. `tolerance`: percent by which a display may differ from what was read.
    `began_ms`: of the acceptance."""

    configuration: Configuration
    database: Database
    clock: Clock
    lists: Mapping[str, ReceiverList]
    tolerance: float
    began_ms: int

    @property
    def now_ms(self) -> int:
        return self.clock.now().wall_ms

    @property
    def slot_ms(self) -> int:
        return milliseconds(self.configuration.reporting.slot)

    @property
    def is_running(self) -> bool:
        """Whether the daemon works in the storage folder now."""
        return lock.is_held(self.configuration.storage.path)

    def status(self) -> StationStatus:
        """One look at everything."""
        return collect(self.configuration, self.database, self.clock.now())

    def records(self, after_ms: int) -> Iterator[Record]:
        """Of slots that ended after the instant, oldest first."""
        return RecordStore(self.database).records(self.slot_ms, after_ms, self.now_ms)

    def sent(self, destination: Destination, after_ms: int) -> list[LedgerEntry]:
        """What was meant for the destination of slots that ended after the instant, oldest first."""
        return list(entries(self.database, destination.name, after_ms + 1, self.now_ms))

    def route(self, destination: Destination) -> Route:
        interval_ms = milliseconds(destination.interval_length)
        return Route(destination.name, destination.folder, self.configuration.station.timezone, interval_ms)

    def compare(self, destination: Destination, ledger: list[LedgerEntry]) -> RemoteCheck | None:
        """These files as they lie there, byte for byte; `None`: the receiver keeps none that can be looked at.

        Raises:
            DeliveryDeferred, DestinationRejected: it cannot be looked at now.
        """
        with far_end(destination, self.configuration.station.code) as far:
            if far is None:
                return None
            own = {entry.name for entry in ledger}
            return check_remote(ledger, self.route(destination), far, own, with_content=True, proof=destination.proof)
