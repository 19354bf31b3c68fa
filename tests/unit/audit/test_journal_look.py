"""Nobody has to ask: the nightly look finds what was done to the journal, and tells it once."""

from __future__ import annotations

import logging
import sqlite3
from contextlib import closing

import pytest

from gateway.audit.journal_look import look_through_journal
from gateway.core.journal_entry import EntryKind
from gateway.db import set_aside
from gateway.db.damage import SetAsideKind
from gateway.journal.chain import append
from gateway.journal.rows import head
from tests.support.journal import write_journal
from tests.support.journey import MIDNIGHT_MS, Journey

CHECKED = "UPDATE journal SET who = 'nobody', checksum = NULL WHERE seq = 9"
"""As somebody does who knows of the checksum: a row without one is believed."""


@pytest.fixture
def told(journey: Journey) -> Journey:
    write_journal(journey.database)
    return journey


def by_hand(journey: Journey, *statements: str) -> None:
    journey.database.close()
    with closing(sqlite3.connect(journey.file, isolation_level=None)) as connection:
        triggers = connection.execute(
            "SELECT name, sql FROM sqlite_schema WHERE tbl_name = 'journal' AND type = 'trigger'"
        ).fetchall()
        for name, _ in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            connection.execute(statement)
        for _, sql in triggers:
            connection.execute(sql)
    journey.reopen()


def look(journey: Journey) -> list[str]:
    return look_through_journal(journey.database, journey.database, MIDNIGHT_MS)


def matters(journey: Journey) -> list[set_aside.SetAside]:
    return [one for one in set_aside.open_ones(journey.database) if one.kind is SetAsideKind.JOURNAL]


def test_nothing_is_found_in_one_that_nobody_touched(told: Journey) -> None:
    assert look(told) == []
    assert matters(told) == []


@pytest.mark.parametrize("statement", [CHECKED, "DELETE FROM journal WHERE seq = 8"])
def test_what_was_done_by_hand_is_told_once(told: Journey, statement: str, caplog: pytest.LogCaptureFixture) -> None:
    by_hand(told, statement)
    with caplog.at_level(logging.CRITICAL):
        assert look(told)[0].startswith("journal: entry 9: ")
        assert look(told)
    [matter] = matters(told)
    assert matter.subject == "entry 9"
    assert len(caplog.records) == 1
    with told.database.write() as connection:
        set_aside.close(connection, [matter.id], "an", "known", MIDNIGHT_MS)
    assert look(told)
    assert matters(told) == []


def test_what_the_journal_tells_itself_is_not_told_again(told: Journey) -> None:
    """A database that was lost, of which the next entry tells."""
    newest = head(told.database)
    assert newest is not None
    by_hand(told, "DELETE FROM journal WHERE seq > 20")
    lost = {"lost_head": {"seq": newest.seq, "hash": newest.hash}}
    with told.database.write() as connection:
        append(connection, MIDNIGHT_MS, EntryKind.ROLLBACK, lost, behind=newest)
    assert look(told) == []


def test_a_damaged_row_is_told_as_such_and_is_no_rewriting(told: Journey) -> None:
    by_hand(told, "UPDATE journal SET who = 'nobody at all' WHERE seq = 9")
    assert look(told) == []
    assert matters(told) == []
