"""The nightly look through the journal: an entry that was changed, removed or put in is told at the latest the day
after, without anybody asking for it."""

from __future__ import annotations

import logging

from gateway.core.journal_entry import EntryKind
from gateway.core.phrase import Phrase
from gateway.db import Database, set_aside
from gateway.db.anchor import AnchorFile
from gateway.db.damage import SetAsideKind
from gateway.journal.verification import VerifiedJournal, verify_chain

_log = logging.getLogger(__name__)


def look_through_journal(reader: Database, database: Database, now_ms: int) -> list[str]:
    """What does not follow in it, in words, and is not told otherwise: damaged rows are, and so is what was lost with a
    database. The first is a person's matter from then on, once. `reader`: reads, so that nobody waits.

    Signatures are not looked at: what they are over is bound by the hashes, and what checks them is large.

    Raises:
        StoreError: the journal cannot be read.
    """
    anchor = AnchorFile(database.file.parent).read().anchor
    found = verify_chain(reader, None if anchor is None else anchor.journal)
    faults = [fault for fault in found.faults if not (fault.is_damaged or _is_told(reader, fault.seq))]
    if faults:
        _tell(database, found, faults[0].seq, str(faults[0]), now_ms)
    return [f"journal: {fault}" for fault in faults]


def _is_told(reader: Database, seq: int) -> bool:
    """Whether that entry says itself that those before it were lost."""
    rows = reader.read(
        "SELECT 1 FROM sound_journal WHERE seq = ? AND kind = ?"
        " AND iif(json_valid(what), what ->> '$.lost_head.seq', NULL) = seq - 1",
        (seq, EntryKind.ROLLBACK.value),
    )
    return bool(rows)


def _tell(database: Database, found: VerifiedJournal, seq: int, fault: str, now_ms: int) -> None:
    subject = f"entry {seq}"
    known = "SELECT 1 FROM sound_set_aside WHERE kind = ? AND subject = ?"
    if database.read(known, (SetAsideKind.JOURNAL.value, subject)):
        return
    with database.write() as connection:
        set_aside.keep(
            connection,
            SetAsideKind.JOURNAL,
            subject,
            Phrase("it is not as it was written: {fault}", fault=fault),
            now_ms,
        )
    _log.critical(
        "the journal is not as it was written, see gateway journal verify, and hold an export or a digest that was sent"
        " against it first=%r found=%d",
        fault,
        len(found.faults),
    )
