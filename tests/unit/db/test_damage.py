"""What a flipped bit does to a row, for every table there is: it is noticed, and put right or left out."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable
from contextlib import closing

import pytest

from gateway.core.errors import StoreError
from gateway.db import Database, join_database, open_database, set_aside, verify
from gateway.db.checksums import sealed_tables
from gateway.db.connection import SCHEMA
from gateway.db.damage import SetAsideKind
from gateway.db.migrations import statements
from tests.support.journey import MIDNIGHT_MS, SLOT_MS, Journey

FILE_IS_FINAL = next(
    statement
    for statement in statements(SCHEMA.joinpath("0010_checksums.sql").read_text("utf-8"))
    if "CREATE TRIGGER file_is_final" in statement
)


def tables_of(journey: Journey) -> list[str]:
    with closing(sqlite3.connect(journey.file)) as connection:
        return list(sealed_tables(connection))


def behind_its_back(journey: Journey, *statements: str) -> None:
    """As a bit on the card: no checksum is set. Indexes keep what they have where `writable_schema` is set."""
    journey.database.close()
    with closing(sqlite3.connect(journey.file, isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)
    journey.reopen()


@pytest.fixture
def sent(journey: Journey) -> Journey:
    journey.send(MIDNIGHT_MS + SLOT_MS, ["so-tnmt"])
    return journey


def destination(database: Database) -> list[str]:
    return [name for (name,) in database.read("SELECT name FROM sound_destination")]


def test_every_table_has_checksums(journey: Journey) -> None:
    rows = journey.database.read("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT GLOB '*sqlite_*'")
    assert sorted(tables_of(journey)) == sorted(name for (name,) in rows)


def test_every_row_that_a_store_writes_and_changes_has_its_checksum(sent: Journey) -> None:
    for table in ("record", "file", "delivery", "destination", "layout", "rendering"):
        [row] = sent.database.read(f"SELECT checksum IS NOT NULL, id FROM sound_{table}")  # noqa: S608
        assert row == (True, 1)


def test_a_flipped_bit_is_put_right_when_the_row_is_read_and_told_once(
    sent: Journey, caplog: pytest.LogCaptureFixture
) -> None:
    behind_its_back(sent, "UPDATE destination SET name = 'sn-tnmt'")
    assert destination(sent.database) == ["so-tnmt"]
    assert destination(sent.database) == ["so-tnmt"]
    assert sent.database.read("SELECT id FROM destination WHERE name = 'so-tnmt'") == [(1,)]
    assert verify(sent.database) == []
    [line] = [one for one in caplog.records if one.levelno >= logging.ERROR]
    assert "destination 1" in line.getMessage()


def test_an_index_that_still_has_what_the_row_should_is_no_corruption(sent: Journey) -> None:
    """A bit on the card flips in the row alone: its index keeps the old value, and SQLite would call that corrupt."""
    sent.database.close()
    content = sent.file.read_bytes()
    places = [at for at in range(len(content)) if content.startswith(b"so-tnmt", at)]
    assert len(places) == 2  # row and index
    for at in places:
        spoilt = bytearray(content)
        spoilt[at] ^= 4
        sent.file.write_bytes(spoilt)
        sent.reopen()
        assert destination(sent.database) == ["so-tnmt"]
        sent.database.read("REINDEX")  # which is for the look at the indexes
        sent.database.close()
    sent.reopen()


def test_what_is_final_can_be_put_right_and_nothing_else(sent: Journey) -> None:
    behind_its_back(sent, "DROP TRIGGER file_is_final", "UPDATE file SET name = 'I' || substr(name, 2)", FILE_IS_FINAL)
    [(name,)] = sent.database.read("SELECT name FROM sound_file")
    assert name.startswith("HN_")
    with pytest.raises(StoreError, match="never changes"), sent.database.write() as connection:
        connection.execute("UPDATE file SET name = 'x'")


def test_a_row_with_two_wrong_bits_is_left_out_and_the_others_are_not(
    sent: Journey, caplog: pytest.LogCaptureFixture
) -> None:
    sent.send(MIDNIGHT_MS + 2 * SLOT_MS, ["so-tnmt"])
    behind_its_back(sent, "UPDATE delivery SET planned_ms = planned_ms + 5, tries = 4 WHERE id = 1")
    assert sent.database.read("SELECT id FROM sound_delivery") == [(2,)]
    assert sent.database.read("SELECT id FROM sound_delivery") == [(2,)]
    assert [one.subject for one in sent.database.damage.left_out()] == ["delivery 1"]
    assert [one.levelno for one in caplog.records] == [logging.ERROR]


def test_a_row_that_is_changed_while_a_bit_of_it_is_wrong_is_put_right_all_the_same(sent: Journey) -> None:
    behind_its_back(sent, "UPDATE delivery SET planned_ms = planned_ms + 1")
    with sent.database.write() as connection:
        connection.execute("UPDATE delivery SET tries = 3, answer = 'no such folder'")
    rows = sent.database.read("SELECT planned_ms, tries, answer FROM sound_delivery")
    assert rows == [(MIDNIGHT_MS + SLOT_MS + 2000, 3, "no such folder")]


def test_a_change_never_covers_up_damage(sent: Journey) -> None:
    behind_its_back(sent, "UPDATE delivery SET planned_ms = planned_ms + 5")
    with sent.database.write() as connection:
        connection.execute("UPDATE delivery SET tries = 3")
    assert sent.database.read("SELECT id FROM sound_delivery") == []


def test_a_note_that_cannot_be_put_right_is_absent_and_can_be_made_anew(journey: Journey) -> None:
    def keep() -> None:
        with journey.database.write() as connection:
            connection.execute(
                "INSERT INTO round (name, done_ms) VALUES ('look', 8) ON CONFLICT DO UPDATE SET done_ms = 8"
            )

    keep()
    behind_its_back(journey, "UPDATE round SET done_ms = 7, name = 'looo'")
    assert journey.database.read("SELECT * FROM sound_round") == []
    keep()
    assert journey.database.read("SELECT name, done_ms FROM sound_round") == [("look", 8)]


@pytest.mark.parametrize(
    "how", [lambda file: open_database(file, read_only=True), join_database], ids=["reader", "beside the daemon"]
)
def test_who_does_not_keep_the_database_leaves_rows_out_and_changes_nothing(
    sent: Journey, how: Callable[..., Database], caplog: pytest.LogCaptureFixture
) -> None:
    behind_its_back(sent, "UPDATE delivery SET tries = 4")
    with closing(how(sent.file)) as reader:
        assert reader.read("SELECT tries FROM sound_delivery") == []
        assert reader.read("SELECT tries FROM delivery") == [(4,)]
        assert [one.subject for one in reader.damage.left_out()] == ["delivery 1"]
    assert caplog.records == []


def test_text_that_is_none_is_damage_also_without_a_checksum(sent: Journey) -> None:
    behind_its_back(sent, "UPDATE destination SET name = CAST(x'736fff' AS TEXT), checksum = NULL")
    assert destination(sent.database) == []
    assert sent.database.read("SELECT name FROM destination") == [("so\\xff",)]


def test_text_that_became_a_blob_is_text_again(sent: Journey) -> None:
    behind_its_back(
        sent,
        "PRAGMA writable_schema = ON",
        "UPDATE sqlite_schema SET sql = replace(sql, ' STRICT', '') WHERE name = 'destination'",
    )
    behind_its_back(sent, "UPDATE destination SET name = CAST(name AS BLOB)")
    assert destination(sent.database) == ["so-tnmt"]


def test_a_column_of_a_later_schema_spoils_no_row(sent: Journey) -> None:
    behind_its_back(sent, "ALTER TABLE destination ADD COLUMN ask_first INTEGER NOT NULL DEFAULT 0")
    assert destination(sent.database) == ["so-tnmt"]
    with sent.database.write() as connection:
        connection.execute("UPDATE destination SET ask_first = 1")
    behind_its_back(sent, "UPDATE destination SET ask_first = 3")
    assert sent.database.read("SELECT name, ask_first FROM sound_destination") == [("so-tnmt", 1)]


def test_damage_that_is_met_in_a_transaction_is_put_right_in_it(sent: Journey) -> None:
    behind_its_back(sent, "UPDATE delivery SET tries = 4")
    with sent.database.write() as connection:
        assert connection.execute("SELECT tries FROM sound_delivery").fetchall() == []
        assert sent.database.read("SELECT tries FROM sound_delivery") == [(0,)]
    assert sent.database.read("SELECT tries FROM sound_delivery") == [(0,)]


@pytest.mark.parametrize("how", [open_database, lambda file: open_database(file, read_only=True)])
def test_a_sound_row_of_another_state_is_not_suspected(sent: Journey, how: Callable[..., Database]) -> None:
    """SQLite puts the constant of `column = constant` in the place of the column, wherever it stands."""
    with sent.database.write() as connection:
        set_aside.keep(connection, SetAsideKind.ROLLBACK, "the anchor", "older", MIDNIGHT_MS)
    sent.database.close()
    database = how(sent.file)
    noted: list[str] = []
    database.damage.note = lambda table, key: noted.append(table)  # type: ignore[method-assign]
    for table in database.damage.tables.values():
        for column in table.columns:
            value = "'waiting'" if column in table.texts else 7
            database.read(f"SELECT {column} FROM sound_{table.name} WHERE {column} = {value}")  # noqa: S608
    assert noted == []
    assert database.read("SELECT subject FROM sound_set_aside WHERE kind = 'database'") == []
    assert database.damage.left_out() == []
    database.close()
    sent.reopen()
