"""Appending to the journal, in the transaction of what it tells."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import Any

from gateway.core.checksum import Value, mended
from gateway.core.journal_entry import (
    BEFORE_THE_FIRST,
    GATEWAY,
    Entry,
    EntryKind,
    JournalHead,
    canonical,
    entry_hash,
    sayable,
)

_COLUMNS = ("seq", "time_ms", "kind", "who", "what", "prev", "hash")


def append(
    connection: sqlite3.Connection,
    at_ms: int,
    kind: EntryKind,
    what: Mapping[str, Any],
    who: str = GATEWAY,
    *,
    behind: JournalHead | None = None,
) -> Entry:
    """Add one entry behind the newest. `who`: the gateway by itself, or a person's user name. `behind`: an entry that
    had been the newest and is not here any more.

    Nothing that `what` holds makes it fail (see `sayable`).

    Raises:
        sqlite3.Error: as the transaction's other statements.
    """
    last = newest(connection) if behind is None else behind
    told, by = sayable(what), sayable(who)
    seq, prev = last.seq + 1, last.hash
    own = entry_hash(seq, at_ms, kind.value, by, told, prev)
    connection.execute(
        "INSERT INTO journal (seq, time_ms, kind, who, what, prev, hash) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (seq, at_ms, kind.value, by, canonical(told), prev, own),
    )
    return Entry(seq, at_ms, kind.value, by, told, prev, own)


def newest(connection: sqlite3.Connection) -> JournalHead:
    """The newest entry as it was written, whatever has become of its row: what comes next is bound to that.

    Raises:
        sqlite3.Error: it cannot be read.
    """
    rows = connection.execute("SELECT max(seq) FROM journal").fetchall()
    last = rows[0][0]
    if last is None:
        return BEFORE_THE_FIRST
    sound = connection.execute("SELECT hash FROM sound_journal WHERE seq = ?", (last,)).fetchone()
    return JournalHead(last, sound[0] if sound is not None else _as_written(connection, last))


def _as_written(connection: sqlite3.Connection, seq: int) -> str:
    """The hash of a damaged entry: before one bit of its row flipped, or as it stands if it was more."""
    shown = ", ".join(f"iif(typeof({one}) = 'text', CAST({one} AS BLOB), {one})" for one in _COLUMNS)
    kept, *values = connection.execute(
        f"SELECT checksum, {shown} FROM journal WHERE seq = ?",  # noqa: S608 - names of our own
        (seq,),
    ).fetchone()
    right: list[Value] | None = mended(values, kept)
    hash_ = (right or values)[-1]
    return hash_.decode(errors="backslashreplace") if isinstance(hash_, bytes) else str(hash_)
