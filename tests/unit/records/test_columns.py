"""Records turned by a quarter say what the records say, slot for slot."""

from __future__ import annotations

from gateway.core.averaging import Average
from gateway.core.reading import Parameter, Status
from gateway.core.record import Line, Record
from gateway.core.slot import Slot
from gateway.records import store as records_store
from gateway.records.columns import NOT_RECORDED, STATE_OF, read_columns
from tests.support.journey import COD, MIDNIGHT_MS, PH, SLOT_MS, Journey


def keep(journey: Journey, number: int, *lines: tuple[Parameter, float | None, Status]) -> None:
    """The record of the slot that ends `number` slots after midnight."""
    slot = Slot(MIDNIGHT_MS + number * SLOT_MS, SLOT_MS)
    shown = tuple(Line(parameter, Average(value, status, 60, 60)) for parameter, value, status in lines)
    journey.records.add(Record(slot, shown), slot.end_ms + 2000)


def test_each_parameter_stands_beside_its_slot_whatever_the_order_in_the_record(journey: Journey) -> None:
    keep(journey, 1, (PH, 7.21, Status.MEASURING), (COD, 30.0, Status.CALIBRATING))
    keep(journey, 3, (COD, 31.0, Status.MEASURING), (PH, None, Status.FAULT))
    found = read_columns(journey.records, SLOT_MS, MIDNIGHT_MS, MIDNIGHT_MS + 4 * SLOT_MS)
    assert list(found.recorded) == [1, 0, 1, 0]
    ph, cod = found.by_parameter[PH], found.by_parameter[COD]
    assert list(ph.states) == [STATE_OF[Status.MEASURING], NOT_RECORDED, STATE_OF[Status.FAULT], NOT_RECORDED]
    assert list(cod.states) == [STATE_OF[Status.CALIBRATING], NOT_RECORDED, STATE_OF[Status.MEASURING], NOT_RECORDED]
    assert ph.valid(0, 4) == [7.21]
    assert cod.valid(0, 4) == [31.0]
    assert [cod.has_value(position) for position in range(4)] == [True, False, True, False]
    assert found.end_ms(2) == MIDNIGHT_MS + 3 * SLOT_MS
    assert found.position(MIDNIGHT_MS + 2 * SLOT_MS) == 2


def test_valid_is_what_has_a_value_and_status_00(journey: Journey) -> None:
    for number, value in enumerate((1.0, None, 3.0, 4.0), 1):
        keep(journey, number, (PH, value, Status.MEASURING))
    keep(journey, 5, (PH, 5.0, Status.FAULT))
    found = read_columns(journey.records, SLOT_MS, MIDNIGHT_MS, MIDNIGHT_MS + 5 * SLOT_MS)
    ph = found.by_parameter[PH]
    spans = ((0, 5), (0, 4), (2, 4), (1, 2), (4, 5), (3, 3))
    assert [ph.valid(*one) for one in spans] == [[1.0, 3.0, 4.0], [1.0, 3.0, 4.0], [3.0, 4.0], [], [], []]


def test_a_parameter_that_was_asked_for_is_there_although_nothing_tells_of_it(journey: Journey) -> None:
    found = read_columns(journey.records, SLOT_MS, MIDNIGHT_MS, MIDNIGHT_MS + SLOT_MS, [COD])
    assert list(found.by_parameter[COD].states) == [NOT_RECORDED]


def test_a_damaged_record_counts_as_missing_and_the_others_stay(journey: Journey) -> None:
    for number in (1, 2, 3):
        keep(journey, number, (PH, 7.0 + number, Status.MEASURING), (COD, 30.0, Status.MEASURING))
    with journey.database.write() as connection:
        connection.execute("DROP TRIGGER record_is_final")
        second = (MIDNIGHT_MS + 2 * SLOT_MS,)
        (packed,) = connection.execute("SELECT packed FROM record WHERE end_ms = ?", second).fetchone()
        torn = packed[:25] + b"\x09" + packed[26:]  # COD's status
        connection.execute("UPDATE record SET packed = ? WHERE end_ms = ?", (torn, *second))
    found = read_columns(journey.records, SLOT_MS, MIDNIGHT_MS, MIDNIGHT_MS + 3 * SLOT_MS)
    assert list(found.recorded) == [1, 0, 1]
    assert found.by_parameter[PH].valid(0, 3) == [8.0, 10.0]


def test_a_damaged_layout_takes_only_its_own_records_along(journey: Journey) -> None:
    keep(journey, 1, (PH, 8.0, Status.MEASURING))
    keep(journey, 2, (COD, 30.0, Status.MEASURING))
    with journey.database.write() as connection:
        connection.execute("UPDATE layout SET definition = '{' WHERE definition LIKE '%pH%'")
    until_ms = MIDNIGHT_MS + 2 * SLOT_MS
    assert list(read_columns(journey.records, SLOT_MS, MIDNIGHT_MS, until_ms).recorded) == [0, 1]
    assert [one.slot.end_ms for one in journey.records.records(SLOT_MS, MIDNIGHT_MS, until_ms)] == [until_ms]


def test_records_beyond_one_portion_are_all_read_once(journey: Journey) -> None:
    count = 2 * records_store.PORTION + 1
    keep(journey, 1, (PH, 7.0, Status.MEASURING))
    with journey.database.write() as connection:
        connection.execute(
            "WITH RECURSIVE later(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM later WHERE n < ?)"
            " INSERT INTO record (length_ms, end_ms, layout_id, closed_ms, packed)"
            " SELECT length_ms, end_ms + n * length_ms, layout_id, closed_ms, packed FROM record, later",
            (count - 1,),
        )
    until_ms = MIDNIGHT_MS + count * SLOT_MS
    ends = [record.slot.end_ms for record in journey.records.records(SLOT_MS, MIDNIGHT_MS, until_ms)]
    assert ends == list(range(MIDNIGHT_MS + SLOT_MS, until_ms + 1, SLOT_MS))
    assert len(list(journey.records.series(PH, SLOT_MS, MIDNIGHT_MS, until_ms))) == count
