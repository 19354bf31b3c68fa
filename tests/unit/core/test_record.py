"""Records from readings, and hours from records."""

from __future__ import annotations

from gateway.core.averaging import Average
from gateway.core.reading import Status
from gateway.core.record import Expectation, Line, Record, close, summarise
from gateway.core.slot import Slot
from tests.support.journey import COD, HOUR_MS, MIDNIGHT_MS, PH, SLOT_MS, measured, record

SLOT = Slot(MIDNIGHT_MS, SLOT_MS)
HOUR = Slot(MIDNIGHT_MS, HOUR_MS)


def hour_of(*values: float | None) -> Record:
    """The hour of twelve slots, of which the first have these values and the others never were."""
    parts = [record(HOUR.start_ms + (n + 1) * SLOT_MS, value) for n, value in enumerate(values)]
    return summarise(HOUR, parts, 75.0)


def test_every_expected_parameter_has_its_line_in_the_order_of_the_configuration() -> None:
    closed = close(SLOT, [Expectation(COD, 5000), Expectation(PH, 5000)], {PH: [measured(7.0)] * 60}, 75.0)
    assert closed.lines == (
        Line(COD, Average(None, Status.FAULT, 0, 60)),
        Line(PH, Average(7.0, Status.MEASURING, 60, 60)),
    )


def test_a_period_longer_than_the_slot_still_expects_a_reading() -> None:
    assert Expectation(PH, 2 * SLOT_MS).readings_in(SLOT) == 1
    assert Expectation(PH, 7000).readings_in(SLOT) == 42


def test_an_hour_is_the_mean_of_its_five_minutes() -> None:
    assert hour_of(*[7.0] * 6, *[8.0] * 6).lines[0].average == Average(7.5, Status.MEASURING, 12, 12)


def test_nine_of_twelve_make_an_hour_and_eight_do_not() -> None:
    assert hour_of(*[7.0] * 9).lines[0].average == Average(7.0, Status.MEASURING, 9, 12)
    assert hour_of(*[7.0] * 8).lines[0].average == Average(None, Status.FAULT, 0, 12)
    assert hour_of(*[7.0] * 8, *[None] * 4).lines[0].average == Average(None, Status.FAULT, 0, 12)


def test_an_hour_tells_about_every_parameter_that_any_of_its_slots_had() -> None:
    old = Record(Slot(HOUR.start_ms + SLOT_MS, SLOT_MS), (Line(COD, Average(20.0, Status.MEASURING, 60, 60)),))
    new = [record(HOUR.start_ms + n * SLOT_MS) for n in range(2, 13)]
    assert [line.parameter for line in summarise(HOUR, [old, *new], 75.0).lines] == [PH, COD]
