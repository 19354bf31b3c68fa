"""How long something that failed is left alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.backoff import delivery_pause_s, instrument_pause_s
from gateway.core.errors import ConfigError, Problem
from gateway.core.reading import Reading, Readings, Sample, Status
from tests.support.journey import PH, measured


def test_an_instrument_is_asked_less_and_less_often_up_to_once_a_minute() -> None:
    assert [instrument_pause_s(failures) for failures in (1, 2, 3, 4, 5, 6, 7, 1_000_000)] == [
        1,
        2,
        5,
        10,
        30,
        60,
        60,
        60,
    ]


@given(st.integers(1, 10**9), st.floats(0, 1, exclude_max=True))
def test_a_delivery_waits_between_one_second_and_five_minutes(failures: int, chance: float) -> None:
    assert 1.0 <= delivery_pause_s(failures, chance) <= 300.0


@given(st.integers(1, 100))
def test_the_pause_doubles_and_jitter_takes_at_most_half_of_it(failures: int) -> None:
    longest_s = min(300.0, 2.0**failures)
    assert delivery_pause_s(failures, 0.0) == longest_s / 2
    assert delivery_pause_s(failures, 0.999) == pytest.approx(longest_s, rel=1e-3)


class TestReading:
    @pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
    def test_a_value_that_is_no_number_is_no_value(self, value: float) -> None:
        with pytest.raises(ValueError, match="finite"):
            Reading(value, Status.FAULT)

    def test_measuring_without_a_value_is_a_contradiction(self) -> None:
        with pytest.raises(ValueError, match="cannot be MEASURING"):
            Reading(None, Status.MEASURING)

    @pytest.mark.parametrize(
        ("values", "statuses", "complaint"),
        [
            ((7.0, float("nan")), (Status.MEASURING, Status.FAULT), "finite"),
            ((7.0, None), (Status.MEASURING, Status.MEASURING), "cannot be MEASURING"),
            ((7.0, None), (Status.MEASURING,), "2 values with 1 statuses"),
        ],
    )
    def test_side_by_side_they_obey_the_same_rules(
        self, values: tuple[float | None, ...], statuses: tuple[Status, ...], complaint: str
    ) -> None:
        with pytest.raises(ValueError, match=complaint):
            Readings(values, statuses)

    def test_side_by_side_they_are_what_they_were(self) -> None:
        apart = (measured(7.0), Reading(None, Status.FAULT), Reading(0.0, Status.CALIBRATING))
        together = Readings.of(apart)
        assert (tuple(together), together[1], together[1:]) == (apart, apart[1], apart[1:])
        assert hash(together) == hash(apart)
        assert together != apart[:2]

    def test_a_sample_has_one_reading_per_parameter(self) -> None:
        with pytest.raises(ValueError, match="2 readings for 1 parameters"):
            Sample("multiprobe", 0, 0.0, (PH,), Readings.of([measured(7.0), measured(8.0)]))


def test_a_configuration_error_shows_every_problem_on_a_line() -> None:
    error = ConfigError(
        (Problem("a.yaml", 3, "station.kind", "is 'pond'", "write one of …"), Problem("a.yaml", 0, "", "b", "c"))
    )
    assert str(error).splitlines() == ["a.yaml:3: station.kind: is 'pond'; write one of …", "a.yaml: b; c"]
