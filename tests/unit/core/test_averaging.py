"""Value and status of a slot: worked examples of TT10/2021's rule, and the mean against a naive one."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.core.averaging import Average, Averaging, arithmetic_mean, average, rolling_means, total, vector_mean
from gateway.core.reading import Parameter, Reading, Status
from tests.support.journey import PH, WD, calibrating, faulty, measured

RAIN = Parameter("Rain", "mm")
WS = Parameter("WS", "m/s")

finite = st.floats(allow_nan=False, allow_infinity=False)


def of(*readings: Reading, expected: int = 60, min_coverage: float = 75.0) -> Average:
    return average(readings, expected, min_coverage, PH)


class TestCoverage:
    def test_three_quarters_exactly_are_enough(self) -> None:
        assert of(*[measured(7.2)] * 45) == Average(7.2, Status.MEASURING, 45, 60)

    def test_one_below_three_quarters_is_a_fault_without_a_value(self) -> None:
        assert of(*[measured(7.2)] * 44) == Average(None, Status.FAULT, 0, 60)

    def test_a_faulty_reading_with_a_value_is_not_measuring(self) -> None:
        assert of(*[measured(7.2)] * 44, *[faulty(9.9)] * 16) == Average(9.9, Status.FAULT, 16, 60)

    def test_the_share_is_configuration(self) -> None:
        assert of(*[measured(7.2)] * 44, min_coverage=73.3).status is Status.MEASURING
        assert of(*[measured(7.2)] * 59, min_coverage=100.0).status is Status.FAULT

    def test_without_a_single_reading_it_is_a_fault_whatever_the_share(self) -> None:
        assert of(min_coverage=0.0) == Average(None, Status.FAULT, 0, 60)

    def test_more_readings_than_expected_do_no_harm(self) -> None:
        """A clock that steps back makes a slot last longer."""
        assert of(*[measured(7.2)] * 120) == Average(7.2, Status.MEASURING, 120, 60)


class TestStatusBelowCoverage:
    def test_calibrating_held_for_more_of_the_slot(self) -> None:
        assert of(*[measured(7.2)] * 29, *[calibrating(4.0)] * 16, *[faulty()] * 15).status is Status.CALIBRATING

    def test_a_tie_is_a_fault(self) -> None:
        assert of(*[measured(7.2)] * 30, *[calibrating(4.0)] * 15, *[faulty()] * 15).status is Status.FAULT

    def test_what_never_came_counts_as_fault(self) -> None:
        """30 of calibration, 30 of which nothing is known: a tie."""
        assert of(*[calibrating(4.0)] * 30).status is Status.FAULT
        assert of(*[calibrating(4.0)] * 31).status is Status.CALIBRATING

    def test_the_value_is_the_mean_of_the_readings_with_the_slots_own_status(self) -> None:
        slot = of(*[measured(7.2)] * 10, *[calibrating(4.0)] * 30, *[calibrating(5.0)] * 10, *[faulty(99.0)] * 10)
        assert slot == Average(4.25, Status.CALIBRATING, 40, 60)

    def test_calibration_without_values_has_none(self) -> None:
        assert of(*[calibrating()] * 60) == Average(None, Status.CALIBRATING, 0, 60)


class TestArithmeticMean:
    def test_it_is_the_mean_of_the_decimals_that_people_see(self) -> None:
        assert arithmetic_mean([7.21, 7.22]) == 7.215
        assert arithmetic_mean([0.1] * 10) == 0.1
        assert arithmetic_mean([0.1, 0.2, 0.3]) == 0.2

    @given(st.lists(finite, min_size=1, max_size=50))
    @example([1e300, 1.0, -1e300])
    @example([1.7976931348623157e308] * 3)
    @example([5e-324, 5e-324])
    @example([-0.0])
    def test_it_is_the_naive_mean_rounded_once(self, values: list[float]) -> None:
        naive = sum((Fraction(repr(value)) for value in values), Fraction(0)) / len(values)
        assert arithmetic_mean(values) == float(naive)

    @given(st.lists(finite, min_size=1, max_size=50))
    def test_it_never_leaves_the_range_of_its_values(self, values: list[float]) -> None:
        assert min(values) <= arithmetic_mean(values) <= max(values)

    @given(finite, st.integers(1, 50))
    def test_equal_values_are_their_own_mean(self, value: float, count: int) -> None:
        assert arithmetic_mean([value] * count) == value


class TestVectorMean:
    @pytest.mark.parametrize(
        ("winds", "mean"),
        [
            ([359, 1], 0),
            ([350, 20], 5),
            ([90], 90),
            ([360], 0),
            ([0], 0),
            ([270, 270, 180, 180], 225),
            ([10, 350, 0], 0),
        ],
    )
    def test_directions_meet_across_north(self, winds: list[float], mean: float) -> None:
        assert vector_mean(winds) == pytest.approx(mean, abs=1e-9)

    @pytest.mark.parametrize("winds", [[0, 180], [90, 270], [0, 120, 240], [45, 225, 135, 315]])
    def test_opposite_winds_have_no_direction(self, winds: list[float]) -> None:
        assert vector_mean(winds) is None

    def test_a_slot_of_opposite_winds_has_status_02_and_no_value(self) -> None:
        """It was measured, but no value can be told; and 00 without a value would be a lie."""
        assert average([measured(0), measured(180)], 2, 75.0, WD) == Average(None, Status.FAULT, 2, 2)

    def test_it_is_used_for_degrees_and_for_nothing_else(self) -> None:
        assert average([measured(359), measured(1)], 2, 75.0, WD).value == 0.0
        assert average([measured(359), measured(1)], 2, 75.0, PH).value == 180.0

    @pytest.mark.parametrize(
        ("winds", "speeds", "mean"),
        [
            ([0, 90], [3, 4], 53.130102354),  # atan(4/3)
            ([350, 10], [2, 1], 356.636272588),  # -atan(tan 10° / 3)
            ([0, 90], [3, 0], 0),
            ([0, 180], [2, 1], 0),
        ],
    )
    def test_a_stronger_wind_counts_for_more(self, winds: list[float], speeds: list[float], mean: float) -> None:
        assert vector_mean(winds, speeds) == pytest.approx(mean, abs=1e-9)

    @pytest.mark.parametrize("speeds", [[3.0, None], [None, None], [0.0, 0.0], [3.0, -1.0]])
    def test_without_every_speed_and_in_a_calm_all_directions_count_the_same(self, speeds: list[float | None]) -> None:
        assert vector_mean([0, 90], speeds) == 45.0

    def test_the_lightest_breath_has_a_direction(self) -> None:
        assert vector_mean([90], [1e-12]) == 90.0
        assert vector_mean([0, 180], [1e12, 1e12]) is None

    def test_equal_winds_from_opposite_sides_have_no_direction(self) -> None:
        assert vector_mean([0, 180], [2.0, 2.0]) is None

    @given(st.lists(st.floats(0, 360), min_size=1, max_size=50), st.floats(0.1, 60))
    def test_equal_speeds_change_nothing(self, winds: list[float], speed: float) -> None:
        plain, weighted = vector_mean(winds), vector_mean(winds, [speed] * len(winds))
        if plain is None or weighted is None:
            return  # a resultant at the edge of nothing
        assert (plain - weighted + 180) % 360 - 180 == pytest.approx(0, abs=1e-5)

    @given(st.lists(st.floats(0, 360), min_size=1, max_size=50))
    def test_it_lies_in_0_to_360(self, winds: list[float]) -> None:
        mean = vector_mean(winds)
        assert mean is None or 0.0 <= mean < 360.0

    @given(st.floats(0, 359.99), st.lists(st.floats(-80, 80), min_size=1, max_size=20))
    def test_turning_every_wind_turns_the_mean(self, turn: float, winds: list[float]) -> None:
        straight = vector_mean([wind % 360 for wind in winds])
        turned = vector_mean([(wind + turn) % 360 for wind in winds])
        assert straight is not None
        assert turned is not None
        assert (turned - straight - turn + 180) % 360 - 180 == pytest.approx(0, abs=1e-6)


class TestOtherAveraging:
    def test_rain_adds_up_as_people_read_it(self) -> None:
        assert total([0.1, 0.2]) == 0.3
        slot = average([measured(0.2)] * 59 + [faulty(9.0)], 60, 75.0, RAIN, Averaging.SUM)
        assert slot == Average(11.8, Status.MEASURING, 59, 60)

    def test_a_sum_beyond_any_number_is_none(self) -> None:
        assert total([1.7e308, 1.7e308]) is None
        slot = average([measured(1.7e308)] * 2, 2, 75.0, RAIN, Averaging.SUM)
        assert slot == Average(None, Status.FAULT, 2, 2)

    def test_gusts_are_the_greatest_that_was_measured(self) -> None:
        slot = average([measured(3.0), measured(9.5), measured(4.0), faulty(60.0)], 4, 75.0, WS, Averaging.MAX)
        assert slot == Average(9.5, Status.MEASURING, 3, 4)

    def test_a_counter_is_what_it_said_last_while_measuring(self) -> None:
        slot = average(
            [measured(17.0), measured(18.0), measured(18.5), calibrating(0.0)], 4, 75.0, RAIN, Averaging.LAST
        )
        assert slot == Average(18.5, Status.MEASURING, 3, 4)

    def test_an_angle_can_be_averaged_otherwise_if_a_station_wants_it(self) -> None:
        assert average([measured(359), measured(1)], 2, 75.0, WD, Averaging.LAST).value == 1.0

    def test_only_the_speeds_of_the_readings_that_count_are_looked_at(self) -> None:
        readings = [measured(0), measured(90), faulty(200)]
        assert average(readings, 2, 75.0, WD, speeds=[3.0, 4.0, None]).value == pytest.approx(53.130102354)

    def test_as_many_speeds_as_readings(self) -> None:
        with pytest.raises(ValueError, match="shorter"):
            average([measured(0), measured(90)], 2, 75.0, WD, speeds=[3.0])

    @given(st.lists(st.lists(st.integers(0, 500).map(lambda tenths: tenths / 10), min_size=1), min_size=1, max_size=12))
    def test_the_hour_is_made_of_its_slots(self, slots: list[list[float]]) -> None:
        """A sum of sums, the greatest of the greatest, the newest of the newest are those of all readings."""
        readings = [value for slot in slots for value in slot]
        for averaging in (Averaging.SUM, Averaging.MAX, Averaging.LAST):
            parts = [average([measured(one) for one in slot], len(slot), 75.0, RAIN, averaging).value for slot in slots]
            hour = average([measured(part) for part in parts if part is not None], len(slots), 75.0, RAIN, averaging)
            whole = average([measured(one) for one in readings], len(readings), 75.0, RAIN, averaging)
            assert hour.value == whole.value


def test_rolling_means_need_enough_of_their_values() -> None:
    assert rolling_means([1.0, None, None, 4.0, 6.0], 2, 50) == [1.0, 1.0, None, 4.0, 5.0]
    assert rolling_means([7.21, 7.22], 2, 100) == [None, 7.215]  # as decimals
    assert rolling_means([], 3, 75) == []
