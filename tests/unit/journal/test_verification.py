"""By hand, in SQLite: whoever opens the database and edits the journal is found out."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing, suppress

import pytest

from gateway.core.journal_check import JournalRow
from gateway.core.journal_entry import JournalHead, entry_hash
from gateway.journal.export import export_lines, verify_export, whole
from gateway.journal.rows import head
from gateway.journal.verification import LISTED, verify
from tests.support.examples import examples
from tests.support.journal import EDITS, Edit, all_rows, write_journal
from tests.support.journey import Journey

EDITS_TRIED = examples(200)


def edit_by_hand(journey: Journey, edited: list[JournalRow]) -> None:
    """The triggers dropped, the rows put in, the triggers made again; each row's checksum is kept by the gateway's own
    means, as somebody would who knows them."""
    journey.database.close()
    with closing(sqlite3.connect(journey.file, isolation_level=None)) as connection:
        triggers = connection.execute(
            "SELECT name, sql FROM sqlite_schema WHERE tbl_name = 'journal' AND type = 'trigger'"
        )
        kept = triggers.fetchall()
        for name, _ in kept:
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute("DELETE FROM journal")
    journey.reopen()
    with journey.database.write() as connection:
        for row in edited:
            connection.execute(
                "INSERT INTO journal (seq, time_ms, kind, who, what, prev, hash) VALUES (?, ?, ?, ?, ?, ?, ?)",
                (row.seq, row.time_ms, row.kind, row.who, row.what, row.prev, row.hash),
            )
        for _, sql in kept:
            connection.execute(sql)


def witness(journey: Journey) -> JournalHead:
    found = head(journey.database)
    assert found is not None
    return found


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit.__name__)
def test_an_edit_in_the_database_is_found(journey: Journey, edit: Edit) -> None:
    write_journal(journey.database)
    known, kept = witness(journey), all_rows(journey.database)
    edited = edit(kept, random.Random(3))
    assert edited != kept
    assert verify(journey.database, known).faults == ()
    edit_by_hand(journey, edited)
    assert all_rows(journey.database) == edited
    found = verify(journey.database, known)
    assert found.faults
    assert found.faults[0].seq <= known.seq


class Undone(Exception):
    """The edit is taken back."""


def test_random_edits_in_the_database_are_all_found(journey: Journey) -> None:
    write_journal(journey.database)
    known, kept = witness(journey), all_rows(journey.database)
    edit_by_hand(journey, kept)
    chance, done = random.Random(13), 0
    with journey.database.write() as connection:
        connection.execute("DROP TRIGGER journal_stays")
    while done < EDITS_TRIED:
        edited = chance.choice(EDITS)(kept, chance)
        if edited == kept:
            continue
        with suppress(Undone), journey.database.write() as connection:
            connection.execute("DELETE FROM journal")
            connection.executemany(
                "INSERT INTO journal (seq, time_ms, kind, who, what, prev, hash) VALUES (?, ?, ?, ?, ?, ?, ?)",
                [(row.seq, row.time_ms, row.kind, row.who, row.what, row.prev, row.hash) for row in edited],
            )
            assert verify(journey.database, known).faults
            done += 1
            raise Undone
    assert verify(journey.database, known).faults == ()


@pytest.mark.parametrize("seq", [0, -3, -(1 << 63), (1 << 63) - 1])
def test_an_entry_whose_number_no_entry_has_is_found(journey: Journey, seq: int) -> None:
    """Put in before the first, where who reads from the first on would not look."""
    write_journal(journey.database)
    known = witness(journey)
    what = ("seal", "nobody", "{}", "0" * 64)
    with journey.database.write() as connection:
        connection.execute(
            "INSERT INTO journal (seq, time_ms, kind, who, what, prev, hash) VALUES (?, 5, ?, ?, ?, ?, ?)",
            (seq, *what, entry_hash(seq, 5, "seal", "nobody", {}, "0" * 64)),
        )
    assert seq in [fault.seq for fault in verify(journey.database, known).faults]


def test_what_is_found_is_bounded(journey: Journey) -> None:
    write_journal(journey.database, entries=LISTED + 20, digest_every=1000)
    known, kept = witness(journey), all_rows(journey.database)
    edit_by_hand(journey, [JournalRow(r.seq, r.time_ms, r.kind, "x", r.what, r.prev, r.hash) for r in kept])
    assert len(verify(journey.database, known).faults) == LISTED


def test_a_damaged_entry_is_kept_and_shown(journey: Journey) -> None:
    """More than one bit on the card: the row is left out of everything else, and never removed."""
    write_journal(journey.database)
    known = witness(journey)
    journey.database.close()
    with closing(sqlite3.connect(journey.file, isolation_level=None)) as connection:
        [(sql,)] = connection.execute("SELECT sql FROM sqlite_schema WHERE name = 'journal_is_final'").fetchall()
        connection.execute("DROP TRIGGER journal_is_final")
        connection.execute("UPDATE journal SET who = 'nobody at all' WHERE seq = 6")
        connection.execute(sql)
    journey.reopen()
    assert journey.database.read("SELECT count(*) FROM sound_journal WHERE seq = 6") == [(0,)]
    assert [fault.seq for fault in verify(journey.database, known).faults] == [6]
    assert len(all_rows(journey.database)) == known.seq


def test_what_no_entry_could_be_is_shown_and_exported_as_it_stands(journey: Journey) -> None:
    """Bytes where text belongs, half a JSON: nothing stumbles, and whoever gets the export finds the entry."""
    key = write_journal(journey.database)
    journey.database.close()
    with closing(sqlite3.connect(journey.file, isolation_level=None)) as connection:
        connection.execute("DROP TRIGGER journal_is_final")
        connection.execute("UPDATE journal SET what = '{\"a\":', who = CAST(x'ff00fe' AS TEXT) WHERE seq = 6")
    journey.reopen()
    lines = list(export_lines(journey.database, key, "NUO001", 0, whole(journey.database)))
    assert [fault.seq for fault in verify_export(lines).faults] == [6]


def test_an_empty_journal_is_whole_unless_somebody_knows_better(journey: Journey) -> None:
    assert verify(journey.database, None).head is None
    assert verify(journey.database, None).faults == ()
    assert verify(journey.database, JournalHead(3, "ab" * 32)).faults
