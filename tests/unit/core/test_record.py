"""Records from readings, and hours from records."""

from __future__ import annotations

from gateway.core.averaging import Average, Averaging
from gateway.core.reading import Parameter, Status
from gateway.core.record import Aggregation, Expectation, Line, Record, close, summarise
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


DIRECTION, SPEED = Parameter("WD", "degree"), Parameter("WS", "m/s")
WEIGHED = Aggregation(Averaging.VECTOR, "WS")


def wind(number: int, direction: float, speed: float, status: Status = Status.MEASURING) -> Record:
    """A slot's wind; `status` is the anemometer's."""
    lines = (
        Line(DIRECTION, Average(direction, Status.MEASURING, 60, 60), WEIGHED),
        Line(SPEED, Average(speed, status, 60, 60)),
    )
    return Record(Slot(HOUR.start_ms + number * SLOT_MS, SLOT_MS), lines)


def test_the_hour_weighs_directions_by_the_speeds_of_its_slots() -> None:
    """3 m/s from 0° and 4 m/s from 90°: atan(4/3)."""
    parts = [wind(n, *((0.0, 3.0) if n % 2 else (90.0, 4.0))) for n in range(1, 13)]
    assert summarise(HOUR, parts, 75.0).lines[0].average.value == 53.130102354


def test_what_an_anemometer_shows_while_it_is_calibrated_weighs_no_direction() -> None:
    parts = [wind(n, *((0.0, 3.0) if n % 2 else (90.0, 4.0))) for n in range(1, 12)]
    parts.append(wind(12, 90.0, 50.0, Status.CALIBRATING))
    assert summarise(HOUR, parts, 75.0).lines[0].average.value == 45.0


def test_the_hour_is_made_as_its_newest_slot_says() -> None:
    older, newer = Aggregation(Averaging.MAX), Aggregation(Averaging.LAST)
    parts = [
        Record(
            Slot(HOUR.start_ms + n * SLOT_MS, SLOT_MS),
            (Line(COD, Average(20.0 - n, Status.MEASURING, 60, 60), older if n < 6 else newer),),
        )
        for n in range(1, 13)
    ]
    (line,) = summarise(HOUR, parts, 75.0).lines
    assert (line.average.value, line.aggregation) == (8.0, newer)
