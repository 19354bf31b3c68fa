"""Takes over what is whole from another database, a set-aside one above all: what waits to be sent first, then records,
readings, the ledger and what people did.

Never overwrites: what is here stays (but what waits may turn out to have arrived, or to be settled), and other content
under the same key is told. Nothing is closed anew. Many small transactions: the daemon may run. It may be ended
anywhere and done again: what was taken is there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from itertools import islice

from gateway.audit import acceptance_recovery, order_recovery
from gateway.audit.acceptance_recovery import AcceptanceRecovery
from gateway.audit.delivery_recovery import DeliveryRecovery
from gateway.audit.journal_recovery import JournalRecovery
from gateway.audit.order_recovery import OrderRecovery
from gateway.audit.record_recovery import RecordRecovery
from gateway.audit.recovered import Recovered
from gateway.audit.row_transfer import ROWS_AT_ONCE, RowTransfer, whole_rows
from gateway.core.journal_entry import GATEWAY
from gateway.core.phrase import Phrase
from gateway.core.slot import Slot
from gateway.db import Database
from gateway.db.alike import alike
from gateway.db.put_back import lowest_number, number_of, put_back
from gateway.db.salvage import Salvage
from gateway.db.salvaged_row import LostRow, SalvagedRow
from gateway.readings.open_slots import open_slot
from gateway.readings.packing import unpack as unpack_readings
from gateway.readings.store import Layout

_FACTS = {
    "calibration": ("symbol", "began_ms", "begun_by"),
    "calibration_result": ("symbol", "kept_ms"),
    "sample_request": ("asked_ms", "asked_by", "reason"),
    "event": ("topic", "subject", "kind", "detail", "began_ms"),
    "alert": ("target", "message"),
    "slot_reason": ("length_ms", "symbol", "status", "cause", "detail", "first_ms"),
}
"""What stands alone, and by what two rows of it are the same."""
_IN_ORDER = {
    "run": ("started_ms", "version"),
    "recipe": ("since_ms", "definition"),
    "seal_act": ("at_ms", "act", "port", "number"),
    "configuration_in_force": ("since_ms", "sha256"),
}
"""What counts by the order of its numbers: older than all that is here."""
_REFERRED_TO = ("record", "file")
"""Tables that many rows of others stand behind."""
TABLES = (
    *order_recovery.TABLES, "delivery", "record", "file", "delivery", "delivery_try", "reading_block", "outage",
    *_FACTS, *_IN_ORDER, *acceptance_recovery.TABLES, "journal", "digest",
)  # fmt: skip
"""In the order in which they are gone through; orders have minutes; deliveries first for what waits, then for what
arrived."""


class Recovery:
    """One other database, taken over into ours."""

    def __init__(
        self,
        source: Salvage,
        database: Database,
        now_ms: int,
        on_progress: Callable[[str, int], None],
        who: str = GATEWAY,
        *,
        opens_slots: bool = False,
    ) -> None:
        """`on_progress`: table and how many of its rows were gone through since. `who`: the user who has it done.
        `opens_slots`: what was open there is open here, if it was not closed; for a database that was in use until
        just now, of which nobody else has closed anything since. It went on from what is here: what stands in both
        alike is not looked at."""
        self._opens_slots = opens_slots
        self._source = source
        self._database = database
        self._now_ms = now_ms
        self._on_progress = on_progress
        self._alike: dict[str, AbstractSet[int]] = {}
        self._alike = {table: self._known(table) for table in _REFERRED_TO}
        self._journal = JournalRecovery(source, database, source.name, who, now_ms, self._known("journal"))
        self.found = Recovered()
        self._transfer = RowTransfer(source, database, self.found)
        self._records = RecordRecovery(
            source, database, self._transfer, self.found, self._alike["record"], self._alike["file"]
        )
        self._ledger = DeliveryRecovery(source, self._transfer, self._records, self.found)

    def run(self) -> Recovered:
        """Everything, in the order of its importance.

        Raises:
            StoreError: our own database takes nothing more; what was taken stays.
        """
        self._take_orders()
        self._all("delivery", self._ledger.take_if_waiting, is_first_look=True)
        self._all("record", lambda row: self._records.record(row.id) is not None)
        self._all("file", lambda row: self._records.file(row.id) is not None)
        self._all("delivery", self._ledger.take_delivery)
        self._all("delivery_try", self._ledger.take_try)
        self._all("reading_block", self._take_block)
        if self._opens_slots:
            self._open_slots()
        self._all("outage", self._ledger.take_outage)
        for table in _FACTS:
            self._all(table, lambda row, table=table: self._take_fact(table, row))  # type: ignore[misc]
        for table in _IN_ORDER:
            self._take_in_order(table)
        self._take_acceptances()
        self._records.make_again(self._ledger.waits_at, self._ledger.arrived_at)
        self._take_journal()
        self.found.slots = self._records.lost_slots()
        self.found.untold = self._records.without_delivery()
        self.found.page_reading = self._source.page_reading
        return self.found

    # One row after another

    def _all(self, table: str, take: Callable[[SalvagedRow], bool], *, is_first_look: bool = False) -> None:
        known = self._known(table)
        if not is_first_look:
            self.found.already[table] += len(known)
            self._on_progress(table, len(known))
        rows = self._source.rows(table, known)
        while portion := list(islice(rows, ROWS_AT_ONCE)):
            with self._transfer.put():
                for row in portion:
                    if isinstance(row, LostRow):
                        continue
                    is_whole = take(row)
                    if not is_first_look:
                        self.found.mended += row.was_mended
                        self.found.lost[table] += not is_whole
            if not is_first_look:
                self._lost(table, [row for row in portion if isinstance(row, LostRow)])
            self._on_progress(table, len(portion))

    def _known(self, table: str) -> AbstractSet[int]:
        """Numbers of the rows that need no look, and are the same here."""
        if not self._opens_slots:
            return frozenset()
        return self._alike[table] if table in self._alike else alike(self._database, self._source, table)

    def _lost(self, table: str, rows: list[LostRow]) -> None:
        self.found.lost[table] += len(rows)
        for row in rows:
            if table == "delivery":
                self._ledger.delivery_lost(row)
            elif table == "record" and row.values is not None:
                self._records.is_lost(row.values.get("length_ms"), row.values.get("end_ms"))

    # Readings, and what people did

    def _take_block(self, row: SalvagedRow) -> bool:
        """As it came, whether its slot was closed or not: nothing is closed anew."""
        values = row.values
        definition, layout = (
            self._transfer.text("layout", "definition", values["layout_id"]),
            self._transfer.layout(values["layout_id"]),
        )
        if definition is None or layout is None:
            return False
        try:
            columns = Layout.from_json(definition).parameters
            unpack_readings(values["packed"], values["first_ms"], len(columns))
        except (ValueError, LookupError, TypeError, AttributeError):
            return False
        key = {"first_ms": values["first_ms"], "layout_id": layout, "samples": values["samples"]}
        with self._transfer.put() as connection:
            return self._transfer.insert(connection, "reading_block", {**values, **key}, key) is not None

    def _open_slots(self) -> None:
        with self._transfer.put() as connection:
            for end_ms, length_ms in self._source.open_slots():
                open_slot(connection, Slot(end_ms, length_ms), self._now_ms)

    def _take_fact(self, table: str, row: SalvagedRow) -> bool:
        values = dict(row.values)
        if table == "sample_request" and values["settled_ms"] is None:
            outcome = Phrase("it was open in a database that was set aside: not repeated")
            values |= {"state": "unknown", "settled_ms": self._now_ms, "outcome": outcome}
        if table == "event" and values["ended_ms"] is None:
            values["ended_ms"] = values["last_ms"]
        with self._transfer.put() as connection:
            return (
                self._transfer.insert(connection, table, values, {name: values[name] for name in _FACTS[table]})
                is not None
            )

    def _take_in_order(self, table: str) -> None:
        """Newest first, each below all that are here."""
        for row in reversed(whole_rows(self._source, table, self.found, self._on_progress)):
            with self._transfer.put() as connection:
                if number_of(connection, table, {name: row.values[name] for name in _IN_ORDER[table]}) is not None:
                    self.found.already[table] += 1
                    continue
                number = lowest_number(connection, table) - 1
                taken = put_back(connection, table, {**row.values, "id": number})
                self.found.taken[table] += taken is not None

    def _take_acceptances(self) -> None:
        self.found.add(AcceptanceRecovery(self._source, self._database, self._on_progress).run())

    def _take_orders(self) -> None:
        here = (self._source, self._database, self._on_progress, self._transfer.destination, self._known)
        self.found.add(OrderRecovery(*here).run())

    def _take_journal(self) -> None:
        """Last: it tells what came of the rest, too."""
        self._on_progress("journal", self._journal.take())
        self._all("digest", self._take_digest)
        entries = self._journal.found
        self.found.taken += Counter(journal=entries.taken + entries.handed_on)
        self.found.already["journal"] += entries.already
        self.found.lost["journal"] += entries.lost
        self.found.mended += entries.mended
        if self.found.taken.total():
            self._journal.tell(+self.found.taken)

    def _take_digest(self, row: SalvagedRow) -> bool:
        """If its entry has its place here. Its files have other numbers now, and are in one of ours, too."""
        theirs = self._source.row("journal", row.id)
        with self._transfer.put() as connection:
            ours = connection.execute("SELECT hash FROM journal WHERE seq = ?", (row.id,)).fetchone()
            if theirs is None or ours is None or ours[0] != theirs.values["hash"]:
                return True  # the entry is handed on elsewhere, or told as lost
            is_taken = put_back(connection, "digest", {**row.values, "last_file": 0}) is not None
        (self.found.taken if is_taken else self.found.already)["digest"] += 1
        return True
