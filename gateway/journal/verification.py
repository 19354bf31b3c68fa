"""Whether the journal in the database is as it was written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

from gateway.core.journal_check import IsSigned, JournalCheck, JournalFault, JournalRow
from gateway.core.journal_entry import FIRST_PREV, EntryKind, JournalHead
from gateway.db import Database
from gateway.journal.key import is_signed
from gateway.journal.rows import JournalQuery, newest_rows, rows

LISTED = 50


@dataclass(frozen=True, slots=True)
class VerifiedJournal:
    """`entries`: how many were looked at. `head`: the last of them; `None`: there was none. `keys`: public keys, in
    hexadecimal digits, the newest last. `faults`: the first of them, in order; nothing if all is as it was written.
    `begin`: the number of the entry that the first of them follows; 0: they are all from the first one on.
    `has_known_end`: somebody outside of it knows how far it goes, so that a cut is found."""

    entries: int
    head: JournalHead | None
    keys: tuple[str, ...]
    faults: tuple[JournalFault, ...]
    has_known_end: bool = True
    begin: int = 0


def verify(database: Database, witness: JournalHead | None) -> VerifiedJournal:
    """`witness`: what the anchor knows of it; `None`: nothing.

    Raises:
        StoreError: it cannot be read.
    """
    return _verify(database, witness, is_signed)


def verify_chain(database: Database, witness: JournalHead | None) -> VerifiedJournal:
    """The same without a look at signatures. Raises as `verify`."""
    return _verify(database, witness, _no_look)


def verify_newest(database: Database, witness: JournalHead | None, most: int) -> VerifiedJournal:
    """The chain of the newest so many alone, for who must not read for long; without a look at signatures. Raises as
    `verify`."""
    [(last,)] = database.read("SELECT max(seq) FROM journal")
    first = max(1, (last or 0) - most + 1)
    before = [JournalHead(row.seq, str(row.hash)) for row in rows(database, first - 1, first - 1)]
    keys = newest_rows(database, JournalQuery(kind=EntryKind.KEY.value, before=first), 1)
    begin = before[0] if before else JournalHead(first - 1, FIRST_PREV)
    check = JournalCheck(_no_look, witness, begin, _public_key(keys[0]) if keys else None)
    return _followed(database, check, rows(database, first), witness, begin.seq)


def _public_key(row: JournalRow) -> str | None:
    try:
        return str(row.entry().what.get("public"))
    except (ValueError, RecursionError):
        return None


def _no_look(_key: str, _content: bytes, _signature: str) -> bool:
    return True


def _verify(database: Database, witness: JournalHead | None, is_signed: IsSigned) -> VerifiedJournal:
    return _followed(database, JournalCheck(is_signed, witness), rows(database), witness, 0)


def _followed(
    database: Database, check: JournalCheck, found_rows: Iterator[JournalRow], witness: JournalHead | None, begin: int
) -> VerifiedJournal:
    found = list(islice((fault for row in found_rows for fault in check.follow(row)), LISTED))
    if len(found) < LISTED:
        found += check.end()
    head = check.head if check.entries else None
    faults = tuple(replace(one, is_damaged=_is_damaged(database, one.seq)) for one in found)
    return VerifiedJournal(check.entries, head, tuple(check.keys), faults, witness is not None, begin)


def _is_damaged(database: Database, seq: int) -> bool:
    """Whether there is such a row, and it does not hold any more what was written."""
    [(kept, sound)] = database.read(
        "SELECT (SELECT count(*) FROM journal WHERE seq = ?1), (SELECT count(*) FROM sound_journal WHERE seq = ?1)",
        (seq,),
    )
    return int(kept) > int(sound)
