"""Slots close once, from what the database holds, whatever the clock, the power and the configuration did meanwhile."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from gateway.core.averaging import Average, Averaging
from gateway.core.conversion import Conversion
from gateway.core.derivation import Computed, ConditionSources, Converted, Derivation
from gateway.core.errors import StoreError, StoreFull
from gateway.core.reading import Parameter, Reading, Readings, Sample, Status
from gateway.core.record import Aggregation, Expectation, Line, Record
from gateway.core.slot import Slot
from gateway.records.closer import Closer, ClosingRules
from gateway.records.derivations import DerivationStore
from tests.support.clock import FakeClock
from tests.support.journey import COD, DAY_MS, HOUR_MS, MIDNIGHT_MS, PH, SLOT_MS, Journey, block, measured, sample
from tests.support.small_disk import small_disk
from tests.support.trust import CountedFrom1970

GRACE_MS = 2000
PERIOD_MS = 5000
BOTH = (Expectation(PH, PERIOD_MS), Expectation(COD, PERIOD_MS))
RULES = ClosingRules(SLOT_MS, GRACE_MS, 75.0, (HOUR_MS,))
FIRST = Slot(MIDNIGHT_MS + SLOT_MS, SLOT_MS)


@dataclass
class Poll:
    """A poller's word on what is under way."""

    began_ms: int | None = None

    def oldest_unfinished_s(self) -> float | None:
        return None if self.began_ms is None else self.began_ms / 1000


class Station:
    """Recorder and closer on one database, with a clock of their own."""

    def __init__(
        self,
        journey: Journey,
        wall_ms: int = MIDNIGHT_MS,
        rules: ClosingRules = RULES,
        configured: Iterable[Expectation] = BOTH,
        configured_since_ms: int | None = None,
    ) -> None:
        self.journey = journey
        self.clock = FakeClock(wall_ms)
        self.poll = Poll()
        self.recorder = journey.recorder({"multiprobe": PERIOD_MS}, rules.slot_ms, rules.grace_ms)
        self.closer = Closer(
            journey.readings,
            journey.records,
            rules,
            list(configured),
            wall_ms / 1000,
            [self.poll],
            self.recorder.flush,
            CountedFrom1970(),
            configured_since_ms=configured_since_ms,
        )

    def closing(
        self,
        rules: ClosingRules,
        configured: list[Expectation],
        started_ms: int,
        derivations: DerivationStore | None = None,
    ) -> Closer:
        """A closer of a run that began then."""
        journey, flush = self.journey, self.recorder.flush
        return Closer(
            journey.readings,
            journey.records,
            rules,
            configured,
            started_ms / 1000,
            [self.poll],
            flush,
            CountedFrom1970(),
            derivations,
        )

    def measure(self, *readings: Reading) -> None:
        self.recorder.accept(sample(self.clock.wall_ms, *readings))

    def live(self, seconds: float, value: float = 7.0) -> None:
        """Measure every five seconds, keep and close as the clerk does."""
        for _ in range(round(seconds / 5)):
            self.measure(measured(value), measured(value * 3))
            self.clock.advance(5.0)
            self.tick()

    def tick(self) -> None:
        self.recorder.step(self.clock.now())
        self.closer.step(self.clock.now())


def records(journey: Journey, length_ms: int = SLOT_MS) -> list[Record]:
    return list(journey.records.records(length_ms, -1, 1 << 62))


def ends(journey: Journey, length_ms: int = SLOT_MS) -> list[int]:
    return [record.slot.end_ms for record in records(journey, length_ms)]


def line(record: Record, parameter: Parameter = PH) -> Average:
    return next(one.average for one in record.lines if one.parameter == parameter)


class TestClosing:
    def test_a_slot_closes_after_its_grace_and_not_before(self, journey: Journey) -> None:
        station = Station(journey)
        station.live(295.0)
        station.measure(measured(7.0), measured(21.0))
        station.clock.advance(6.999)
        station.tick()
        assert ends(journey) == []
        station.clock.advance(0.001)
        station.tick()
        (only,) = records(journey)
        assert only.slot == FIRST
        assert line(only) == Average(7.0, Status.MEASURING, 60, 60)
        assert line(only, COD) == Average(21.0, Status.MEASURING, 60, 60)

    def test_it_wants_to_be_called_at_end_and_grace_and_within_a_second_otherwise(self, journey: Journey) -> None:
        station = Station(journey)
        assert station.closer.step(station.clock.now()) == station.clock.mono_s + 1.0
        station.clock.advance(301.5)
        assert station.closer.step(station.clock.now()) == pytest.approx(station.clock.mono_s + 0.5)

    def test_what_was_accepted_a_moment_ago_is_in_the_record(self, journey: Journey) -> None:
        """The closer flushes itself: the recorder's ten seconds are not over."""
        station = Station(journey)
        station.clock.advance(299.0)
        station.measure(measured(7.0), measured(21.0))
        station.clock.advance(3.0)
        journey.readings.add([block(MIDNIGHT_MS, measured(5.0), measured(15.0))])
        station.closer.step(station.clock.now())
        assert line(records(journey)[0]).expected == 60
        assert len(list(journey.readings.blocks(0, 1 << 62))) == 2
        assert journey.readings.add([block(MIDNIGHT_MS, measured(5.0))]) == 1

    def test_a_poll_of_the_slot_is_waited_for_but_not_for_ever(self, journey: Journey) -> None:
        station = Station(journey)
        station.live(300.0)
        station.poll.began_ms = FIRST.end_ms - 1
        station.clock.advance(11.999)
        station.tick()
        assert ends(journey) == []
        station.clock.advance(0.001)
        station.tick()
        assert ends(journey) == [FIRST.end_ms]

    def test_a_poll_of_the_next_slot_holds_up_nothing(self, journey: Journey) -> None:
        station = Station(journey)
        station.live(300.0)
        station.poll.began_ms = FIRST.end_ms
        station.clock.advance(2.0)
        station.tick()
        assert ends(journey) == [FIRST.end_ms]

    def test_an_instrument_that_said_nothing_has_its_line_with_status_02(self, journey: Journey) -> None:
        station = Station(journey)
        for _ in range(62):
            station.measure(measured(7.0))
            station.clock.advance(5.0)
            station.tick()
        assert line(records(journey)[0], COD) == Average(None, Status.FAULT, 0, 60)

    def test_a_long_backlog_is_closed_in_portions_oldest_first(self, journey: Journey) -> None:
        for n in range(120):
            journey.readings.add([block(MIDNIGHT_MS + n * SLOT_MS, measured(7.0))])
        station = Station(journey, MIDNIGHT_MS + DAY_MS)
        assert station.closer.step(station.clock.now()) == station.clock.mono_s
        assert ends(journey) == [MIDNIGHT_MS + (n + 1) * SLOT_MS for n in range(50)]
        station.tick()
        station.tick()
        assert len(ends(journey)) == 120

    def test_a_full_disk_while_closing_loses_no_slot(self, tmp_path: Path) -> None:
        with small_disk(tmp_path) as disk:
            journey = Journey(disk.folder)
            station = Station(journey)
            station.live(300.0)
            disk.fill(journey.database)
            for n in range(20_000):
                station.recorder.accept(sample(FIRST.end_ms + n, measured(n / 7), measured(n / 11)))
            station.clock.advance(2.0)
            with pytest.raises(StoreFull):
                station.closer.step(station.clock.now())
            assert ends(journey) == []
            disk.free(journey.database)
            station.tick()
            assert ends(journey) == [FIRST.end_ms]
            journey.database.close()


class TestOnce:
    def test_a_record_cannot_be_changed_by_anyone(self, journey: Journey) -> None:
        station = Station(journey)
        station.live(310.0)
        for column in ("packed = x'00'", "end_ms = 1", "length_ms = 1", "closed_ms = 1", "layout_id = 1", "id = 7"):
            with pytest.raises(StoreError, match="never changes"), journey.database.write() as connection:
                connection.execute(f"UPDATE record SET {column}")  # noqa: S608  # ours

    def test_closing_twice_is_harmless_and_changes_nothing(self, journey: Journey) -> None:
        station = Station(journey)
        station.live(310.0)
        before = records(journey)
        journey.records.add(Record(FIRST, ()), FIRST.end_ms + 9999)
        assert records(journey) == before
        assert FIRST not in journey.records.open_slots(SLOT_MS, 1 << 62)

    def test_a_late_reading_is_kept_flagged_and_changes_no_record(self, journey: Journey) -> None:
        station = Station(journey)
        station.live(310.0)
        before = records(journey)
        station.recorder.accept(sample(FIRST.end_ms - 1, measured(9.9), measured(99.0)))
        station.live(10.0)
        assert records(journey) == before
        late = [rows[0] for _, rows in journey.readings.blocks(FIRST.end_ms - 1, FIRST.end_ms, late=True)]
        assert late[0].readings[0] == measured(9.9)


RAIN, WS, WIND = Parameter("Rain", "mm"), Parameter("WS", "m/s"), Parameter("WD", "degree")
SUM, WEIGHED = Aggregation(Averaging.SUM), Aggregation(Averaging.VECTOR, "WS")
MAST = (Expectation(RAIN, PERIOD_MS, SUM), Expectation(WS, PERIOD_MS), Expectation(WIND, PERIOD_MS, WEIGHED))


class Mast(Station):
    """A weather mast: rain adds up, the wind's direction counts with its speed."""

    def __init__(self, journey: Journey, wall_ms: int = MIDNIGHT_MS, configured: Iterable[Expectation] = MAST) -> None:
        super().__init__(journey, wall_ms, configured=configured)
        aggregations = {one.parameter: one.aggregation for one in configured if one.aggregation is not None}
        self.recorder = journey.recorder({"mast": PERIOD_MS}, SLOT_MS, GRACE_MS, aggregations)
        self.closer = Closer(
            journey.readings,
            journey.records,
            RULES,
            list(configured),
            wall_ms / 1000,
            [self.poll],
            self.recorder.flush,
            CountedFrom1970(),
        )

    def blow(self, rain: float, *winds: tuple[float, float]) -> None:
        """A slot, with these winds (speed, direction) in turn."""
        for n in range(60):
            speed, direction = winds[n % len(winds)]
            readings = (measured(rain), measured(speed), measured(direction))
            self.recorder.accept(sample_of_all("mast", self.clock.wall_ms, (RAIN, WS, WIND), readings))
            self.clock.advance(5.0)
            self.tick()


class TestAggregations:
    def test_rain_adds_up_and_the_wind_counts_with_its_speed(self, journey: Journey) -> None:
        mast = Mast(journey)
        mast.blow(0.1, (3.0, 0.0), (4.0, 90.0))
        mast.clock.advance(2.0)
        mast.tick()
        (only,) = records(journey)
        assert line(only, RAIN) == Average(6.0, Status.MEASURING, 60, 60)
        assert line(only, WS).value == 3.5
        assert line(only, WIND).value == pytest.approx(53.130102)  # atan(4 / 3)

    def test_the_hour_is_made_of_the_slots_in_the_same_way(self, journey: Journey) -> None:
        mast = Mast(journey)
        for n in range(12):
            mast.blow(0.1, (3.0, 0.0) if n % 2 else (4.0, 90.0))
        mast.clock.advance(2.0)
        mast.tick()
        (hour,) = records(journey, HOUR_MS)
        assert line(hour, RAIN) == Average(72.0, Status.MEASURING, 12, 12)
        assert line(hour, WIND).value == pytest.approx(53.130102)

    def test_a_slot_is_closed_as_was_configured_when_it_was_measured(self, journey: Journey) -> None:
        mast = Mast(journey)
        mast.blow(0.1, (3.0, 0.0), (4.0, 90.0))
        mast.recorder.flush()
        journey.restart()
        mean = [replace(one, aggregation=None) for one in MAST]
        Mast(journey, MIDNIGHT_MS + HOUR_MS, mean).tick()
        (only,) = records(journey)
        assert line(only, RAIN).value == 6.0
        assert line(only, WIND).value == pytest.approx(53.130102)

    def test_a_wind_of_unknown_speed_counts_as_any_other(self, journey: Journey) -> None:
        mast = Mast(journey)
        readings = (measured(0.0), Reading(None, Status.FAULT), measured(10.0))
        mast.recorder.accept(sample_of_all("mast", mast.clock.wall_ms, (RAIN, WS, WIND), readings))
        mast.clock.advance(5.0)
        mast.blow(0.0, (9.0, 20.0))
        mast.clock.advance(-3.0 + 2.0)
        mast.tick()
        value = line(records(journey)[0], WIND).value
        assert value == pytest.approx((10 + 59 * 20) / 60, abs=0.01)


class Roof(Station):
    """A vane that is read every 5 s, and an anemometer of another maker, every 10 s, 3 s later."""

    def __init__(self, journey: Journey) -> None:
        expected = [Expectation(WIND, PERIOD_MS, WEIGHED), Expectation(WS, 2 * PERIOD_MS)]
        super().__init__(journey, configured=expected)
        periods = {"vane": PERIOD_MS, "anemometer": 2 * PERIOD_MS}
        self.recorder = journey.recorder(periods, SLOT_MS, GRACE_MS, {WIND: WEIGHED})
        self.closer = Closer(
            journey.readings,
            journey.records,
            RULES,
            expected,
            MIDNIGHT_MS / 1000,
            [self.poll],
            self.recorder.flush,
            CountedFrom1970(),
        )

    def blow(self, *speeds: Reading | None) -> float | None:
        """The mean of a slot in which the wind comes from 0° for 10 s, from 90° for 10 s, …; `speeds` in turn."""
        for n in range(60):
            self.recorder.accept(sample_of("vane", self.clock.wall_ms, WIND, measured(90.0 * (n // 2 % 2))))
            speed = speeds[n // 2 % len(speeds)]
            if n % 2 == 0 and speed is not None:
                self.recorder.accept(sample_of("anemometer", self.clock.wall_ms + 3000, WS, speed))
            self.clock.advance(5.0)
            self.tick()
        self.clock.advance(2.0)
        self.tick()
        return line(records(self.journey)[0], WIND).value


def sample_of(instrument: str, at_ms: int, parameter: Parameter, reading: Reading) -> Sample:
    return sample_of_all(instrument, at_ms, (parameter,), [reading])


def sample_of_all(
    instrument: str, at_ms: int, parameters: tuple[Parameter, ...], readings: Iterable[Reading]
) -> Sample:
    return Sample(instrument, at_ms, at_ms / 1000, parameters, Readings.of(readings))


class TestWindOfTwoInstruments:
    def test_a_direction_counts_with_the_speed_that_was_read_nearest_to_it(self, journey: Journey) -> None:
        # at 0 s and 5 s the speed of 3 s is the nearest, at 10 s and 15 s that of 13 s
        assert Roof(journey).blow(measured(3.0), measured(4.0)) == pytest.approx(53.130102)  # atan(4 / 3)

    def test_an_answer_that_failed_is_made_up_for_by_the_one_a_period_away(self, journey: Journey) -> None:
        # from 90° with 5 s → 3 s and 10 s → 3 s, 15 s → 23 s instead of 13 s: 3 m/s everywhere
        assert Roof(journey).blow(measured(3.0), None) == pytest.approx(45.0)

    @pytest.mark.parametrize(
        "speeds",
        [
            [None],
            [Reading(None, Status.FAULT)],
            [measured(3.0), Reading(9.0, Status.FAULT)],
            [measured(3.0), Reading(9.0, Status.CALIBRATING)],
        ],
    )
    def test_without_every_speed_all_directions_count_the_same(
        self, journey: Journey, speeds: list[Reading | None]
    ) -> None:
        assert Roof(journey).blow(*speeds) == pytest.approx(45.0)

    def test_a_speed_from_too_long_ago_is_none(self, journey: Journey) -> None:
        # the last speed is that of 283 s: 293 s is its period later, and 295 s would have to do with it
        winds = [measured(3.0), measured(4.0)] * 14 + [measured(3.0), None]
        assert Roof(journey).blow(*winds) == pytest.approx(45.0)

    def test_the_hour_is_made_in_the_same_way(self, journey: Journey) -> None:
        roof = Roof(journey)
        for _ in range(12):
            roof.blow(measured(3.0), measured(4.0))
            roof.clock.advance(-2.0)
        roof.clock.advance(2.0)
        roof.tick()
        (hour,) = records(journey, HOUR_MS)
        assert line(hour, WIND).value == pytest.approx(53.130102)


NO_PPM, NO, NOX = Parameter("NO", "ppm"), Parameter("NO", "mg/Nm3"), Parameter("NOx", "mg/Nm3")
DERIVATION = Derivation((Converted(NO, NO_PPM, Conversion(30.006), ConditionSources()),), (Computed(NOX, "NO * 2"),))
NO_MG = pytest.approx(12.2724, abs=1e-4)
"""10 ppm × 30.006 / 24.45"""


class Rack(Station):
    """An analyser that says ppm, at a station that sends mg/Nm3, and twice of it."""

    def __init__(self, journey: Journey, wall_ms: int = MIDNIGHT_MS, derivation: Derivation = DERIVATION) -> None:
        super().__init__(journey, wall_ms)
        derivations = DerivationStore(journey.database)
        derivations.adopt(derivation, wall_ms)
        expected = [Expectation(NO_PPM, PERIOD_MS)]
        self.recorder = journey.recorder({"rack": PERIOD_MS}, SLOT_MS, GRACE_MS)
        self.closer = Closer(
            journey.readings,
            journey.records,
            RULES,
            expected,
            wall_ms / 1000,
            [self.poll],
            self.recorder.flush,
            CountedFrom1970(),
            derivations,
        )

    def smoke(self, ppm: float) -> None:
        for _ in range(60):
            self.recorder.accept(sample_of("rack", self.clock.wall_ms, NO_PPM, measured(ppm)))
            self.clock.advance(5.0)
            self.tick()


class TestDerivations:
    def test_the_converted_value_is_sent_and_the_measured_one_kept_beside_it(self, journey: Journey) -> None:
        rack = Rack(journey)
        for _ in range(12):
            rack.smoke(10.0)
        rack.clock.advance(2.0)
        rack.tick()
        for length_ms, parts in ((SLOT_MS, 60), (HOUR_MS, 12)):
            kept = records(journey, length_ms)[0]
            assert [one.parameter for one in kept.lines] == [NO, NOX]
            assert line(kept, NO) == Average(NO_MG, Status.MEASURING, parts, parts)
            assert line(kept, NOX).value == pytest.approx(24.5448, abs=1e-4)
            assert kept.measured == (Line(NO_PPM, Average(10.0, Status.MEASURING, parts, parts)),)

    def test_a_slot_is_closed_by_the_derivation_of_its_time(self, journey: Journey) -> None:
        rack = Rack(journey)
        rack.smoke(10.0)
        rack.recorder.flush()
        journey.restart()
        doubled = Derivation((replace(DERIVATION.converted[0], conversion=Conversion(60.012)),))
        again = Rack(journey, MIDNIGHT_MS + HOUR_MS, doubled)
        again.smoke(10.0)
        again.clock.advance(2.0)
        again.tick()
        then, now = records(journey)
        assert [one.average.value for one in then.lines] == [NO_MG, pytest.approx(24.5448, abs=1e-4)]
        assert [one.average.value for one in now.lines] == [pytest.approx(24.5448, abs=1e-4)]

    def test_the_same_derivation_is_adopted_once(self, journey: Journey) -> None:
        for _ in range(3):
            Rack(journey)
            journey.restart()
        assert journey.database.read("SELECT count(*) FROM recipe")[0][0] == 1


class TestRestart:
    def test_what_the_last_run_left_open_is_closed_by_the_next(self, journey: Journey) -> None:
        station = Station(journey)
        station.live(300.0)
        station.recorder.flush()
        journey.restart()
        again = Station(journey, MIDNIGHT_MS + DAY_MS)
        again.tick()
        assert ends(journey) == [FIRST.end_ms]
        assert line(records(journey)[0]) == Average(7.0, Status.MEASURING, 60, 60)

    def test_slots_in_which_the_gateway_was_off_are_not_invented(self, journey: Journey) -> None:
        station = Station(journey)
        station.live(305.0)
        journey.restart()
        again = Station(journey, MIDNIGHT_MS + 2 * HOUR_MS)
        again.live(310.0)
        assert ends(journey) == [FIRST.end_ms, FIRST.end_ms + SLOT_MS, MIDNIGHT_MS + 2 * HOUR_MS + SLOT_MS]

    def test_a_slot_cut_short_by_the_crash_says_so_by_its_status(self, journey: Journey) -> None:
        station = Station(journey)
        station.live(200.0)
        station.recorder.flush()
        again = Station(journey, MIDNIGHT_MS + HOUR_MS)
        again.tick()
        assert line(records(journey)[0]) == Average(None, Status.FAULT, 0, 60)

    def test_a_line_whose_readings_a_crash_took_is_told_with_status_02(self, journey: Journey) -> None:
        station = Station(journey, FIRST.start_ms - 5000)
        station.measure(measured(7.0), measured(40.0))
        station.clock.advance(10.0)
        station.measure(measured(7.0))
        station.recorder.flush()
        Station(journey, MIDNIGHT_MS + HOUR_MS).tick()
        cut = records(journey)[1]
        assert [(one.parameter, one.average) for one in cut.lines] == [
            (PH, Average(None, Status.FAULT, 0, 60)),
            (COD, Average(None, Status.FAULT, 0, 60)),
        ]

    def test_a_parameter_added_since_is_not_invented_for_the_old_slot(self, journey: Journey) -> None:
        old = Station(journey, configured=[Expectation(PH, PERIOD_MS)])
        for _ in range(60):
            old.measure(measured(7.0))
            old.clock.advance(5.0)
        old.recorder.flush()
        Station(journey, MIDNIGHT_MS + HOUR_MS).tick()
        assert [one.parameter for one in records(journey)[0].lines] == [PH]

    def test_a_line_none_of_whose_readings_was_ever_kept_is_told_where_the_configuration_is_the_same(
        self, journey: Journey
    ) -> None:
        """The power went seconds after the very first start, before the second instrument's first reading was kept."""
        station = Station(journey, configured_since_ms=MIDNIGHT_MS)
        station.measure(measured(7.0))
        station.recorder.flush()
        Station(journey, MIDNIGHT_MS + HOUR_MS, configured_since_ms=MIDNIGHT_MS).tick()
        (cut,) = records(journey)
        assert [(one.parameter, one.average) for one in cut.lines] == [
            (PH, Average(None, Status.FAULT, 0, 60)),
            (COD, Average(None, Status.FAULT, 0, 60)),
        ]

    def test_a_configuration_that_came_later_adds_no_line_to_an_old_slot(self, journey: Journey) -> None:
        old = Station(journey, configured=[Expectation(PH, PERIOD_MS)])
        old.measure(measured(7.0))
        old.recorder.flush()
        Station(journey, MIDNIGHT_MS + HOUR_MS, configured_since_ms=FIRST.end_ms).tick()
        assert [one.parameter for one in records(journey)[0].lines] == [PH]

    def test_a_parameter_removed_since_is_still_told_and_by_its_old_period(self, journey: Journey) -> None:
        station = Station(journey)
        station.live(300.0)
        station.recorder.flush()
        again = Station(journey, MIDNIGHT_MS + HOUR_MS, configured=[Expectation(COD, 1000)])
        again.tick()
        (only,) = records(journey)
        assert [one.parameter for one in only.lines] == [COD, PH]
        assert [one.average.expected for one in only.lines] == [60, 60]

    def test_a_change_in_the_middle_of_a_slot_tells_about_old_and_new(self, journey: Journey) -> None:
        old = Station(journey, configured=[Expectation(PH, PERIOD_MS)])
        for _ in range(30):
            old.measure(measured(7.0))
            old.clock.advance(5.0)
        old.recorder.flush()
        new = Station(journey, old.clock.wall_ms, configured=[Expectation(COD, PERIOD_MS)])
        new.clock.advance(152.0)
        new.tick()
        assert [one.parameter for one in records(journey)[0].lines] == [COD, PH]

    @pytest.mark.parametrize(
        ("before_s", "after_s", "change_s", "expected"),
        [(5, 60, 150, 32), (60, 5, 150, 32), (60, 5, 240, 16), (5, 60, 30, 10)],
    )
    def test_another_poll_period_in_the_middle_of_a_slot_makes_no_false_02(
        self, before_s: int, after_s: int, change_s: int, expected: int, journey: Journey
    ) -> None:
        station = Station(journey, configured=[Expectation(PH, after_s * 1000)])
        for second in range(300):
            if second == change_s:
                station.recorder.flush()
            if second in (0, change_s):
                period_s = before_s if second == 0 else after_s
                station.recorder.measure({"multiprobe": period_s * 1000}, {})
            if (second - (0 if second < change_s else change_s)) % period_s == 0:
                station.measure(measured(7.0))
            station.clock.advance(1.0)
        station.clock.advance(GRACE_MS / 1000)
        station.tick()
        made = line(records(journey)[0])
        assert (made.status, made.expected) == (Status.MEASURING, expected)
        assert made.readings - expected in (0, 1)  # a part of the slot that begins with a reading may have one more

    def test_a_gap_beside_a_changed_period_is_02_as_ever(self, journey: Journey) -> None:
        station = Station(journey, configured=[Expectation(PH, 5000)])
        station.recorder.measure({"multiprobe": 60_000}, {})
        station.measure(measured(7.0))
        station.clock.advance(60.0)
        station.recorder.flush()
        station.recorder.measure({"multiprobe": 5000}, {})
        station.measure(measured(7.0))
        station.clock.advance(242.0)
        station.tick()
        assert line(records(journey)[0]).status is Status.FAULT

    def test_slots_of_another_length_left_open_are_closed_as_what_they_were(self, journey: Journey) -> None:
        station = Station(journey)
        station.live(300.0)
        station.recorder.flush()
        minute = ClosingRules(60_000, GRACE_MS, 75.0)
        again = Station(journey, MIDNIGHT_MS + SLOT_MS, minute)
        again.live(70.0)
        assert line(records(journey)[0]) == Average(7.0, Status.MEASURING, 60, 60)
        assert ends(journey, 60_000) == [MIDNIGHT_MS + SLOT_MS + 60_000]

    def test_an_hour_that_was_a_plain_slot_before_the_change_keeps_its_readings(self, journey: Journey) -> None:
        """`reporting.slot` was 1h; now it is 5min and a destination wants the hour: a summary of nothing was kept."""
        hourly = Station(journey, rules=ClosingRules(HOUR_MS, GRACE_MS, 75.0))
        hourly.live(3600.0)
        hourly.recorder.flush()
        again = Station(journey, MIDNIGHT_MS + HOUR_MS)
        again.clock.advance(3.0)
        again.tick()
        assert line(records(journey, HOUR_MS)[0]).value == 7.0

    def test_readings_of_a_block_that_lie_in_the_next_slot_are_not_counted_twice(self, journey: Journey) -> None:
        """Packed by the old slot's length, averaged by the new one's."""
        station = Station(journey)
        for _ in range(24):
            station.measure(measured(7.0), measured(21.0))
            station.clock.advance(5.0)
        station.recorder.flush()
        journey.readings.add([block(MIDNIGHT_MS + 1000, measured(7.0), slot_ms=60_000)])
        Station(journey, MIDNIGHT_MS + HOUR_MS, ClosingRules(60_000, GRACE_MS, 75.0)).tick()
        assert line(records(journey, 60_000)[0]).readings == 13


class TestClock:
    def test_an_hour_ahead_and_back_gives_no_slot_twice(self, journey: Journey) -> None:
        station = Station(journey)
        station.live(600.0)
        station.clock.jump_wall(HOUR_MS)
        station.live(600.0)
        ahead = records(journey)
        station.clock.jump_wall(-HOUR_MS)
        station.live(2 * 3600.0, value=8.0)
        found = ends(journey)
        assert found == sorted(set(found))
        assert [one for one in records(journey) if one in ahead] == ahead
        late = journey.database.read("SELECT count(*) FROM reading_block WHERE late")[0][0]
        assert late > 0

    def test_years_ahead_and_back_invents_nothing_between(self, journey: Journey) -> None:
        station, years_ms = Station(journey), 3 * 365 * DAY_MS
        station.live(310.0)
        station.clock.jump_wall(years_ms)
        station.live(610.0)
        station.clock.jump_wall(-years_ms)
        station.live(310.0)
        numbers = [(end_ms - MIDNIGHT_MS) // SLOT_MS for end_ms in ends(journey)]
        assert numbers == [1, 2, 4, years_ms // SLOT_MS + 2, years_ms // SLOT_MS + 3]

    def test_back_to_1970_measures_on(self, journey: Journey) -> None:
        station = Station(journey)
        station.live(310.0)
        station.clock.jump_wall(-station.clock.wall_ms)
        station.live(610.0)
        assert {SLOT_MS, 2 * SLOT_MS} <= set(ends(journey))

    def test_a_slot_that_is_far_ahead_holds_up_no_other(self, journey: Journey) -> None:
        station = Station(journey)
        journey.readings.add([block(MIDNIGHT_MS + 365 * DAY_MS, measured(7.0))])
        station.live(310.0)
        assert ends(journey) == [FIRST.end_ms]


class TestHours:
    def test_an_hour_is_made_of_its_slots_once_all_are_closed(self, journey: Journey) -> None:
        station = Station(journey)
        station.live(1800.0, value=7.0)
        station.live(1800.0, value=8.0)
        assert ends(journey, HOUR_MS) == []
        station.live(5.0)
        (hour,) = records(journey, HOUR_MS)
        assert hour.slot.end_ms == MIDNIGHT_MS + HOUR_MS
        assert line(hour) == Average(7.5, Status.MEASURING, 12, 12)

    def test_an_hour_waits_for_a_slot_that_waits_for_a_poll(self, journey: Journey) -> None:
        station = Station(journey)
        station.live(3600.0)
        station.poll.began_ms = station.clock.wall_ms - 1
        station.clock.advance(5.0)
        station.tick()
        assert ends(journey, HOUR_MS) == []
        station.poll.began_ms = None
        station.tick()
        assert len(ends(journey)) == 12
        assert ends(journey, HOUR_MS) == [MIDNIGHT_MS + HOUR_MS]

    def test_an_hour_waits_for_a_slot_that_came_to_light_only_now(self, journey: Journey) -> None:
        """The clock was an hour behind for a moment: what was read then is still in memory when the hour is due."""
        station = Station(journey, MIDNIGHT_MS + HOUR_MS - 2 * SLOT_MS)
        station.live(595.0, value=8.0)
        station.clock.advance(7.0)
        station.recorder.step(station.clock.now())
        station.recorder.accept(sample(MIDNIGHT_MS + 1000, measured(7.0), measured(21.0)))
        station.closer.step(station.clock.now())
        last_two = [MIDNIGHT_MS + HOUR_MS - SLOT_MS, MIDNIGHT_MS + HOUR_MS]
        assert ends(journey) == last_two
        assert ends(journey, HOUR_MS) == []
        station.closer.step(station.clock.now())
        assert ends(journey) == [MIDNIGHT_MS + SLOT_MS, *last_two]
        assert ends(journey, HOUR_MS) == [MIDNIGHT_MS + HOUR_MS]

    def test_an_hour_with_the_gateway_off_for_most_of_it_has_status_02(self, journey: Journey) -> None:
        Station(journey).live(305.0)
        Station(journey, MIDNIGHT_MS + 2 * HOUR_MS).tick()
        assert line(records(journey, HOUR_MS)[0]) == Average(None, Status.FAULT, 0, 12)

    def test_nobody_wants_the_hour_any_more(self, journey: Journey) -> None:
        Station(journey).live(305.0)
        without = Station(journey, MIDNIGHT_MS + 2 * HOUR_MS, ClosingRules(SLOT_MS, GRACE_MS, 75.0))
        without.tick()
        assert journey.records.oldest_open_ms() is None


def test_a_series_follows_one_parameter_through_changing_records(journey: Journey) -> None:
    station = Station(journey)
    station.live(305.0)
    later = Station(journey, station.clock.wall_ms, configured=[Expectation(COD, PERIOD_MS)])
    later.clock.advance(600.0)
    later.tick()
    found = list(journey.records.series(COD, SLOT_MS, -1, 1 << 62))
    assert [end_ms for end_ms, _ in found] == ends(journey)
    assert found[0][1] == Average(21.0, Status.MEASURING, 60, 60)
