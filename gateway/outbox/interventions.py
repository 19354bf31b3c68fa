"""What people may do to deliveries: have them sent again, take them back, give them up. Each act is kept for ever, here
and in the journal, with who, when, why, and which slots were meant; the couriers find what is to be done in the
database within seconds.

Never touches a record or a file, and never the time at which something first arrived: that is the proof.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from gateway.core.journal_entry import EntryKind
from gateway.db import Database
from gateway.journal.chain import append
from gateway.outbox.action import Action
from gateway.outbox.conflicts import close_conflicts
from gateway.outbox.delivery_state import DeliveryState

_log = logging.getLogger(__name__)


STATES_CONCERNED = {
    Action.RESEND: (DeliveryState.DELIVERED,),
    Action.REPLACE: (DeliveryState.DELIVERED, DeliveryState.REFUSED),
    Action.RELEASE: (DeliveryState.REFUSED,),
    Action.CLOSE: (DeliveryState.WAITING, DeliveryState.REFUSED),
}
"""The states of the deliveries that an act is about; what is in another is left alone."""

_WAITS_ANEW = "state = 'waiting', accepted = 0, held_ms = NULL"
_ACTS = {
    Action.RESEND: f"UPDATE delivery SET {_WAITS_ANEW}, resent_by = ?, resent_ms = NULL WHERE id = ?",  # noqa: S608
    Action.REPLACE: f"UPDATE delivery SET {_WAITS_ANEW}, resent_by = ?, resent_ms = NULL WHERE id = ?",  # noqa: S608
    Action.RELEASE: f"UPDATE delivery SET {_WAITS_ANEW}, released_by = ? WHERE id = ?",  # noqa: S608
    Action.CLOSE: "UPDATE delivery SET state = 'closed', closed_by = ? WHERE id = ?",
}


@dataclass(frozen=True, slots=True)
class DeliverySelection:
    """Deliveries of one destination: those of slots that end in `[from_ms, until_ms]`, `None` being no bound; or, if
    `delivery_ids` is given, only these of them."""

    destination: str
    from_ms: int | None = None
    until_ms: int | None = None
    delivery_ids: Sequence[int] | None = None


@dataclass(frozen=True, slots=True)
class Intervention:
    """An act as it is remembered."""

    at_ms: int
    done_by: str
    action: Action
    from_ms: int | None
    until_ms: int | None
    deliveries: int
    reason: str | None


class Interventions:
    """All acts of people upon deliveries."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def concerned(self, action: Action, selection: DeliverySelection) -> list[int]:
        """The deliveries that the act would change, oldest slot first."""
        states = (*STATES_CONCERNED[action], None)[:2]
        rows = self._database.read(
            "SELECT id FROM sound_delivery WHERE destination_id = (SELECT id FROM destination WHERE name = ?)"
            " AND end_ms >= coalesce(?, end_ms) AND end_ms <= coalesce(?, end_ms)"
            " AND (state IN (?, ?) OR ? AND state = 'waiting' AND held_ms IS NOT NULL) ORDER BY end_ms, id",
            (selection.destination, selection.from_ms, selection.until_ms, *states, action is Action.RELEASE),
        )
        found = [int(delivery_id) for (delivery_id,) in rows]
        if selection.delivery_ids is None:
            return found
        wanted = set(selection.delivery_ids)
        return [delivery_id for delivery_id in found if delivery_id in wanted]

    def act(
        self, action: Action, selection: DeliverySelection, done_by: str, at_ms: int, reason: str | None = None
    ) -> int:
        """Do it and remember it, in one transaction. Returns how many deliveries it changed; if none, nothing is
        remembered either."""
        with self._database.write() as connection:
            return self.act_within(connection, action, selection, done_by, at_ms, reason)

    def act_within(
        self,
        connection: sqlite3.Connection,
        action: Action,
        selection: DeliverySelection,
        done_by: str,
        at_ms: int,
        reason: str | None,
    ) -> int:
        """The same for the transaction under way."""
        ids = self.concerned(action, selection)
        if ids:
            self._do(connection, action, selection, ids, done_by, at_ms, reason)
        return len(ids)

    def _do(
        self,
        connection: sqlite3.Connection,
        action: Action,
        selection: DeliverySelection,
        ids: Sequence[int],
        done_by: str,
        at_ms: int,
        reason: str | None,
    ) -> None:
        number = connection.execute(
            "INSERT INTO intervention"
            " (at_ms, done_by, action, destination_id, from_ms, until_ms, deliveries, reason)"
            " SELECT ?, ?, ?, id, ?, ?, ?, ? FROM destination WHERE name = ?",
            (
                at_ms,
                done_by,
                action.value,
                selection.from_ms,
                selection.until_ms,
                len(ids),
                reason,
                selection.destination,
            ),
        ).lastrowid
        connection.executemany(_ACTS[action], [(number, delivery_id) for delivery_id in ids])
        what = {
            "action": action.value,
            "destination": selection.destination,
            "from_ms": selection.from_ms,
            "until_ms": selection.until_ms,
            "deliveries": len(ids),
            "reason": reason,
        }
        append(connection, at_ms, EntryKind.DELIVERY, what, done_by)
        if action is Action.CLOSE:
            close_conflicts(connection, ids, done_by, reason or "given up", at_ms)
        _log.info(
            "deliveries changed by hand action=%s destination=%s deliveries=%d done_by=%s reason=%r",
            action.value,
            selection.destination,
            len(ids),
            done_by,
            reason,
        )

    def newest(self, destination: str, most: int) -> list[Intervention]:
        """The last acts upon a destination's deliveries, newest first."""
        rows = self._database.read(
            "SELECT id, at_ms, done_by, action, from_ms, until_ms, deliveries, reason FROM sound_intervention"
            " WHERE destination_id = (SELECT id FROM destination WHERE name = ?) ORDER BY id DESC LIMIT ?",
            (destination, most),
        )
        return self._database.objects("intervention", rows, _intervention)


def _intervention(_number: int, at_ms: int, done_by: str, action: str, *rest: Any) -> Intervention:
    return Intervention(at_ms, done_by, Action(action), *rest)
