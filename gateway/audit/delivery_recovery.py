"""Brings the ledger back from another database: deliveries, their tries, outages. What waits is asked for at the
authority before it is sent, for it may have arrived meanwhile."""

from __future__ import annotations

from gateway.audit.record_recovery import RecordRecovery
from gateway.audit.recovered import Recovered
from gateway.audit.row_transfer import OURS_STAYS, RowTransfer
from gateway.db.put_back import number_of
from gateway.db.salvage import Salvage
from gateway.db.salvaged_row import LostRow, SalvagedRow
from gateway.outbox.delivery_state import DeliveryState
from gateway.outbox.delivery_tries import keep_first_try
from gateway.outbox.elsewhere import settle_as_elsewhere

_WAITING = (DeliveryState.WAITING.value, DeliveryState.REFUSED.value)


class DeliveryRecovery:
    """One other database's ledger. Methods that take a row return whether it is whole here; what came of it is told in
    `found`."""

    def __init__(self, source: Salvage, transfer: RowTransfer, records: RecordRecovery, found: Recovered) -> None:
        self._source = source
        self._transfer = transfer
        self._records = records
        self._found = found
        self.waits_at: set[int] = set()
        self.arrived_at: set[int] = set()
        """Ends of slots of which the other ledger says so."""
        self._taken: set[int] = set()
        """Deliveries that waited and are here."""

    def take_if_waiting(self, row: SalvagedRow) -> bool:
        seen_at = self.waits_at if row.values["state"] in _WAITING else self.arrived_at
        seen_at.add(row.values["end_ms"])
        if row.values["state"] in _WAITING and self.take_delivery(row):
            self._taken.add(row.id)
        return True

    def take_delivery(self, row: SalvagedRow) -> bool:
        if row.id in self._taken:
            return True
        values = row.values
        destination, file = self._transfer.destination(values["destination_id"]), self._records.file(values["file_id"])
        if destination is None or file is None:
            self.delivery_lost(row)
            return False
        if file == OURS_STAYS:
            return True
        acts = {
            name: self._transfer.intervention(values[name])
            for name in ("resent_by", "released_by", "closed_by")
            if values.get(name)
        }
        if values["state"] == DeliveryState.CLOSED.value and acts.get("closed_by") is None:
            return False  # who gave it up is lost, and the ledger never says "nobody"
        key = {"destination_id": destination, "file_id": file}
        ask_first = 1 if values["state"] in _WAITING else values.get("ask_first", 0)
        with self._transfer.put() as connection:
            here = number_of(connection, "delivery", key)
            if here is not None:
                settle_as_elsewhere(connection, here, {**values, **acts})
            taken = self._transfer.insert(
                connection, "delivery", {**values, **acts, **key, "ask_first": ask_first}, key
            )
        return taken is not None

    def take_try(self, row: SalvagedRow) -> bool:
        """With its delivery, also where that is here already: then it is one more of its tries."""
        values = row.values
        delivery = self._source.row("delivery", values["delivery_id"])
        if delivery is None:
            return False
        destination, file = (
            self._transfer.destination(delivery.values["destination_id"]),
            self._records.file(delivery.values["file_id"]),
        )
        if file == OURS_STAYS:
            return True
        with self._transfer.put() as connection:
            ours = number_of(connection, "delivery", {"destination_id": destination, "file_id": file})
            if ours is None:
                return False
            keep_first_try(connection, ours)
            same = {"delivery_id": ours, **{name: values[name] for name in ("began_ms", "done_ms", "outcome")}}
            return self._transfer.insert(connection, "delivery_try", {**values, **same}, same) is not None

    def delivery_lost(self, row: SalvagedRow | LostRow) -> None:
        values = row.values
        if values is None or values.get("state") not in _WAITING or not isinstance(values.get("end_ms"), int):
            return
        one = (self._transfer.text("destination", "name", values["destination_id"]) or "?", values["end_ms"])
        if one not in self._found.unsent:
            self._found.unsent.append(one)

    def take_outage(self, row: SalvagedRow) -> bool:
        destination = self._transfer.destination(row.values["destination_id"])
        if destination is None:
            return False
        ended_ms = row.values["tried_ms"] if row.values["ended_ms"] is None else row.values["ended_ms"]
        key = {"destination_id": destination, "began_ms": row.values["began_ms"]}
        with self._transfer.put() as connection:
            return (
                self._transfer.insert(connection, "outage", {**row.values, **key, "ended_ms": ended_ms}, key)
                is not None
            )
