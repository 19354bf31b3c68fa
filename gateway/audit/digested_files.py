"""Whether the files in the database are still those that were digested: what somebody would change who knows how rows
are kept, and does not have the key."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gateway.core.digest import file_leaf
from gateway.core.merkle import merkle_root
from gateway.core.phrase import Phrase
from gateway.db import Database
from gateway.files.proofs import proofs_between
from gateway.journal.digests import DigestStore, KeptDigest
from gateway.journal.rows import entry_of

LISTED = 50


@dataclass(frozen=True, slots=True)
class DigestedFilesCheck:
    """How many files were held against digests; what is not as it was, in words, the first of it."""

    files: int
    faults: tuple[str, ...]


def check_digested_files(database: Database) -> DigestedFilesCheck:
    """All that are kept and in a digest. Whether the digests themselves are as they were written says the journal.

    Raises:
        StoreError: they cannot be read.
    """
    store, count = DigestStore(database), 0
    faults: list[str] = []
    for digest in store.with_leaves():
        entry = entry_of(database, digest.seq)
        if entry is None or digest.leaves is None:
            continue
        if merkle_root(digest.leaves).hex() != entry.what.get("root"):
            faults.append(
                Phrase(
                    "what is kept of the digest of {day} is not what stands in entry {seq}",
                    day=digest.of.day,
                    seq=digest.seq,
                )
            )
            continue
        for file, is_held in _held(database, store, digest, entry.what.get("first_file")):
            count += 1
            if not is_held:
                faults.append(
                    Phrase(
                        "{file} is not the file in the digest of {day}, entry {seq}",
                        file=file,
                        day=digest.of.day,
                        seq=digest.seq,
                    )
                )
        if len(faults) >= LISTED:
            break
    return DigestedFilesCheck(count, tuple(faults[:LISTED]))


def _held(database: Database, store: DigestStore, digest: KeptDigest, first: int | None) -> Iterator[tuple[str, bool]]:
    """Each of the digest's files that is kept, and whether it is in it: or in another, for numbers may come again."""
    leaves = set(digest.leaves or ())
    for one in proofs_between(database, first, digest.last_file) if first is not None else ():
        leaf = file_leaf(one.name, one.sha256)
        yield one.name, leaf in leaves or any(leaf in (other.leaves or ()) for other in store.may_hold(one.id))
