"""Which files are in which digest: the leaves' hashes, kept so that a file can be proven as long as it is known itself,
whatever has become of its neighbours."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from gateway.core.digest import DayPart, DigestedFiles
from gateway.core.merkle import HASH_BYTES
from gateway.db import Database

_PORTION = 50
_CANDIDATES = 3
"""After damage a file may be in more than one digest."""


@dataclass(frozen=True, slots=True)
class KeptDigest:
    """A digest, by the number of its entry in the journal. `leaves=None`: none of its files is kept any more."""

    seq: int
    of: DayPart
    last_file: int
    files: int
    leaves: tuple[bytes, ...] | None


class DigestStore:
    """All access to digests; what they say stands in the journal."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def newest(self) -> DigestedFiles | None:
        """`None`: there is none yet."""
        rows = self._database.read(
            "SELECT seq, day, part, last_file, files FROM sound_digest ORDER BY seq DESC LIMIT 1"
        )
        found = self._database.objects("digest", rows, _digested)
        return found[0] if found else None

    def days_since(self, first: date) -> set[date]:
        """The days from that one on of which there is one."""
        rows = self._database.read("SELECT seq, day FROM sound_digest WHERE day >= ?", (first.isoformat(),))
        return set(self._database.objects("digest", rows, lambda _seq, day: date.fromisoformat(day)))

    def may_hold(self, file_id: int) -> list[KeptDigest]:
        """The digests in which the file of that number may be, the likeliest first."""
        rows = self._database.read(
            "SELECT seq, day, part, last_file, files, leaves FROM sound_digest WHERE last_file >= ?"
            " ORDER BY last_file, seq LIMIT ?",
            (file_id, _CANDIDATES),
        )
        return self._database.objects("digest", rows, _kept)

    def of_another_database(self) -> Iterator[KeptDigest]:
        """Those that were brought back from one in which files had other numbers."""
        return (one for one in self.with_leaves() if one.last_file == 0 and one.files)

    def with_leaves(self) -> Iterator[KeptDigest]:
        """Those some of whose files may still be kept, in their order."""
        seq = 0
        while True:
            rows = self._database.read(
                "SELECT seq, day, part, last_file, files, leaves FROM sound_digest"
                " WHERE seq > ? AND leaves IS NOT NULL ORDER BY seq LIMIT ?",
                (seq, _PORTION),
            )
            yield from self._database.objects("digest", rows, _kept)
            if len(rows) < _PORTION:
                return
            seq = rows[-1][0]

    def forget_leaves(self) -> int:
        """Of digests none of whose files is kept any more. Returns of how many."""
        with self._database.write() as connection:
            return connection.execute(
                "UPDATE digest SET leaves = NULL WHERE leaves IS NOT NULL"
                " AND last_file > 0 AND last_file < coalesce((SELECT min(id) FROM file), 0)"
            ).rowcount


def add_digest(connection: sqlite3.Connection, seq: int, of: DayPart, last_file: int, leaves: Sequence[bytes]) -> None:
    """Keep what the digest with that entry holds; for the transaction that writes the entry."""
    connection.execute(
        "INSERT INTO digest (seq, day, part, last_file, files, leaves) VALUES (?, ?, ?, ?, ?, ?)",
        (seq, of.day.isoformat(), of.part, last_file, len(leaves), b"".join(leaves)),
    )


def _digested(_seq: int, day: str, part: int, last_file: int, files: int) -> DigestedFiles:
    return DigestedFiles(DayPart.of(day, part), last_file, files)


def _kept(seq: int, day: str, part: int, last_file: int, files: int, packed: bytes | None) -> KeptDigest:
    leaves = None
    if packed is not None:
        leaves = tuple(packed[at : at + HASH_BYTES] for at in range(0, len(packed), HASH_BYTES))
        if len(packed) != files * HASH_BYTES:
            raise ValueError(f"{len(packed)} bytes for {files} leaves")
    return KeptDigest(seq, DayPart.of(day, part), last_file, files, leaves)
