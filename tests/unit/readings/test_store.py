"""Raw readings are kept as they came, whatever becomes of their slot."""

from __future__ import annotations

import logging

import pytest

from tests.support.journey import COD, HOUR_MS, MIDNIGHT_MS, PH, SLOT_MS, Journey, block, faulty, measured, record


def test_units_and_instruments_come_back_with_the_values(journey: Journey) -> None:
    kept = block(MIDNIGHT_MS, measured(7.21), faulty())
    journey.readings.add([kept])
    journey.restart()
    ((layout, rows),) = journey.readings.blocks(MIDNIGHT_MS, MIDNIGHT_MS + 1)
    assert layout == kept.layout
    assert tuple(rows) == kept.rows


def test_a_range_is_half_open(journey: Journey) -> None:
    for second in (0, 1, 2):
        journey.readings.add([block(MIDNIGHT_MS + second, measured(7.0))])
    found = [rows[0].at_ms for _, rows in journey.readings.blocks(MIDNIGHT_MS, MIDNIGHT_MS + 2)]
    assert found == [MIDNIGHT_MS, MIDNIGHT_MS + 1]


def test_what_comes_after_the_record_is_kept_flagged_and_opens_nothing(journey: Journey) -> None:
    journey.file_of(record(MIDNIGHT_MS + SLOT_MS))
    assert journey.readings.add([block(MIDNIGHT_MS, measured(9.9)), block(MIDNIGHT_MS + SLOT_MS, measured(7.0))]) == 1
    assert [rows[0].at_ms for _, rows in journey.readings.blocks(0, 1 << 62)] == [MIDNIGHT_MS + SLOT_MS]
    assert len(list(journey.readings.blocks(0, 1 << 62, late=True))) == 2
    assert [slot.end_ms for slot in journey.records.open_slots(SLOT_MS, 1 << 62)] == [MIDNIGHT_MS + 2 * SLOT_MS]


def test_a_commit_that_fails_leaves_nothing_and_the_next_one_works(journey: Journey) -> None:
    """The layout's number, learnt in the transaction that was rolled back, must not be remembered."""
    good = block(MIDNIGHT_MS, measured(7.0))
    with pytest.raises(OverflowError):
        journey.readings.add([good, block(1 << 63, measured(7.0))])
    assert journey.database.read("SELECT count(*) FROM layout")[0][0] == 0
    journey.readings.add([good])
    assert len(list(journey.readings.blocks(0, 1 << 62))) == 1


def test_a_damaged_block_costs_its_own_readings_only(journey: Journey, caplog: pytest.LogCaptureFixture) -> None:
    """One bad spot on the card stopped the closing of slots for ever."""
    for second in range(3):
        journey.readings.add([block(MIDNIGHT_MS + 1000 * second, measured(7.0))])
    with journey.database.write() as connection:
        connection.execute("UPDATE reading_block SET packed = x'789c0badc0de' WHERE id = 2")
    found = [rows[0].at_ms for _, rows in journey.readings.blocks(0, 1 << 62)]
    assert found == [MIDNIGHT_MS, MIDNIGHT_MS + 2000]
    assert [(line.levelno, "block=2" in line.getMessage()) for line in caplog.records] == [(logging.ERROR, True)]
    assert journey.readings.newest(MIDNIGHT_MS + 5000)[PH][0] == MIDNIGHT_MS + 2000


class TestNewest:
    def test_each_parameter_has_its_last_reading(self, journey: Journey) -> None:
        journey.readings.add([block(MIDNIGHT_MS, measured(7.0), measured(20.0))])
        journey.readings.add([block(MIDNIGHT_MS + 5000, measured(7.5), period_ms=1000)])
        newest = journey.readings.newest(MIDNIGHT_MS + 6000)
        assert newest == {PH: (MIDNIGHT_MS + 5000, measured(7.5)), COD: (MIDNIGHT_MS, measured(20.0))}

    def test_what_is_older_than_an_hour_is_not_news(self, journey: Journey) -> None:
        journey.readings.add([block(MIDNIGHT_MS, measured(7.0))])
        assert journey.readings.newest(MIDNIGHT_MS + HOUR_MS) != {}
        assert journey.readings.newest(MIDNIGHT_MS + HOUR_MS + 1) == {}
