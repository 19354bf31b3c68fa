"""Whether the journal in the database is as it was written."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import islice

from gateway.core.journal_check import IsSigned, JournalCheck, JournalFault
from gateway.core.journal_entry import JournalHead
from gateway.db import Database
from gateway.journal.key import is_signed
from gateway.journal.rows import rows

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
    return _verify(database, witness, lambda _key, _content, _signature: True)


def _verify(database: Database, witness: JournalHead | None, is_signed: IsSigned) -> VerifiedJournal:
    check = JournalCheck(is_signed, witness)
    found = list(islice((fault for row in rows(database) for fault in check.follow(row)), LISTED))
    if len(found) < LISTED:
        found += check.end()
    head = check.head if check.entries else None
    faults = tuple(replace(one, is_damaged=_is_damaged(database, one.seq)) for one in found)
    return VerifiedJournal(check.entries, head, tuple(check.keys), faults, witness is not None)


def _is_damaged(database: Database, seq: int) -> bool:
    """Whether there is such a row, and it does not hold any more what was written."""
    [(kept, sound)] = database.read(
        "SELECT (SELECT count(*) FROM journal WHERE seq = ?1), (SELECT count(*) FROM sound_journal WHERE seq = ?1)",
        (seq,),
    )
    return int(kept) > int(sound)
