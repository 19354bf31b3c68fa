"""What an entry of the journal costs, and how long it takes to verify and to export what a restless station tells in
twenty years. Beside it: the same rows in the same kind of database without a chain."""

from __future__ import annotations

import resource
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from gateway.core.journal_entry import EntryKind, canonical
from gateway.db import Database, open_database
from gateway.journal.chain import append
from gateway.journal.export import export_lines, verify_export, whole
from gateway.journal.key import JournalKey
from gateway.journal.key_in_force import open_key
from gateway.journal.rows import head
from gateway.journal.verification import verify

ENTRIES = 100_000
ALONE = 500
"""Entries in a transaction of their own: each waits for the card."""
IN_ONE = 1000
WHAT = {"subject": "usb:1-1.2", "kind": "undeclared-device", "detail": "1a86:7523 USB Serial", "began_ms": 1}
STATION = "NUO001"


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        plain_us, plain_alone_us = _plain(folder / "plain.db")
        with closing(open_database(folder / "gateway.db")) as database:
            key = open_key(database, folder, 0)
            assert key is not None
            entry_us, alone_us = _appended(database)
            before = _peak_mb()
            verify_s, export_s, export_verify_s = _read(database, key, folder / "journal.jsonl")
            grown = _peak_mb() - before
            size = (folder / "gateway.db").stat().st_size / ENTRIES
    print(
        f"journal: an entry {entry_us:.0f} us ({plain_us:.0f} without a chain), in a transaction of its own"
        f" {alone_us:.0f} us ({plain_alone_us:.0f}), {size:.0f} bytes; {ENTRIES:,} verified in {verify_s:.1f} s,"
        f" exported in {export_s:.1f} s, the export verified in {export_verify_s:.1f} s, {grown:.1f} MB more"
    )


def _plain(file: Path) -> tuple[float, float]:
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE told (what TEXT)")

        def add() -> None:
            connection.execute("INSERT INTO told (what) VALUES (?)", (canonical(WHAT),))

        @contextmanager
        def write() -> Iterator[None]:
            connection.execute("BEGIN IMMEDIATE")
            yield
            connection.execute("COMMIT")

        began_s = time.perf_counter()
        for _ in range(ENTRIES // IN_ONE):
            with write():
                for _ in range(IN_ONE):
                    add()
        many_s = time.perf_counter() - began_s
        began_s = time.perf_counter()
        for _ in range(ALONE):
            with write():
                add()
        return many_s / ENTRIES * 1e6, (time.perf_counter() - began_s) / ALONE * 1e6


def _appended(database: Database) -> tuple[float, float]:
    began_s = time.perf_counter()
    for _ in range(ENTRIES // IN_ONE):
        with database.write() as connection:
            for number in range(IN_ONE):
                append(connection, number, EntryKind.PORT, WHAT)
    many_s = time.perf_counter() - began_s
    began_s = time.perf_counter()
    for number in range(ALONE):
        with database.write() as connection:
            append(connection, number, EntryKind.PORT, WHAT)
    return many_s / ENTRIES * 1e6, (time.perf_counter() - began_s) / ALONE * 1e6


def _read(database: Database, key: JournalKey, file: Path) -> tuple[float, float, float]:
    began_s = time.perf_counter()
    assert not verify(database, head(database)).faults
    verified_s = time.perf_counter()
    with file.open("w", encoding="utf-8") as target:
        target.writelines(f"{line}\n" for line in export_lines(database, key, STATION, 0, whole(database)))
    exported_s = time.perf_counter()
    with file.open(encoding="utf-8") as source:
        assert not verify_export(source).faults
    return verified_s - began_s, exported_s - verified_s, time.perf_counter() - exported_s


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
