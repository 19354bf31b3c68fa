"""The look through the whole database: it finds what nobody reads, goes on after a restart, and gives checksums to rows
that have none."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest

from gateway.audit.inspection import AGAIN_AFTER_MS, FIRST_S, PORTION, Inspection
from gateway.audit.inspections import WHOLE, InspectionState, InspectionStore
from gateway.files.filer import Filer
from tests.support.journey import MIDNIGHT_MS, RENDERING, SLOT_MS, Journey, at, block, measured, record


@pytest.fixture
def filled(journey: Journey) -> Journey:
    for number in range(3):
        journey.send(MIDNIGHT_MS + number * SLOT_MS, ["so-tnmt"], 7.0 + number)
    journey.readings.add([block(MIDNIGHT_MS + 5000 * n, measured(7.0)) for n in range(PORTION + 3)])
    return journey


def behind_its_back(journey: Journey, *statements: str) -> None:
    journey.database.close()
    with closing(sqlite3.connect(journey.file, isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)
    journey.reopen()


def steps(inspection: Inspection, wall_ms: int = MIDNIGHT_MS) -> Iterator[float]:
    """One call after the other, as long as the look is under way."""
    mono_s = 1000.0
    inspection.step(at(wall_ms, mono_s))
    mono_s += FIRST_S
    while (next_s := inspection.step(at(wall_ms, mono_s))) < mono_s + 60.0:
        yield mono_s
        mono_s = next_s


def look(journey: Journey, wall_ms: int = MIDNIGHT_MS) -> InspectionState:
    inspection = Inspection(journey.database)
    list(steps(inspection, wall_ms))
    inspection.close()
    return InspectionStore(journey.database).states()[WHOLE]


def test_a_sound_database_is_looked_through_row_by_row(filled: Journey) -> None:
    found = look(filled)
    assert (found.done_ms, found.damaged, found.found) == (MIDNIGHT_MS, 0, ())
    assert found.rows >= PORTION + 3 + 3 * 3


def test_damage_that_nobody_reads_is_found_and_put_right(filled: Journey, caplog: pytest.LogCaptureFixture) -> None:
    behind_its_back(filled, "UPDATE reading_block SET late = 2 WHERE id = 202")
    assert look(filled).damaged == 1
    assert filled.database.read("SELECT late FROM reading_block WHERE id = 202") == [(0,)]
    assert [one.subject for one in filled.database.damage.take_untold()] == ["reading_block 202"]
    assert "reading_block" in caplog.text


def test_a_restart_goes_on_where_the_last_run_came_to(filled: Journey) -> None:
    first = Inspection(filled.database)
    going = steps(first)
    while (state := InspectionStore(filled.database).states().get("reading_block")) is None or not state.after_id:
        next(going)
    first.close()
    filled.restart()
    again = Inspection(filled.database)
    list(steps(again))
    again.close()
    states = InspectionStore(filled.database).states()
    assert states["reading_block"].rows == PORTION + 3
    assert states[WHOLE].done_ms is not None


def test_a_start_looks_again_only_if_the_last_look_is_old_unless_the_alarm_rings(filled: Journey) -> None:
    look(filled)
    assert look(filled, MIDNIGHT_MS + AGAIN_AFTER_MS - 1).done_ms == MIDNIGHT_MS
    assert look(filled, MIDNIGHT_MS + AGAIN_AFTER_MS).done_ms == MIDNIGHT_MS + AGAIN_AFTER_MS
    rung = Inspection(filled.database)
    rung.ring()
    list(steps(rung, MIDNIGHT_MS + AGAIN_AFTER_MS + 5))
    rung.close()
    assert InspectionStore(filled.database).states()[WHOLE].done_ms == MIDNIGHT_MS + AGAIN_AFTER_MS + 5


def test_rows_of_an_older_gateway_get_checksums_once_they_were_read_whole(
    filled: Journey, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    behind_its_back(
        filled,
        "UPDATE record SET checksum = NULL",
        "UPDATE file SET checksum = NULL",
        "UPDATE delivery SET checksum = NULL",
        "UPDATE reading_block SET checksum = NULL",
        "UPDATE layout SET checksum = NULL",
        "DROP TRIGGER record_is_final",
        "UPDATE record SET packed = zeroblob(17) WHERE id = 2",
    )
    look(filled)
    assert filled.database.read("SELECT id FROM record WHERE checksum IS NULL") == [(2,)]
    for table in ("file", "delivery", "reading_block", "layout"):
        assert filled.database.read(f"SELECT count(*) FROM {table} WHERE checksum IS NULL") == [(0,)]  # noqa: S608
    assert "rows of an older gateway" in caplog.text


def test_an_index_that_lost_an_entry_is_made_anew(filled: Journey) -> None:
    behind_its_back(
        filled,
        "PRAGMA writable_schema = ON",
        "UPDATE sqlite_schema SET sql = replace(sql, 'state = ''waiting''', 'state = ''closed''')"
        " WHERE name = 'delivery_waiting'",
    )
    behind_its_back(filled, "REINDEX delivery", "PRAGMA writable_schema = ON",
        "UPDATE sqlite_schema SET sql = replace(sql, 'state = ''closed''', 'state = ''waiting''')"
        " WHERE name = 'delivery_waiting'")  # fmt: skip
    assert filled.outbox.waiting("so-tnmt", 0, MIDNIGHT_MS * 2, 9) == []
    assert look(filled).found == ()
    assert len(filled.outbox.waiting("so-tnmt", 0, MIDNIGHT_MS * 2, 9)) == 3


def test_a_record_that_is_said_to_be_filed_and_is_not_gets_its_file(filled: Journey) -> None:
    filled.records.add(record(MIDNIGHT_MS + 9 * SLOT_MS), MIDNIGHT_MS)
    behind_its_back(filled, "UPDATE record SET filed_ms = 0 WHERE filed_ms IS NULL")
    look(filled)
    Filer(filled.files, [RENDERING]).step(at(MIDNIGHT_MS))
    assert filled.database.read("SELECT count(*) FROM file") == [(4,)]
