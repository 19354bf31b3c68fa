"""Takes account of a database that is older than what was done with it, once, when the daemon starts.

Nothing at or before what had been closed is closed anew, and whatever is not proven to have arrived is asked for at the
far end before it is sent. Records that were lost stay lost here: what was sent of them lies at the authorities.
"""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Mapping
from typing import Any

from gateway.core.instants import utc_text
from gateway.core.journal_entry import EntryKind, JournalHead
from gateway.core.phrase import Phrase, in_a_row
from gateway.core.rollback import Anchor, DatabaseState, Marks, older_in, with_slots
from gateway.db import Database, set_aside
from gateway.db.anchor import AnchorFile
from gateway.db.before_opening import LogReport
from gateway.db.damage import FoundDamage, SetAsideKind
from gateway.journal.chain import append, newest
from gateway.journal.matters import tell_damage
from gateway.journal.rows import head as journal_head
from gateway.outbox.conflicts import ask_first_until
from gateway.readings.open_slots import drop_closed
from gateway.runtime.log_zone import log_text

_log = logging.getLogger(__name__)

_NEWEST_CLOSED = 200
"""Records among which the newest of each length are looked for, where there is no anchor yet."""
_MARKS = (
    "SELECT coalesce((SELECT max(id) FROM run), 0), coalesce((SELECT max(id) FROM record), 0),"
    " coalesce((SELECT max(id) FROM file), 0), coalesce((SELECT max(id) FROM reading_block), 0)"
)
_ADVICE = (
    "nothing that was sent is sent anew; if a newer database is still there, stop the gateway and put that one back;"
    " otherwise look through gateway status and close the matter"
)


def account_for_rollback(database: Database, file: AnchorFile, log: LogReport, now_ms: int) -> Anchor:
    """Compare the database with its anchor; if it is older, take account of that in one transaction. Returns the anchor
    as it is from now on, written and synced if the card takes it.

    Repeated after a sudden end anywhere in it, it changes nothing more.
    """
    found = file.read()
    if found.is_damaged:
        _log.error("the anchor cannot be read, whether the database was rolled back is not known")
    anchor = found.anchor or Anchor(closed=_closed(database))
    reasons = older_in(anchor, _state(database, anchor))
    if log.lost:
        reasons = (log.lost, *reasons)
    if reasons:
        _account_for(
            database, anchor, Phrase("the database was rolled back: {marks}", marks=in_a_row(reasons, "; ")), now_ms
        )
    _look_for_rewriting(database, anchor.journal, now_ms)
    if log.mended:
        with database.write() as connection:
            damage = FoundDamage(f"{database.file.name}-wal", log.mended, mended=True)
            if set_aside.keep(connection, damage.kind, damage.subject, damage.reason, now_ms, mended=True):
                tell_damage(connection, damage, now_ms)
    renewed = Anchor(
        marks(database), anchor.closed, arrivals(database, now_ms), anchor.trusted_ms, journal_head(database)
    )
    try:
        file.write(renewed, synced=True)
    except OSError as error:
        _log.error("the anchor cannot be kept, a roll-back of the database will not be known error=%r", str(error))
    return renewed


def renew_anchor(database: Database, file: AnchorFile, now_ms: int) -> None:
    """Nothing is missing in the database though its numbers are others: all of a newer one was taken over.

    Raises:
        OSError: it cannot be kept; the next start accounts for a roll-back.
    """
    anchor = file.read().anchor or Anchor(closed=_closed(database))
    head = journal_head(database)
    file.write(Anchor(marks(database), anchor.closed, arrivals(database, now_ms), anchor.trusted_ms, head), synced=True)


def marks(database: Database) -> Marks:
    """How far the database has come."""
    return Marks(*database.read(_MARKS)[0])


def arrivals(database: Database, now_ms: int) -> tuple[int, ...]:
    """Of each destination, the delivery that arrived last; none that bears the time of a clock that was ahead."""
    rows = database.read(
        "SELECT (SELECT id FROM delivery WHERE destination_id = destination.id AND delivered_ms <= ?"
        " ORDER BY delivered_ms DESC LIMIT 1) FROM destination ORDER BY id DESC LIMIT 16",
        (now_ms,),
    )
    return tuple(delivery_id for (delivery_id,) in rows if delivery_id is not None)


def _state(database: Database, anchor: Anchor) -> DatabaseState:
    newest = [(length_ms, ends[-1]) for length_ms, ends in anchor.closed.items() if ends]
    has_record = "SELECT 1 FROM record WHERE length_ms = ? AND end_ms = ?"
    has_arrived = "SELECT delivered_ms IS NOT NULL FROM delivery WHERE id = ?"
    highest = database.read("SELECT coalesce(max(id), 0) FROM delivery")[0][0]
    oldest_ms = database.read("SELECT min(end_ms) FROM record")[0][0]
    # What is older than all that is kept was old enough to go.
    newest = [slot for slot in newest if oldest_ms is not None and slot[1] >= oldest_ms]
    unknown = []
    for delivery_id in anchor.delivered:
        rows = database.read(has_arrived, (delivery_id,))
        if (not rows and delivery_id > highest) or (rows and not rows[0][0]):
            unknown.append(delivery_id)
    return DatabaseState(
        marks(database),
        tuple(slot for slot in newest if not database.read(has_record, slot)),
        tuple(unknown),
        database.read("SELECT coalesce(max(seq), 0) FROM journal")[0][0],
    )


def _closed(database: Database) -> Mapping[int, tuple[int, ...]]:
    rows = database.read("SELECT length_ms, end_ms FROM sound_record ORDER BY id DESC LIMIT ?", (_NEWEST_CLOSED,))
    return with_slots({}, reversed(rows))


def _account_for(database: Database, anchor: Anchor, reason: str, now_ms: int) -> None:
    closed = json.dumps({str(length_ms): list(ends) for length_ms, ends in anchor.closed.items()})
    newest_ms = max((end_ms for ends in anchor.closed.values() for end_ms in ends), default=None)
    with database.write() as connection:
        _keep(connection, reason, closed, now_ms)
        dropped = drop_closed(connection, anchor.closed, now_ms)
        asked = 0 if newest_ms is None else ask_first_until(connection, newest_ms)
        set_aside.keep(connection, SetAsideKind.ROLLBACK, utc_text(now_ms), reason, now_ms)
        _enter(connection, anchor.journal, reason, now_ms)
    for slot in dropped:
        _log.info(
            "slot dropped, it was closed before the database was rolled back end=%s length_s=%d",
            log_text(slot.end_ms),
            slot.length_ms // 1000,
        )
    if dropped:
        _log.error("open slots dropped, their readings stay slots=%d", len(dropped))
    _log.critical("%s; %s deliveries_to_ask_for=%d slots_dropped=%d", reason, _ADVICE, asked, len(dropped))


def _enter(connection: sqlite3.Connection, known: JournalHead | None, reason: str, now_ms: int) -> None:
    """Into the journal. Where it had come further than this one has, it goes on behind the entry that was the newest:
    what is missing in between has its place, should it be found."""
    here = newest(connection)
    is_shorter = known is not None and known.seq > here.seq
    lost = {"seq": known.seq, "hash": known.hash} if known is not None and is_shorter else None
    what = {"reason": reason, "lost_head": lost, "here": here.seq}
    append(connection, now_ms, EntryKind.ROLLBACK, what, behind=known if is_shorter else None)


def _look_for_rewriting(database: Database, known: JournalHead | None, now_ms: int) -> None:
    """Whether another entry stands in the place of the one that was the newest. A damaged one is told elsewhere."""
    if known is None:
        return
    rows = database.read("SELECT hash FROM sound_journal WHERE seq = ?", (known.seq,))
    if not rows or rows[0][0] == known.hash:
        return
    reason = Phrase("it was rewritten: entry {seq} is not the one that was written", seq=known.seq)
    with database.write() as connection:
        if not set_aside.keep(connection, SetAsideKind.JOURNAL, f"entry {known.seq}", reason, now_ms):
            return
        what = {"reason": reason, "written": {"seq": known.seq, "hash": known.hash}, "found": rows[0][0]}
        append(connection, now_ms, EntryKind.ROLLBACK, what)
    _log.critical(
        "the journal was rewritten, see gateway journal verify, and hold an export or a digest that was sent against it"
        " entry=%d written=%s found=%s",
        known.seq,
        known.hash,
        rows[0][0],
    )


def _keep(connection: sqlite3.Connection, reason: str, closed: str, now_ms: int) -> None:
    """Once, however often it is taken account of before the anchor is written anew."""
    newest: tuple[Any, ...] | None = connection.execute(
        "SELECT reason, closed_until FROM sound_rollback ORDER BY id DESC LIMIT 1"
    ).fetchone()
    if newest != (reason, closed):
        connection.execute(
            "INSERT INTO rollback (found_ms, reason, closed_until) VALUES (?, ?, ?)", (now_ms, reason, closed)
        )
