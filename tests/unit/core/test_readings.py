"""Readings side by side: what is said of each stays with it."""

from __future__ import annotations

import math

import pytest

from gateway.core.reading import Reading, Readings, Status
from gateway.core.reason import Cause, Reason

SILENT = Reason(Cause.SILENT, "unit 9 did not answer within 1 s")
MEASURING, FAULT, CALIBRATING = Status.MEASURING, Status.FAULT, Status.CALIBRATING


def test_reasons_and_instants_stay_beside_the_values_that_they_are_of() -> None:
    readings = Readings((7.1, None), (MEASURING, FAULT), (None, SILENT), (10.0, 11.5))
    assert readings[1:].reasons == (SILENT,)
    assert readings[1:].answered_s == (11.5,)
    held = readings.with_states((CALIBRATING, FAULT))
    assert (held.values, held.reasons, held.answered_s) == ((7.1, None), (None, SILENT), (10.0, 11.5))
    assert held.with_states((CALIBRATING, FAULT), (SILENT, SILENT)).reasons == (SILENT, SILENT)


def test_readings_are_equal_whatever_their_reasons_are() -> None:
    plain = Readings((None,), (FAULT,))
    assert plain == Readings((None,), (FAULT,), (SILENT,)) == (Reading(None, FAULT),)


@pytest.mark.parametrize("columns", [{"reasons": (SILENT, None)}, {"answered_s": ()}], ids=["reasons", "instants"])
def test_a_column_of_another_length_is_refused(columns: dict[str, tuple[None, ...]]) -> None:
    with pytest.raises(ValueError, match=r"1 values with \d"):
        Readings((1.0,), (MEASURING,), **columns)  # type: ignore[arg-type]


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_not_finite_is_no_reading(value: float) -> None:
    with pytest.raises(ValueError, match="finite"):
        Readings((1.0, value, -value), (MEASURING, MEASURING, MEASURING))


def test_values_whose_sum_is_beyond_any_float_are_values() -> None:
    assert Readings((1.7e308, 1.7e308), (MEASURING, MEASURING)).values == (1.7e308, 1.7e308)
