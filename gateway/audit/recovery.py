"""Takes over what is whole from another database, a set-aside one above all: what waits to be sent first, then records,
readings, the ledger and what people did.

Never overwrites: what is here stays (but what waits may turn out to have arrived, or to be settled), and other content
under the same key is told. Nothing is closed anew. Many small transactions: the daemon may run. It may be ended
anywhere and done again: what was taken is there.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, lru_cache
from itertools import islice
from typing import Any

from gateway.audit import acceptance_recovery, order_recovery
from gateway.audit.acceptance_recovery import AcceptanceRecovery
from gateway.audit.journal_recovery import JournalRecovery
from gateway.audit.order_recovery import OrderRecovery
from gateway.core.instants import utc_text
from gateway.core.journal_entry import GATEWAY
from gateway.core.phrase import Phrase
from gateway.core.record import Record
from gateway.core.slot import Slot
from gateway.db import Database
from gateway.db.alike import alike
from gateway.db.put_back import lowest_number, number_of, put_back
from gateway.db.rebuilt import PageReading
from gateway.db.salvage import LostRow, Salvage, SalvagedRow, Values
from gateway.files.store import RENDERERS, rendering_of
from gateway.outbox.delivery_state import DeliveryState
from gateway.outbox.delivery_tries import keep_first_try
from gateway.outbox.elsewhere import settle_as_elsewhere
from gateway.readings.open_slots import close_slot, open_slot
from gateway.readings.packing import unpack as unpack_readings
from gateway.readings.store import Layout
from gateway.records.record_layout import RecordLayout
from gateway.records.store import mark_unfiled

_WAITING = (DeliveryState.WAITING.value, DeliveryState.REFUSED.value)
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
OURS_STAYS = -1
"""Stands for the number of a row in whose place another one is here."""
_AT_ONCE = 50
"""Rows in one transaction: the daemon waits for no longer than that takes."""
TABLES = (
    *order_recovery.TABLES, "delivery", "record", "file", "delivery", "delivery_try", "reading_block", "outage",
    *_FACTS, *_IN_ORDER, *acceptance_recovery.TABLES, "journal", "digest",
)  # fmt: skip
"""In the order in which they are gone through; orders have minutes; deliveries first for what waits, then for what
arrived."""


@dataclass(frozen=True, slots=True, order=True)
class LostSlots:
    """Slots of that length of which the record is lost, and of which there is none here: ends of the first and last."""

    length_ms: int
    first_ms: int
    last_ms: int

    @property
    def slots(self) -> int:
        return (self.last_ms - self.first_ms) // self.length_ms + 1


@dataclass(slots=True)
class Recovered:
    """What came of it. Counts are of rows, by table."""

    taken: Counter[str] = field(default_factory=Counter)
    already: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)
    mended: int = 0
    made_again: int = 0
    """Records of which no file is left, and whose files are made again."""
    slots: list[LostSlots] = field(default_factory=list)
    unsent: list[tuple[str, int]] = field(default_factory=list)
    """Destination and slot of files that waited and cannot be made any more."""
    other: list[str] = field(default_factory=list)
    """What is here with other content, and stayed."""
    untold: list[str] = field(default_factory=list)
    """Names of files that are here now, and of which it is not known to whom they were sent."""
    page_reading: PageReading | None = None
    """It is broken so that some of it had to be read page by page: what stood on broken pages is not known."""

    @property
    def is_whole(self) -> bool:
        return not (self.lost.total() or self.unsent or self.untold or self.page_reading)


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
        self._connection: Any = None
        self._ends: dict[int, int] = {}
        """Of the records that are here now, the ends of their slots."""
        self._waits_at: set[int] = set()
        self._arrived_at: set[int] = set()
        """Ends of slots of which the other ledger says so."""
        self._files_taken: set[int] = set()
        self._taken: set[int] = set()
        """Deliveries that waited and are here."""
        self._lost_ends: dict[int, set[int]] = {}
        self._record = cache(self._take_record)
        self._file = cache(self._take_file)
        self._destination = lru_cache(256)(self._take_destination)
        self._intervention = lru_cache(256)(self._take_intervention)
        self._layout = lru_cache(1024)(self._take_layout)
        self._rendering = lru_cache(256)(self._take_rendering)

    def run(self) -> Recovered:
        """Everything, in the order of its importance.

        Raises:
            StoreError: our own database takes nothing more; what was taken stays.
        """
        self._take_orders()
        self._all("delivery", self._take_if_waiting, is_first_look=True)
        self._all("record", lambda row: self._record(row.id) is not None)
        self._all("file", lambda row: self._file(row.id) is not None)
        self._all("delivery", self._take_delivery)
        self._all("delivery_try", self._take_try)
        self._all("reading_block", self._take_block)
        if self._opens_slots:
            self._open_slots()
        self._all("outage", self._take_outage)
        for table in _FACTS:
            self._all(table, lambda row, table=table: self._take_fact(table, row))  # type: ignore[misc]
        for table in _IN_ORDER:
            self._take_in_order(table)
        self._take_acceptances()
        self._make_again()
        self._take_journal()
        self.found.slots = self._folded()
        self.found.untold = self._without_delivery()
        self.found.page_reading = self._source.page_reading
        return self.found

    # One row after another

    def _all(self, table: str, take: Callable[[SalvagedRow], bool], *, is_first_look: bool = False) -> None:
        known = self._known(table)
        if not is_first_look:
            self.found.already[table] += len(known)
            self._on_progress(table, len(known))
        rows = self._source.rows(table, known)
        while portion := list(islice(rows, _AT_ONCE)):
            with self._put():
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
                self._delivery_lost(row)
            elif table == "record" and row.values is not None:
                self._is_lost(row.values.get("length_ms"), row.values.get("end_ms"))

    @contextmanager
    def _put(self) -> Iterator[Any]:
        """The transaction under way, or one of its own."""
        if self._connection is not None:
            yield self._connection
            return
        with self._database.write() as self._connection:
            try:
                yield self._connection
            finally:
                self._connection = None

    def _insert(self, connection: Any, table: str, values: Values, key: Values) -> int | None:
        """Its number here, be it new or not; `None`: something stands in its way."""
        known = number_of(connection, table, key)
        if known is not None:
            self.found.already[table] += 1
            return known
        made = put_back(connection, table, {name: value for name, value in values.items() if name != "id"})
        if made is not None:
            self.found.taken[table] += 1
        return made

    # What others refer to

    def _take_layout(self, number: int) -> int | None:
        text = self._text("layout", "definition", number)
        return None if text is None else self._by_text("layout", "definition", text)

    def _take_rendering(self, number: int) -> int | None:
        text = self._text("rendering", "definition", number)
        return None if text is None else self._by_text("rendering", "definition", text)

    def _take_destination(self, number: int) -> int | None:
        text = self._text("destination", "name", number)
        return None if text is None else self._by_text("destination", "name", text)

    def _text(self, table: str, column: str, number: int) -> str | None:
        """What the row says; if it is lost, what its index has kept of it."""
        row = self._source.row(table, number)
        if row is not None:
            text: str = row.values[column]
            return text
        return self._source.indexed(table, column).get(number)

    def _by_text(self, table: str, column: str, text: str) -> int | None:
        with self._put() as connection:
            known = number_of(connection, table, {column: text})
            return put_back(connection, table, {column: text}) if known is None else known

    def _take_intervention(self, number: int) -> int | None:
        row = self._source.row("intervention", number)
        destination = None if row is None else self._destination(row.values["destination_id"])
        if row is None or destination is None:
            return None
        values = {**row.values, "destination_id": destination}
        same = {name: values[name] for name in ("at_ms", "done_by", "action", "destination_id", "from_ms", "until_ms")}
        with self._put() as connection:
            return self._insert(connection, "intervention", values, same)

    # Records and files

    def _take_record(self, number: int) -> int | None:
        """Its number here; `None`: it is lost, or another record of its slot is here."""
        if number in self._alike["record"]:
            return number
        row = self._source.row("record", number)
        made = None if row is None else self._readable(row.values)
        layout = None if row is None else self._layout(row.values["layout_id"])
        if row is None or made is None or layout is None:
            if row is not None:
                self._is_lost(row.values["length_ms"], row.values["end_ms"])
            return None
        slot = made.slot
        with self._put() as connection:
            known = number_of(connection, "record", {"length_ms": slot.length_ms, "end_ms": slot.end_ms})
            if known is not None:
                return self._same_record(connection, known, row.values, layout)
            taken = put_back(
                connection,
                "record",
                {**_without_id(row.values), "layout_id": layout, "damage": None},
            )
            close_slot(connection, slot)
        self.found.taken["record"] += taken is not None
        if taken is not None:
            self._ends[taken] = slot.end_ms
        return taken

    def _same_record(self, connection: Any, known: int, values: Values, layout: int) -> int | None:
        packed, layout_id = connection.execute("SELECT packed, layout_id FROM record WHERE id = ?", (known,)).fetchone()
        if (packed, layout_id) == (values["packed"], layout):
            self.found.already["record"] += 1
            self._ends[known] = values["end_ms"]
            return known
        self.found.other.append(
            Phrase(
                "record of the slot that ends at {end}: the one that is here stays",
                end=utc_text(values["end_ms"]),
            )
        )
        return OURS_STAYS

    def _readable(self, values: Values) -> Record | None:
        layout = self._text("layout", "definition", values["layout_id"])
        try:
            if layout is None:
                return None
            slot = Slot(values["end_ms"], values["length_ms"])
            return RecordLayout.from_json(layout).record(slot, values["packed"], values.get("measured"))
        except (ValueError, TypeError):
            return None

    def _take_file(self, number: int) -> int | None:
        """Its number here; `None`: it is lost, or cannot be made to the byte any more."""
        if number in self._alike["file"]:
            return number
        row = self._source.row("file", number)
        record = None if row is None else self._source.row("record", row.values["record_id"])
        record_id = None if record is None else self._record(record.id)
        rendering = None if row is None else self._rendering(row.values["rendering_id"])
        if record_id == OURS_STAYS:
            return OURS_STAYS
        if row is None or record is None or record_id is None or rendering is None or not self._is_proven(row, record):
            return None
        key = {"record_id": record_id, "rendering_id": rendering}
        with self._put() as connection:
            taken = self._insert(connection, "file", {**row.values, **key}, key)
            if taken is not None:
                kept = connection.execute("SELECT sha256 FROM file WHERE id = ?", (taken,)).fetchone()[0]
                if kept != row.values["sha256"]:
                    self.found.other.append(Phrase("file {name}: the one that is here stays", name=row.values["name"]))
                    return OURS_STAYS
                self._files_taken.add(taken)
        return taken

    def _is_proven(self, file: SalvagedRow, record: SalvagedRow) -> bool:
        """Whether record and rendering yield the bytes whose SHA-256 was kept."""
        made, rendering = (
            self._readable(record.values),
            self._text("rendering", "definition", file.values["rendering_id"]),
        )
        if made is None or rendering is None:
            return False
        try:
            form = rendering_of(rendering)
            document = RENDERERS[form.format](made, form)
        except (ValueError, LookupError, TypeError):
            return False
        return (document.name, hashlib.sha256(document.content).digest()) == (
            file.values["name"],
            file.values["sha256"],
        )

    # The ledger

    def _take_if_waiting(self, row: SalvagedRow) -> bool:
        seen_at = self._waits_at if row.values["state"] in _WAITING else self._arrived_at
        seen_at.add(row.values["end_ms"])
        if row.values["state"] in _WAITING and self._take_delivery(row):
            self._taken.add(row.id)
        return True

    def _take_delivery(self, row: SalvagedRow) -> bool:
        if row.id in self._taken:
            return True
        values = row.values
        destination, file = self._destination(values["destination_id"]), self._file(values["file_id"])
        if destination is None or file is None:
            self._delivery_lost(row)
            return False
        if file == OURS_STAYS:
            return True
        acts = {
            name: self._intervention(values[name])
            for name in ("resent_by", "released_by", "closed_by")
            if values.get(name)
        }
        if values["state"] == DeliveryState.CLOSED.value and acts.get("closed_by") is None:
            return False  # who gave it up is lost, and the ledger never says "nobody"
        key = {"destination_id": destination, "file_id": file}
        ask_first = 1 if values["state"] in _WAITING else values.get("ask_first", 0)
        with self._put() as connection:
            here = number_of(connection, "delivery", key)
            if here is not None:
                settle_as_elsewhere(connection, here, {**values, **acts})
            taken = self._insert(connection, "delivery", {**values, **acts, **key, "ask_first": ask_first}, key)
        return taken is not None

    def _take_try(self, row: SalvagedRow) -> bool:
        """With its delivery, also where that is here already: then it is one more of its tries."""
        values = row.values
        delivery = self._source.row("delivery", values["delivery_id"])
        if delivery is None:
            return False
        destination, file = self._destination(delivery.values["destination_id"]), self._file(delivery.values["file_id"])
        if file == OURS_STAYS:
            return True
        with self._put() as connection:
            ours = number_of(connection, "delivery", {"destination_id": destination, "file_id": file})
            if ours is None:
                return False
            keep_first_try(connection, ours)
            same = {"delivery_id": ours, **{name: values[name] for name in ("began_ms", "done_ms", "outcome")}}
            return self._insert(connection, "delivery_try", {**values, **same}, same) is not None

    def _delivery_lost(self, row: SalvagedRow | LostRow) -> None:
        values = row.values
        if values is None or values.get("state") not in _WAITING or not isinstance(values.get("end_ms"), int):
            return
        one = (self._text("destination", "name", values["destination_id"]) or "?", values["end_ms"])
        if one not in self.found.unsent:
            self.found.unsent.append(one)

    def _take_outage(self, row: SalvagedRow) -> bool:
        destination = self._destination(row.values["destination_id"])
        if destination is None:
            return False
        ended_ms = row.values["tried_ms"] if row.values["ended_ms"] is None else row.values["ended_ms"]
        key = {"destination_id": destination, "began_ms": row.values["began_ms"]}
        with self._put() as connection:
            return self._insert(connection, "outage", {**row.values, **key, "ended_ms": ended_ms}, key) is not None

    # Readings, and what people did

    def _take_block(self, row: SalvagedRow) -> bool:
        """As it came, whether its slot was closed or not: nothing is closed anew."""
        values = row.values
        definition, layout = self._text("layout", "definition", values["layout_id"]), self._layout(values["layout_id"])
        if definition is None or layout is None:
            return False
        try:
            columns = Layout.from_json(definition).parameters
            unpack_readings(values["packed"], values["first_ms"], len(columns))
        except (ValueError, LookupError, TypeError, AttributeError):
            return False
        key = {"first_ms": values["first_ms"], "layout_id": layout, "samples": values["samples"]}
        with self._put() as connection:
            return self._insert(connection, "reading_block", {**values, **key}, key) is not None

    def _open_slots(self) -> None:
        with self._put() as connection:
            for end_ms, length_ms in self._source.open_slots():
                open_slot(connection, Slot(end_ms, length_ms), self._now_ms)

    def _take_fact(self, table: str, row: SalvagedRow) -> bool:
        values = dict(row.values)
        if table == "sample_request" and values["settled_ms"] is None:
            outcome = Phrase("it was open in a database that was set aside: not repeated")
            values |= {"state": "unknown", "settled_ms": self._now_ms, "outcome": outcome}
        if table == "event" and values["ended_ms"] is None:
            values["ended_ms"] = values["last_ms"]
        with self._put() as connection:
            return self._insert(connection, table, values, {name: values[name] for name in _FACTS[table]}) is not None

    def _take_in_order(self, table: str) -> None:
        """Newest first, each below all that are here."""
        rows = []
        for row in self._source.rows(table):
            self._on_progress(table, 1)
            if isinstance(row, LostRow):
                self.found.lost[table] += 1
            else:
                rows.append(row)
        for row in sorted(rows, key=lambda one: one.id, reverse=True):
            with self._put() as connection:
                if number_of(connection, table, {name: row.values[name] for name in _IN_ORDER[table]}) is not None:
                    self.found.already[table] += 1
                    continue
                number = lowest_number(connection, table) - 1
                taken = put_back(connection, table, {**row.values, "id": number})
                self.found.taken[table] += taken is not None

    def _take_acceptances(self) -> None:
        tests = AcceptanceRecovery(self._source, self._database, self._on_progress).run()
        self.found.taken += tests.taken
        self.found.already += tests.already
        self.found.lost += tests.lost
        self.found.mended += tests.mended

    def _take_orders(self) -> None:
        here = (self._source, self._database, self._on_progress, self._destination, self._known)
        orders = OrderRecovery(*here).run()
        self.found.taken += orders.taken
        self.found.already += orders.already
        self.found.lost += orders.lost
        self.found.mended += orders.mended
        self.found.other += orders.other

    def _make_again(self) -> None:
        """Files of which nothing is left, of slots of which it is not known that all have them."""
        ids = (
            record_id
            for (record_id, end_ms) in self._ends.items()
            if end_ms in self._waits_at or end_ms not in self._arrived_at
        )
        while portion := list(islice(ids, _AT_ONCE)):
            with self._put() as connection:
                self.found.made_again += sum(mark_unfiled(connection, record_id) for record_id in portion)

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
        with self._put() as connection:
            ours = connection.execute("SELECT hash FROM journal WHERE seq = ?", (row.id,)).fetchone()
            if theirs is None or ours is None or ours[0] != theirs.values["hash"]:
                return True  # the entry is handed on elsewhere, or told as lost
            is_taken = put_back(connection, "digest", {**row.values, "last_file": 0}) is not None
        (self.found.taken if is_taken else self.found.already)["digest"] += 1
        return True

    # What is lost

    def _without_delivery(self) -> list[str]:
        """Of the files that came. Their records stay filed: sent blindly, what had arrived would arrive twice."""
        return [
            name
            for file_id in sorted(self._files_taken)
            for (name,) in self._database.read(
                "SELECT name FROM file WHERE id = ? AND planned_ms IS NOT NULL"
                " AND NOT EXISTS (SELECT 1 FROM delivery WHERE file_id = file.id)",
                (file_id,),
            )
        ]

    def _is_lost(self, length_ms: Any, end_ms: Any) -> None:
        if isinstance(length_ms, int) and isinstance(end_ms, int) and length_ms > 0:
            self._lost_ends.setdefault(length_ms, set()).add(end_ms)

    def _folded(self) -> list[LostSlots]:
        """Of which there is no record here either, those in a row as one."""
        found: list[LostSlots] = []
        for length_ms, ends in sorted(self._lost_ends.items()):
            for end_ms in sorted(ends):
                if self._database.read("SELECT 1 FROM record WHERE length_ms = ? AND end_ms = ?", (length_ms, end_ms)):
                    continue
                if found and (found[-1].length_ms, found[-1].last_ms) == (length_ms, end_ms - length_ms):
                    found[-1] = LostSlots(length_ms, found[-1].first_ms, end_ms)
                else:
                    found.append(LostSlots(length_ms, end_ms, end_ms))
        return found


def _without_id(values: Values) -> Values:
    return {name: value for name, value in values.items() if name != "id"}
