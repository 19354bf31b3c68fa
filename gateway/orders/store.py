"""Transport orders in the database, and their signed documents beside it. A row is written once its document is on the
card, and what is written in one transaction holds together: the order, its images, what the journal tells of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.core.journal_entry import EntryKind
from gateway.core.transport_order import PROMISED_MS, NewOrder, OrderImage, OrderState, OrderWay, TransportOrder
from gateway.db import Database
from gateway.journal.chain import append
from gateway.orders.kept_documents import KeptDocuments

_COLUMNS = (
    "id, order_id, submitted_ms, issued_ms, plate, way, submitted_by, content_sha256, sha256, size, state, settled_ms,"
    " code, reason, released_ms, late_cause, dropped_ms"
)
_AT_A_TIME = 500
_SETTLED = ("sha256", "size", "state", "settled_ms", "code", "reason", "released_ms", "late_cause", "dropped_ms")
_MORE = [OrderState.WAITING, OrderState.SET_ASIDE, OrderState.ACCEPTED]
"""Each says more of an order than the one before."""


@dataclass(frozen=True, slots=True)
class OrderCounts:
    """`oldest_ms`: when the oldest waiting one was submitted."""

    waiting: int
    accepted: int
    set_aside: int
    oldest_ms: int | None


class OrderStore:
    """All access to orders but to their tries."""

    def __init__(self, database: Database, documents: KeptDocuments) -> None:
        self._database = database
        self._documents = documents

    # -- Submitting

    def add(
        self, order: NewOrder, way: OrderWay, submitted_by: str, at_ms: int, kept_back: str | None = None
    ) -> TransportOrder:
        """It waits from now on, and survives a power cut. Another one of this id was looked for before. `kept_back`: it
        is set aside instead, for this reason, so that no courier ever sees it.

        Raises:
            StoreFull, StoreError: nothing is kept.
        """
        digest = self._documents.keep(order.document)
        with self._database.write() as connection:
            inserted = connection.execute(
                "INSERT INTO transport_order (order_id, submitted_ms, issued_ms, plate, way, submitted_by, submission,"
                " content_sha256, sha256, size, state, settled_ms, reason)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    order.order_id,
                    at_ms,
                    order.issued_ms,
                    order.plate,
                    way.value,
                    submitted_by,
                    order.submission,
                    order.content_sha256,
                    digest,
                    len(order.document),
                    (OrderState.WAITING if kept_back is None else OrderState.SET_ASIDE).value,
                    None if kept_back is None else at_ms,
                    kept_back,
                ),
            )
            number = inserted.lastrowid
            connection.executemany(
                "INSERT INTO order_image (transport_order, position, name, original_sha256, original_size, sent_sha256,"
                " sent_size) VALUES (?, ?, ?, ?, ?, ?, ?)",
                [
                    (number, place, one.name, one.original_sha256, one.original_size, one.sent_sha256, one.sent_size)
                    for place, one in enumerate(order.images)
                ],
            )
        kept = self.find(order.order_id)
        if kept is None:
            raise AssertionError(f"order {order.order_id} was kept and is not there")
        return kept

    # -- Looking

    def find(self, order_id: str) -> TransportOrder | None:
        found = self._select("WHERE order_id = ?", order_id)
        return found[0] if found else None

    def waiting(self, most: int, after: int = 0) -> list[TransportOrder]:
        """Those that wait, oldest first, behind row number `after`."""
        return self._select("WHERE state = 'waiting' AND id > ? ORDER BY id LIMIT ?", after, most)

    def waiting_since(self, submitted_ms: int, most: int) -> list[TransportOrder]:
        """Those that wait and were submitted after then, oldest first."""
        return self._select("WHERE state = 'waiting' AND submitted_ms > ? ORDER BY id LIMIT ?", submitted_ms, most)

    def submitted(
        self,
        from_ms: int,
        until_ms: int,
        most: int = -1,
        skip: int = 0,
        state: OrderState | None = None,
        late_at_ms: int | None = None,
    ) -> list[TransportOrder]:
        """Those that were submitted in [from, until), newest first, without the first `skip` of them. `state`: only in
        this one; `late_at_ms`: only those that are late at that instant."""
        where, parameters = "submitted_ms >= ? AND submitted_ms < ?", [from_ms, until_ms]
        if late_at_ms is not None:
            where += " AND iif(state = 'accepted', settled_ms, ?) - submitted_ms > ?"
            parameters += [late_at_ms, PROMISED_MS]
        if state is not None:
            where += f" AND state = '{state.value}'"
        return self._select(
            f"WHERE {where} ORDER BY submitted_ms DESC, id DESC LIMIT ? OFFSET ?", *parameters, most, skip
        )

    def set_aside(self, most: int = -1) -> list[TransportOrder]:
        """What a person is needed for, oldest first."""
        return self._select("WHERE state = 'set_aside' ORDER BY id LIMIT ?", most)

    def counts(self, since_ms: int = 0) -> OrderCounts:
        """Of those that were submitted since then; whatever waits or is set aside counts anyway."""
        asked = "SELECT count(*), min(submitted_ms) FROM transport_order WHERE "
        ((waiting, oldest_ms),) = self._database.read(f"{asked} state = 'waiting'")
        ((set_aside, _),) = self._database.read(f"{asked} state = 'set_aside'")
        ((accepted, _),) = self._database.read(f"{asked} state = 'accepted' AND submitted_ms >= ?", (since_ms,))
        return OrderCounts(waiting, accepted, set_aside, oldest_ms)

    def images(self, order: TransportOrder) -> list[OrderImage]:
        """In the order's own sequence."""
        rows = self._database.read(
            "SELECT name, original_sha256, original_size, sent_sha256, sent_size FROM sound_order_image"
            " WHERE transport_order = ? ORDER BY position",
            (order.number,),
        )
        return [OrderImage(*row) for row in rows]

    def submission(self, order: TransportOrder) -> bytes | None:
        """The JSON as it was submitted; `None`: its row is damaged."""
        rows = self._database.read("SELECT submission FROM sound_transport_order WHERE id = ?", (order.number,))
        return bytes(rows[0][0]) if rows else None

    def document(self, order: TransportOrder) -> bytes:
        """The signed bytes, proven by their hash.

        Raises:
            DocumentDamaged: it must not be sent.
            StoreError: it cannot be read now.
        """
        return self._documents.read(order.sha256, order.size)

    # -- What became of it, each in the transaction under way

    def accept(self, connection: sqlite3.Connection, number: int, at_ms: int, late_cause: str | None) -> bool:
        """The authority has it. Returns whether it was waiting: what is accepted stays accepted."""
        return _settle(connection, number, OrderState.ACCEPTED, at_ms, None, None, late_cause)

    def put_aside(self, connection: sqlite3.Connection, number: int, at_ms: int, code: int | None, reason: str) -> bool:
        """It is not sent any more until a person releases it. Returns whether it was waiting."""
        return _settle(connection, number, OrderState.SET_ASIDE, at_ms, code, reason, None)

    def release(self, connection: sqlite3.Connection, number: int, at_ms: int) -> bool:
        """It waits again. Returns whether it was set aside."""
        changed = connection.execute(
            "UPDATE transport_order SET state = 'waiting', released_ms = ?, settled_ms = NULL, code = NULL,"
            " reason = NULL WHERE id = ? AND state = 'set_aside'",
            (at_ms, number),
        )
        return changed.rowcount == 1

    def accept_tried(self, connection: sqlite3.Connection, number: int, at_ms: int, late_cause: str | None) -> None:
        """The authority has it, which was sent by hand."""
        connection.execute(
            "UPDATE transport_order SET state = 'accepted', settled_ms = ?, code = NULL, reason = NULL, late_cause = ?"
            " WHERE id = ? AND state <> 'accepted'",
            (at_ms, late_cause, number),
        )

    def keep_aside(
        self, connection: sqlite3.Connection, number: int, at_ms: int, code: int | None, reason: str
    ) -> None:
        """It stays set aside, now for this reason; one that was released meanwhile does not."""
        connection.execute(
            "UPDATE transport_order SET settled_ms = ?, code = ?, reason = ? WHERE id = ? AND state = 'set_aside'",
            (at_ms, code, reason, number),
        )

    def note_refusal(self, what: Mapping[str, Any], who: str, at_ms: int) -> None:
        """In the journal: one was not taken in, and why."""
        with self._database.write() as connection:
            append(connection, at_ms, EntryKind.ORDER, what, who)

    # -- Keeping house

    def drop_old(self, before_ms: int, at_ms: int) -> int:
        """Remove the documents of what was accepted before then, a few hundred at once; their rows stay. Returns how
        many."""
        rows = self._database.read(
            "SELECT id, sha256 FROM sound_transport_order"
            " WHERE dropped_ms IS NULL AND state = 'accepted' AND settled_ms < ? LIMIT ?",
            (before_ms, _AT_A_TIME),
        )
        if rows:
            self._documents.drop([digest for _, digest in rows])
            with self._database.write() as connection:
                connection.executemany(
                    "UPDATE transport_order SET dropped_ms = ? WHERE id = ?", [(at_ms, number) for number, _ in rows]
                )
        return len(rows)

    def drop_strangers(self, before_ms: int) -> int:
        """Documents that no row knows, from before then: a command may be about to write the row of a younger one.
        Returns how many."""
        rows = self._database.read("SELECT sha256 FROM transport_order WHERE dropped_ms IS NULL")
        return self._documents.drop_strangers({row[0] for row in rows}, before_ms)

    def _select(self, rest: str, *parameters: Any) -> list[TransportOrder]:
        rows: Sequence[Any] = self._database.read(
            f"SELECT {_COLUMNS} FROM sound_transport_order {rest}",  # noqa: S608  # constants
            parameters,
        )
        return self._database.objects("transport_order", rows, _order)


def settle_as_elsewhere(connection: sqlite3.Connection, number: int, found: Mapping[str, Any]) -> None:
    """As another database of this box has the order, by column, where that says more: what was accepted is accepted,
    and what waits may be set aside. With the document of which it became so."""
    (state,) = connection.execute("SELECT state FROM transport_order WHERE id = ?", (number,)).fetchone()
    if _MORE.index(found["state"]) > _MORE.index(state):
        connection.execute(
            "UPDATE transport_order SET sha256 = ?, size = ?, state = ?, settled_ms = ?, code = ?, reason = ?,"
            " released_ms = ?, late_cause = ?, dropped_ms = ? WHERE id = ?",
            [*(found[name] for name in _SETTLED), number],
        )


def _settle(
    connection: sqlite3.Connection,
    number: int,
    state: OrderState,
    at_ms: int,
    code: int | None,
    reason: str | None,
    late_cause: str | None,
) -> bool:
    changed = connection.execute(
        "UPDATE transport_order SET state = ?, settled_ms = ?, code = ?, reason = ?, late_cause = ?"
        " WHERE id = ? AND state = 'waiting'",
        (state.value, at_ms, code, reason, late_cause, number),
    )
    return changed.rowcount == 1


def _order(number: int, order_id: str, submitted_ms: int, issued_ms: int, plate: str, way: str, *rest: Any) -> Any:
    submitted_by, content, digest, size, state, *settled = rest
    return TransportOrder(
        number,
        order_id,
        submitted_ms,
        issued_ms,
        plate,
        OrderWay(way),
        submitted_by,
        content,
        digest,
        size,
        OrderState(state),
        *settled,
    )
