"""A slot has what fell in it, whatever the total, the gateway, the card and the clock did meanwhile."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path

import pytest

from gateway.audit.amounts import amount_teller
from gateway.audit.events import EventStore
from gateway.core.averaging import Averaging
from gateway.core.findings import Finding, Topic
from gateway.core.instants import FAR_FUTURE_MS
from gateway.core.reading import NO_ANSWER, Parameter, Reading, Readings, Status
from gateway.core.reason import Cause, Reason
from gateway.core.record import Aggregation, Expectation, Record
from gateway.core.running_total import Amount, CounterNote, RunningTotal
from gateway.core.slot import slot_of
from gateway.readings.packing import Row
from gateway.readings.store import Block, Layout
from gateway.records.closer import Closer, ClosingRules
from gateway.records.counting import why_not_counted
from tests.support.clock import FakeClock
from tests.support.journey import HOUR_MS, MIDNIGHT_MS, SLOT_MS, Journey, calibrating, measured
from tests.support.trust import CountedFrom1970

RAIN = Parameter("Rain", "mm")
POLL_MS = 20_000
GRACE_MS = 2_000
TOTAL = RunningTotal(range=Decimal("6553.6"), count=Decimal("0.1"), fastest=Decimal(40))
SUM = Aggregation(Averaging.SUM)
COUNTED = Aggregation(Averaging.SUM, "", TOTAL)
TEN = MIDNIGHT_MS + 10 * HOUR_MS


class Gauge:
    """A rain gauge that is read every 20 s from ten o'clock on, and a closer on what was read."""

    def __init__(self, journey: Journey, aggregation: Aggregation = COUNTED) -> None:
        self.journey = journey
        self.aggregation = aggregation
        self.clock = FakeClock(TEN)
        self.at_ms = TEN + POLL_MS // 2
        self.resume()

    def resume(self) -> None:
        """A new run of the gateway."""
        journey = self.journey
        self.closer = Closer(
            journey.readings,
            journey.records,
            ClosingRules(SLOT_MS, GRACE_MS, 75.0, (HOUR_MS,)),
            [Expectation(RAIN, POLL_MS, self.aggregation)],
            TEN / 1000,
            [],
            lambda: True,
            CountedFrom1970(),
            tell=amount_teller(EventStore(journey.database), self.clock),
        )

    def say(self, *readings: Reading | float, instrument: str = "gauge") -> None:
        """One poll after the other; what is due is closed in between."""
        layout = Layout(instrument, POLL_MS, (RAIN,), (self.aggregation,))
        for one in readings:
            reading = one if isinstance(one, Reading) else measured(one)
            block = Block(layout, slot_of(self.at_ms, SLOT_MS), (Row(self.at_ms, Readings.of([reading])),))
            self.journey.readings.add([block])
            self.pass_by(1)

    def rain(self, polls: int, start: float, each: str = "0.2") -> float:
        """It rains: the total goes on from `start`. Returns where it stands."""
        totals = [float(Decimal(repr(start)) + number * Decimal(each)) for number in range(1, polls + 1)]
        self.say(*totals)
        return totals[-1]

    def pass_by(self, polls: int) -> None:
        """Time passes; nothing is read."""
        for _ in range(polls):
            self.at_ms += POLL_MS
            self.clock.advance((self.at_ms - self.clock.wall_ms) / 1000)
            self.closer.step(self.clock.now())

    def slots(self, length_ms: int = SLOT_MS) -> list[tuple[float | None, str]]:
        found: Iterable[Record] = self.journey.records.records(length_ms, -1, FAR_FUTURE_MS)
        return [(line.average.value, line.average.status.value) for one in found for line in one.lines]

    def told(self) -> list[tuple[str, float | None, int]]:
        """Kind, amount, and seconds from begin to end."""
        found: Sequence[Finding] = EventStore(self.journey.database).findings(Topic.QUALITY, 0, FAR_FUTURE_MS)
        return [
            (str(one.episode.kind), one.episode.peak, (one.episode.last_ms - one.episode.begin_ms) // 1000)
            for one in found
        ]


@pytest.fixture
def gauge(tmp_path: Path) -> Gauge:
    return Gauge(Journey(tmp_path))


def test_a_running_total_of_12_mm_is_no_50_mm_of_rain(gauge: Gauge) -> None:
    gauge.rain(3 * 15 + 2, 12.3)
    assert gauge.slots() == [(2.8, "00"), (3.0, "00"), (3.0, "00")]  # the first reading ever has nothing before it
    assert gauge.told() == []


def test_a_week_without_rain_is_none(gauge: Gauge) -> None:
    gauge.say(*[12.5] * 47)
    assert gauge.slots() == [(0.0, "00")] * 3


def test_an_hour_is_the_sum_of_its_slots(gauge: Gauge) -> None:
    gauge.rain(13 * 15, 0.0)
    assert gauge.slots(HOUR_MS) == [(35.8, "00")]


def test_a_restart_costs_nothing(gauge: Gauge) -> None:
    total = gauge.rain(20, 12.3)
    gauge.pass_by(1)
    gauge.journey.restart()
    gauge.resume()
    gauge.rain(28, total, "0.2")
    assert gauge.slots()[1:] == [(3.0 - 0.2, "00"), (3.0, "00")]  # one poll fewer, and it rained in 14
    assert gauge.told() == []


def test_what_a_lost_poll_would_have_shown_is_in_the_next(gauge: Gauge) -> None:
    gauge.say(10.0, *[10.0] * 14, 10.2, NO_ANSWER, NO_ANSWER, 10.8, *[10.8] * 12)
    assert gauge.slots()[1] == (0.8, "00")


def test_what_fell_while_the_gateway_was_off_is_told_and_in_no_slot(gauge: Gauge) -> None:
    total = gauge.rain(20, 12.3)
    gauge.pass_by(60)
    gauge.rain(30, total + 5, "0.2")
    assert [value for value, _ in gauge.slots()] == [2.8, None, None, 3.0]
    assert gauge.told() == [("amount_unattributed", 5.2, 61 * 20)]


def test_what_fell_in_a_gap_within_a_slot_fell_in_that_slot(gauge: Gauge) -> None:
    gauge.say(*[10.0] * 15, *[10.0] * 6, *[NO_ANSWER] * 4, *[11.4] * 20)
    assert gauge.slots()[1] == (None, "02")  # 11 of 15: the coverage decides, as of anything


def test_a_short_gap_within_a_slot_counts_and_is_covered(gauge: Gauge) -> None:
    gauge.say(*[10.0] * 15, *[10.0] * 6, *[NO_ANSWER] * 3, *[11.4] * 20)
    assert gauge.slots()[1] == (1.4, "00")
    assert gauge.told() == []


def test_sixteen_bits_wrap(gauge: Gauge) -> None:
    gauge.say(*[6553.3] * 17, 6553.5, 0.1, 0.3, *[0.3] * 12)
    assert gauge.slots()[1] == (0.6, "00")
    assert gauge.told() == []


def test_a_device_that_was_reset_gives_no_554_mm(gauge: Gauge) -> None:
    """60,000 counts to 3 could be 5,539 counts of a wrap."""
    gauge.say(*[6000.0] * 17, 0.3, 0.5, *[0.5] * 13)
    assert gauge.slots()[1] == (0.5, "00")
    assert gauge.told() == [("counter_reset", None, 20)]


def test_one_reading_of_99999_is_no_rain(gauge: Gauge) -> None:
    gauge.say(*[12.5] * 20, 99999.0, *[12.7] * 10)
    assert gauge.slots()[1] == (0.2, "00")
    assert gauge.told() == [("amount_unknown", None, 20)]


def test_a_wrong_reading_at_a_slots_end_is_rain_in_neither(gauge: Gauge) -> None:
    gauge.say(*[12.5] * 29, 99999.0, *[12.7] * 17)
    assert gauge.slots()[1:] == [(0.0, "00"), (0.2, "00")]


def test_a_total_that_shows_zero_once_is_not_rained_full_again(gauge: Gauge) -> None:
    gauge.say(*[512.5] * 20, 0.0, *[512.7] * 10)
    assert gauge.slots()[1] == (0.2, "00")
    gauge.say(*[512.7] * 14, 0.0, *[512.7] * 17)
    assert {value for value, _ in gauge.slots()[2:]} == {0.0}


def test_a_small_fall_makes_no_amount(gauge: Gauge) -> None:
    gauge.say(*[12.5] * 20, 12.4, *[12.5] * 10)
    assert gauge.slots()[1] == (0.0, "00")
    assert gauge.told() == [("amount_unknown", None, 0)]


def test_another_device_is_no_storm(gauge: Gauge) -> None:
    gauge.say(*[12.5] * 20, *[3812.5] * 27)
    assert gauge.slots()[1:] == [(0.0, "00"), (0.0, "00")]
    assert gauge.told() == [("amount_unknown", 3800.0, 20)]


def test_water_that_somebody_poured_in_to_calibrate_is_no_rain(gauge: Gauge) -> None:
    gauge.say(*[12.5] * 15, *[12.5] * 3)
    gauge.say(*[calibrating(12.5 + number) for number in range(1, 4)])
    gauge.say(*[15.5] * 9)
    assert gauge.slots()[1] == (0.0, "00")


def test_a_slot_of_calibrating_has_what_was_poured_in(gauge: Gauge) -> None:
    gauge.say(*[12.5] * 15)
    gauge.say(*[calibrating(12.5 + number) for number in range(1, 16)], 27.5)
    assert gauge.slots()[1] == (15.0, "01")


def test_readings_that_the_card_damaged_cost_nothing(gauge: Gauge) -> None:
    gauge.rain(20, 12.3)
    with gauge.journey.database.write() as connection:
        connection.execute("UPDATE reading_block SET packed = x'00' WHERE id IN (18, 19)")
    gauge.rain(11, 16.3)
    assert gauge.slots()[1] == (3.0, "00")


def test_the_reading_before_the_slot_may_be_gone(gauge: Gauge) -> None:
    gauge.rain(20, 12.3)
    gauge.journey.readings.forget_before(TEN + SLOT_MS, 100)
    gauge.rain(11, 16.3)
    assert gauge.slots()[1] == (2.8, "00")


def test_one_reading_a_slot_is_enough(tmp_path: Path) -> None:
    journey = Journey(tmp_path)
    gauge = Gauge(journey)
    layout = Layout("gauge", SLOT_MS, (RAIN,), (COUNTED,))
    for number in range(4):
        at_ms = TEN + number * SLOT_MS + 150_000
        row = Row(at_ms, Readings.of([measured(10.0 + number)]))
        journey.readings.add([Block(layout, slot_of(at_ms, SLOT_MS), (row,))])
    gauge.pass_by(61)
    assert gauge.slots() == [(None, "02"), (1.0, "00"), (1.0, "00"), (1.0, "00")]


def test_a_slot_of_an_older_gateway_is_closed_as_it_was_opened(tmp_path: Path) -> None:
    gauge = Gauge(Journey(tmp_path), SUM)
    gauge.say(*[0.2] * 16)
    assert gauge.slots() == [(3.0, "00")]


@pytest.mark.parametrize("ways", [(SUM, COUNTED), (COUNTED, SUM)])
def test_totals_and_amounts_of_one_slot_are_never_added(tmp_path: Path, ways: tuple[Aggregation, Aggregation]) -> None:
    """The configuration said something else in the middle of the slot."""
    gauge = Gauge(Journey(tmp_path), ways[0])
    gauge.say(*[12.5] * 3)
    gauge.aggregation = ways[1]
    gauge.resume()
    gauge.say(*[0.2 if ways[1] is SUM else 12.7] * 13)
    [(value, status)] = gauge.slots()
    assert (value, status) == (2.4, "00") if ways[1] is SUM else (0.0, "00")


def test_another_instrument_of_the_same_name_of_line_is_not_its_neighbours_growth(gauge: Gauge) -> None:
    gauge.say(*[12.5] * 15)
    gauge.say(*[812.5] * 16, instrument="new gauge")
    assert gauge.slots()[1] == (0.0, "00")
    assert gauge.told() == []


def test_a_trembling_device_is_one_event_and_not_thousands(gauge: Gauge) -> None:
    gauge.say(*[12.5, 12.4] * 100)
    [(kind, _, _)] = gauge.told()
    assert kind == CounterNote.UNKNOWN
    assert {status for _, status in gauge.slots()} == {Status.FAULT.value}


def test_what_is_told_is_told_once_however_often_the_slot_is_tried(gauge: Gauge) -> None:
    gauge.say(*[6000.0] * 17, 0.3, *[0.5] * 5)
    first = gauge.told()
    slot = slot_of(gauge.at_ms, SLOT_MS)
    for _ in range(2):
        gauge.closer._from_readings(slot)
    assert gauge.told() == [*first, ("counter_reset", None, 20)]


def test_the_clock_that_steps_back_makes_no_rain(gauge: Gauge) -> None:
    gauge.rain(22, 12.3)
    layout = Layout("gauge", POLL_MS, (RAIN,), (COUNTED,))
    before = gauge.at_ms - 3 * POLL_MS + 5_000
    rows = [Row(before + number * POLL_MS, Readings.of([measured(16.9 + number / 5)])) for number in range(3)]
    gauge.journey.readings.add([Block(layout, slot_of(row.at_ms, SLOT_MS), (row,)) for row in rows])
    gauge.rain(9, 17.3)
    value, _ = gauge.slots()[1]
    assert value is None or 0 <= value <= 19.1 - 15.3


def test_why_a_trembling_total_has_no_value() -> None:
    doubtful = [Amount(None, Status.FAULT)] * 8 + [Amount(Decimal(0), Status.MEASURING)] * 7
    assert why_not_counted(doubtful, 0, 0) == Reason(
        Cause.DOUBTFUL_TOTAL, "8 readings fell or jumped as no running total does"
    )
    assert why_not_counted([Amount(None, Status.FAULT)] * 8, 8, 0) is None  # the device says so itself
    assert why_not_counted(doubtful, 0, 20) is None
    [first] = [why_not_counted([Amount(None, Status.MEASURING)], 0, 0)]
    assert first is not None
    assert "nothing was read shortly before" in first.detail
