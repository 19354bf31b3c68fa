"""What the records can be asked for as a whole."""

from __future__ import annotations

from tests.support.journey import HOUR_MS, MIDNIGHT_MS, Journey, record


def test_lengths_and_symbols_are_those_of_everything_that_is_kept(journey: Journey) -> None:
    assert (journey.records.lengths_ms(), journey.records.symbols()) == ([], set())
    journey.records.add(record(MIDNIGHT_MS), MIDNIGHT_MS)
    journey.records.add(record(MIDNIGHT_MS, length_ms=HOUR_MS), MIDNIGHT_MS)
    assert journey.records.lengths_ms() == [300_000, HOUR_MS]
    assert journey.records.symbols() == {"pH"}


def test_a_damaged_layout_names_nobody_and_hides_no_other(journey: Journey) -> None:
    with journey.database.write() as connection:
        connection.executemany("INSERT INTO layout (definition) VALUES (?)", [("{",), ('{"parameters": [7]}',)])
    journey.records.add(record(MIDNIGHT_MS), MIDNIGHT_MS)
    assert journey.records.symbols() == {"pH"}
