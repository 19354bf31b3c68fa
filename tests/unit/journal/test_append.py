"""Appending: each entry is bound to the one before, whatever it tells and whatever became of the row before."""

from __future__ import annotations

import functools
import sqlite3
from contextlib import closing, suppress

import pytest

from gateway.core.errors import StoreError
from gateway.core.journal_entry import FIRST_PREV, EntryKind, entry_hash
from gateway.journal.chain import append
from tests.support.journey import MIDNIGHT_MS, Journey

JOURNAL_IS_FINAL = "DROP TRIGGER journal_is_final"


def add(journey: Journey, what: dict[str, object]) -> None:
    with journey.database.write() as connection:
        append(connection, MIDNIGHT_MS, EntryKind.START, what)


def kept(journey: Journey) -> list[tuple[int, str, str]]:
    return journey.database.read("SELECT seq, prev, hash FROM sound_journal ORDER BY seq")


def test_entries_are_numbered_and_bound(journey: Journey) -> None:
    for number in range(3):
        add(journey, {"number": number})
    rows = kept(journey)
    assert [seq for seq, _, _ in rows] == [1, 2, 3]
    assert [prev for _, prev, _ in rows] == [FIRST_PREV, rows[0][2], rows[1][2]]
    assert rows[0][2] == entry_hash(1, MIDNIGHT_MS, "start", "gateway", {"number": 0}, FIRST_PREV)


def test_no_entry_can_be_changed_or_removed(journey: Journey) -> None:
    add(journey, {})
    for statement in ("UPDATE journal SET who = 'nobody'", "DELETE FROM journal"):
        with pytest.raises(StoreError, match="never"), journey.database.write() as connection:
            connection.execute(statement)


def test_an_entry_stays_only_if_what_it_tells_does(journey: Journey) -> None:
    with suppress(ZeroDivisionError), journey.database.write() as connection:
        append(connection, MIDNIGHT_MS, EntryKind.START, {})
        raise ZeroDivisionError
    assert kept(journey) == []


def test_nothing_that_a_device_may_say_makes_it_fail(journey: Journey) -> None:
    hostile = {
        "name": "\udcff\0\x1b[2J",
        "value": float("nan"),
        7: (float("-inf"), {1}, b"raw"),
        "deep": {"\ud800": None},
        "large": -(10**5000),
        "deeper": functools.reduce(lambda inner, _: [inner], range(5000), 1),
        "nothing": -0.0,
        "long": "ế" * 1_000_000,
    }
    with journey.database.write() as connection:
        entry = append(connection, MIDNIGHT_MS, EntryKind.QUALITY, hostile, "\udcfe")  # type: ignore[arg-type]
    assert kept(journey)[0][2] == entry.hash
    assert entry.what["value"] == "nan"
    assert entry.who == "\\udcfe"


@pytest.mark.parametrize("bits", [1, 3])
def test_the_next_entry_follows_what_was_written_even_if_the_newest_row_is_damaged(journey: Journey, bits: int) -> None:
    """One bit is put right, and the chain is whole; of more, the chain is broken nowhere but at that entry."""
    add(journey, {"number": 0})
    add(journey, {"number": 1})
    was = kept(journey)[-1]
    journey.database.close()
    with closing(sqlite3.connect(journey.file, isolation_level=None)) as connection:
        [trigger] = connection.execute("SELECT sql FROM sqlite_schema WHERE name = 'journal_is_final'").fetchone()
        connection.execute(JOURNAL_IS_FINAL)
        flipped = chr(ord(was[2][5]) ^ bits)
        connection.execute("UPDATE journal SET hash = ? WHERE seq = 2", (was[2][:5] + flipped + was[2][6:],))
        connection.execute(trigger)
    journey.reopen()
    add(journey, {"number": 2})
    rows = kept(journey)
    if bits == 1:
        assert rows[1] == was
        assert rows[2][1] == was[2]
    else:
        assert [seq for seq, _, _ in rows] == [1, 3]
        assert rows[1][1] == was[2][:5] + flipped + was[2][6:]
