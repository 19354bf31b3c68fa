"""Which digest of the journal covers a slot's files, and the way from each file to its root."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from gateway.core.digest import MOST_FILES, file_leaf
from gateway.core.file_proof import ProvenFile
from gateway.core.instants import utc_text
from gateway.core.journal_entry import Entry, EntryKind
from gateway.core.merkle import merkle_path, merkle_root
from gateway.core.phrase import Phrase
from gateway.db import Database
from gateway.files.proofs import FileProof, proofs_after, proofs_of_slot
from gateway.journal.digests import DigestStore
from gateway.journal.rows import entry_of
from gateway.records.store import RecordStore


@dataclass(frozen=True, slots=True)
class CoveredSlot:
    """Of a slot's files those that a digest covers. `why_not`: about each other one, or about the slot, in words."""

    files: tuple[ProvenFile, ...]
    why_not: tuple[Phrase, ...] = ()


def covering_digest(database: Database, end_ms: int) -> CoveredSlot:
    """Of the slots of any length that end then. Nothing that is missing or damaged makes it fail: it says so."""
    files = proofs_of_slot(database, end_ms)
    if not files:
        return CoveredSlot((), (_why_no_file(database, end_ms),))
    found = [(one, _proven(database, one)) for one in files]
    return CoveredSlot(
        tuple(proven for _, proven in found if proven is not None),
        tuple(_why_not(database, one) for one, proven in found if proven is None),
    )


def _proven(database: Database, file: FileProof) -> ProvenFile | None:
    leaf = file_leaf(file.name, file.sha256)
    for entry, leaves in _candidates(database, file.id):
        if leaf in leaves and merkle_root(leaves).hex() == entry.what.get("root"):
            return ProvenFile(file.name, file.sha256, file.size, merkle_path(leaves, leaves.index(leaf)), entry)
    return None


def _candidates(database: Database, file_id: int) -> Iterator[tuple[Entry, Sequence[bytes]]]:
    """Digests in which the file may be, with their leaves: those that were kept, then such as can be made again."""
    store = DigestStore(database)
    for kept in chain(store.of_another_database(), store.may_hold(file_id)):
        entry = entry_of(database, kept.seq)
        if entry is not None and kept.leaves is not None:
            yield entry, kept.leaves
    for (seq,) in database.read(
        "SELECT seq FROM sound_journal WHERE kind = ? AND what ->> '$.first_file' <= ? AND what ->> '$.last_file' >= ?"
        " ORDER BY seq DESC LIMIT 3",
        (EntryKind.DIGEST.value, file_id, file_id),
    ):
        entry = entry_of(database, seq)
        if entry is not None:
            first, last = entry.what["first_file"], entry.what["last_file"]
            files = [one for one in proofs_after(database, first - 1, MOST_FILES) if one.id <= last]
            yield entry, [file_leaf(one.name, one.sha256) for one in files]


def _why_no_file(database: Database, end_ms: int) -> Phrase:
    oldest_ms = RecordStore(database).oldest_ms()
    if oldest_ms is None:
        return Phrase("no slot has been closed yet")
    if end_ms < oldest_ms:
        return Phrase("beyond what is kept: the oldest slot that is kept ended at {at}", at=utc_text(oldest_ms))
    if database.read("SELECT 1 FROM record WHERE end_ms = ?", (end_ms,)):
        return Phrase("there is a record of it, and no file that can be read")
    return Phrase("there is no record of it: no slot ends then, it is not closed yet, or the gateway did not measure")


def _why_not(database: Database, file: FileProof) -> Phrase:
    newest = DigestStore(database).newest()
    if newest is None or file.id > newest.last_file:
        return Phrase(
            "{name} is in no digest yet: a day is digested a quarter of an hour after its end", name=file.name
        )
    return Phrase("{name} is in no digest that can be read: gateway journal verify", name=file.name)
