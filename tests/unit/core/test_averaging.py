"""Value and status of a slot: worked examples of TT10/2021's rule, and the mean against a naive one."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.core.averaging import Average, arithmetic_mean, average, vector_mean
from gateway.core.reading import Reading, Status
from tests.support.journey import PH, WD, calibrating, faulty, measured

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
