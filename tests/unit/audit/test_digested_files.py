"""Files that were changed by somebody who knows how rows are kept, checksums and all, are found by their digest."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from gateway.audit.digested_files import check_digested_files
from tests.support.digests import DigestStation

SLOTS = 20


@pytest.fixture
def station(tmp_path: Path) -> DigestStation:
    """Of three days that were digested, and a file of the fourth."""
    made = DigestStation(tmp_path)
    for day in range(3):
        for slot in range(10, 10 + SLOTS):
            made.file(day, slot)
        made.day_over(day + 1)
    made.file(3, 10)
    return made


def test_all_are_as_they_were(station: DigestStation) -> None:
    found = check_digested_files(station.journey.database)
    assert (found.files, found.faults) == (3 * SLOTS, ())


@pytest.mark.parametrize("seed", range(10))
def test_a_file_that_was_changed_is_named(station: DigestStation, seed: int) -> None:
    chance = random.Random(seed)
    number = chance.randrange(1, 3 * SLOTS + 1)
    column = chance.choice(["sha256 = randomblob(32)", "name = 'another' || name"])
    with station.journey.database.write() as connection:
        connection.execute("DROP TRIGGER file_is_final")
        connection.execute(f"UPDATE file SET {column} WHERE id = ?", (number,))  # noqa: S608
        [(name,)] = connection.execute("SELECT name FROM sound_file WHERE id = ?", (number,)).fetchall()
    found = check_digested_files(station.journey.database)
    assert [name in fault for fault in found.faults] == [True]
    assert "the digest of 2026-01-0" in found.faults[0]


def test_leaves_that_were_changed_with_the_file_are_not_those_of_the_entry(station: DigestStation) -> None:
    with station.journey.database.write() as connection:
        connection.execute("UPDATE digest SET leaves = zeroblob(32 * files) WHERE day = '2026-01-02'")
    found = check_digested_files(station.journey.database)
    assert len(found.faults) == 1
    assert "of the digest of 2026-01-02" in found.faults[0]


def test_what_is_not_there_any_more_is_no_fault(station: DigestStation) -> None:
    with station.journey.database.write() as connection:
        for statement in ("DELETE FROM delivery WHERE file_id < 30", "DELETE FROM file WHERE id < 30"):
            connection.execute(statement)
    found = check_digested_files(station.journey.database)
    assert (found.files, found.faults) == (3 * SLOTS - 29, ())


def test_numbers_that_began_anew_are_no_fault(station: DigestStation) -> None:
    with station.journey.database.write() as connection:
        for table in ("delivery", "file"):
            connection.execute(f"DELETE FROM {table}")  # noqa: S608
    station.file(9, 10)
    station.day_over(10)
    assert check_digested_files(station.journey.database).faults == ()


def test_without_a_digest_there_is_nothing_to_be_held_against(tmp_path: Path) -> None:
    assert check_digested_files(DigestStation(tmp_path).journey.database).files == 0
