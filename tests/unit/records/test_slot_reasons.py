"""Next month's report can say why a slot was not 00, and a dead instrument does not fill the card with it."""

from __future__ import annotations

from gateway.core.averaging import Average
from gateway.core.reading import Status
from gateway.core.reason import Cause, Reason
from gateway.core.record import Line, Record
from gateway.core.slot import Slot
from gateway.records.slot_reasons import LineReason, SlotReason, SlotReasonStore
from gateway.records.store import forget_records
from tests.support.journey import MIDNIGHT_MS, PH, SLOT_MS, Journey

SILENT = Reason(Cause.SILENT, "unit 9 did not answer within 1 s")
GARBLED = Reason(Cause.GARBLED, "not an answer: 00 01")


def close(journey: Journey, number: int, reason: Reason | None = SILENT) -> int:
    slot = Slot(MIDNIGHT_MS + number * SLOT_MS, SLOT_MS)
    record = Record(slot, (Line(PH, Average(None, Status.FAULT, 0, 60)),))
    reasons = [] if reason is None else [LineReason("pH", Status.FAULT, reason)]
    journey.records.add(record, slot.end_ms + 2000, (), reasons)
    return slot.end_ms


def kept(journey: Journey) -> list[SlotReason]:
    return SlotReasonStore(journey.database).touching(0, 1 << 60)


def test_a_month_of_silence_is_one_row(journey: Journey) -> None:
    ends = [close(journey, number) for number in range(1, 289)]
    assert kept(journey) == [SlotReason("pH", Status.FAULT, SILENT, SLOT_MS, ends[0], ends[-1], 288)]


def test_another_reason_and_a_slot_without_one_begin_a_new_row(journey: Journey) -> None:
    for number, reason in enumerate([SILENT, SILENT, GARBLED, None, GARBLED, SILENT], start=1):
        close(journey, number, reason)
    assert [(one.reason.cause, one.slots) for one in kept(journey)] == [
        (Cause.SILENT, 2),
        (Cause.GARBLED, 1),
        (Cause.GARBLED, 1),
        (Cause.SILENT, 1),
    ]


def test_closing_twice_counts_once(journey: Journey) -> None:
    close(journey, 1)
    close(journey, 1)
    assert [one.slots for one in kept(journey)] == [1]


def test_the_main_reason_is_that_of_most_slots(journey: Journey) -> None:
    for number, reason in enumerate([GARBLED, SILENT, SILENT, GARBLED], start=1):
        close(journey, number, reason)
    store = SlotReasonStore(journey.database)
    assert store.main("pH", MIDNIGHT_MS, MIDNIGHT_MS + 3 * SLOT_MS) == SILENT
    assert store.main("pH", MIDNIGHT_MS + 3 * SLOT_MS, MIDNIGHT_MS + 4 * SLOT_MS) == GARBLED
    assert store.main("COD", MIDNIGHT_MS, MIDNIGHT_MS + 4 * SLOT_MS) is None


def test_reasons_go_when_the_last_of_their_records_goes(journey: Journey) -> None:
    for number, reason in enumerate([GARBLED, GARBLED, SILENT, SILENT], start=1):
        close(journey, number, reason)
    with journey.database.write() as connection:
        forget_records(connection, [1, 2])
    assert [one.reason for one in kept(journey)] == [SILENT]


def test_a_cause_that_only_a_newer_gateway_knows_is_passed_over(journey: Journey) -> None:
    close(journey, 1)
    with journey.database.write() as connection:
        connection.execute("UPDATE slot_reason SET cause = 'struck-by-lightning'")
    assert kept(journey) == []
