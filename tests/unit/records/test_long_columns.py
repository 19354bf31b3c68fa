"""Columns that are read quickly say what columns that are read record by record say."""

from __future__ import annotations

import random

from gateway.core.averaging import Average
from gateway.core.reading import Parameter, Status
from gateway.core.record import Line, Record
from gateway.core.slot import Slot
from gateway.records.columns import NOT_RECORDED, Columns, read_columns
from gateway.records.long_columns import read_long_columns, unsound_ends
from tests.support.journey import COD, HOUR_MS, MIDNIGHT_MS, PH, SLOT_MS, Journey

TSS = Parameter("TSS", "mg/L")
ASKED = (COD, PH)
COUNT = 3000


def keep(journey: Journey, number: int, parameters: tuple[Parameter, ...], value: float | None, status: Status) -> None:
    slot = Slot(MIDNIGHT_MS + number * SLOT_MS, SLOT_MS)
    lines = tuple(Line(one, Average(value, status, 60, 60)) for one in parameters)
    journey.records.add(Record(slot, lines), slot.end_ms + 2000)


def live(journey: Journey, chance: random.Random) -> None:
    """Ten days with holes, three layouts, all statuses, and records of an hour among those of five minutes."""
    journey.database.read("PRAGMA synchronous = OFF")
    layouts = ((PH, COD), (TSS, COD, PH), (PH, TSS))
    at = 0
    while at < COUNT:
        lines, run = chance.choice(layouts), chance.choice((1, 3, 40, 400))
        status = chance.choice((Status.MEASURING, Status.MEASURING, Status.CALIBRATING, Status.FAULT))
        for number in range(at, min(at + run, COUNT)):
            value = None if status is Status.FAULT else chance.uniform(-5, 50)
            keep(journey, number, lines, value, status)
        at += run + chance.choice((0, 0, 1, 30))
    hour = Slot(MIDNIGHT_MS + 4 * HOUR_MS, HOUR_MS)
    journey.records.add(Record(hour, (Line(COD, Average(1e6, Status.MEASURING, 12, 12)),)), hour.end_ms)


def both(journey: Journey, after: int = 0, slots: int = COUNT) -> tuple[Columns, Columns]:
    edges = (SLOT_MS, MIDNIGHT_MS + (after - 1) * SLOT_MS, MIDNIGHT_MS + (after - 1 + slots) * SLOT_MS)
    return read_long_columns(journey.database, *edges, ASKED), read_columns(journey.records, *edges, ASKED)


def assert_same(quick: Columns, proven: Columns) -> None:
    assert quick.recorded == proven.recorded
    assert list(quick.by_parameter) == list(ASKED)
    for parameter in ASKED:
        one, other = quick.by_parameter[parameter], proven.by_parameter[parameter]
        assert one.states == other.states
        assert one.values.tobytes() == other.values.tobytes()


def test_they_are_the_same_whatever_holes_and_layouts_there_are(journey: Journey) -> None:
    live(journey, random.Random(16))
    assert_same(*both(journey))
    assert_same(*both(journey, 1000, 77))
    assert_same(*both(journey, COUNT, 50))
    assert_same(*both(journey, 0, 0))


def damage(journey: Journey, number: int, packed: bytes) -> None:
    with journey.database.write() as connection:
        connection.execute("DROP TRIGGER IF EXISTS record_is_final")
        connection.execute("DROP TRIGGER temp.seal_changed_record")
        connection.execute("UPDATE record SET packed = ? WHERE end_ms = ?", (packed, MIDNIGHT_MS + number * SLOT_MS))
    journey.reopen()


def packed_of(journey: Journey, number: int) -> bytearray:
    rows = journey.database.read("SELECT packed FROM record WHERE end_ms = ?", (MIDNIGHT_MS + number * SLOT_MS,))
    return bytearray(rows[0][0])


def test_a_record_that_is_too_short_is_passed_over_and_the_others_stay(journey: Journey) -> None:
    for number in range(5):
        keep(journey, number, (PH, COD), 7.0, Status.MEASURING)
    damage(journey, 2, bytes(packed_of(journey, 2)[:5]))
    quick, proven = both(journey, 0, 5)
    assert list(quick.recorded) == [1, 1, 0, 1, 1]
    assert_same(quick, proven)


def test_one_that_is_too_long_does_not_make_up_for_one_that_is_too_short(journey: Journey) -> None:
    for number in range(200):
        keep(journey, number, (PH, COD), number / 8, Status.MEASURING)
    torn = bytes(packed_of(journey, 20))
    damage(journey, 20, torn[:-17])
    damage(journey, 150, torn + torn[:17])
    quick, proven = both(journey, 0, 200)
    assert [number for number in range(200) if not quick.recorded[number]] == [20, 150]
    assert_same(quick, proven)


def test_no_byte_ends_what_is_joined(journey: Journey) -> None:
    for number, value in enumerate((0.0, -0.0, 5e-324, None, 1.7976931348623157e308, -1.5)):
        keep(journey, number, (PH, TSS, COD), value, Status.MEASURING)
    quick, proven = both(journey, 0, 6)
    assert list(quick.by_parameter[COD].values[:3]) == [0.0, -0.0, 5e-324]
    assert_same(quick, proven)


def test_what_is_no_status_is_passed_over(journey: Journey) -> None:
    for number in range(3):
        keep(journey, number, (PH, COD), 7.0, Status.MEASURING)
    torn = packed_of(journey, 1)
    torn[8] = 7
    damage(journey, 1, bytes(torn))
    quick, proven = both(journey, 0, 3)
    assert list(quick.by_parameter[PH].states) == [1, NOT_RECORDED, 1]
    assert_same(quick, proven)


def test_a_flipped_bit_is_found_by_who_asks_for_proof(journey: Journey) -> None:
    for number in range(1200):
        keep(journey, number, (PH, COD), 7.0, Status.MEASURING)
    torn = packed_of(journey, 700)
    torn[6] ^= 1
    torn[5] ^= 64
    damage(journey, 700, bytes(torn))
    ends = [MIDNIGHT_MS + number * SLOT_MS for number in range(-5, 1300)]
    assert unsound_ends(journey.database, SLOT_MS, ends) == {MIDNIGHT_MS + 700 * SLOT_MS}
    assert unsound_ends(journey.database, SLOT_MS, []) == set()


def test_records_of_a_damaged_layout_are_missing(journey: Journey) -> None:
    keep(journey, 0, (PH,), 8.0, Status.MEASURING)
    keep(journey, 1, (COD,), 30.0, Status.MEASURING)
    with journey.database.write() as connection:
        connection.execute("UPDATE layout SET definition = '{' WHERE definition LIKE '%pH%'")
    quick, proven = both(journey, 0, 2)
    assert list(quick.recorded) == [0, 1]
    assert_same(quick, proven)
