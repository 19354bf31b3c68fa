"""How far an instrument is off, told as on paper."""

from __future__ import annotations

import pytest

from gateway.core.calibration_check import CalibrationCheck, CheckKind


def check(reference: float, measured: float) -> CalibrationCheck:
    return CalibrationCheck("SO2", "mg/Nm3", 0, CheckKind.SPAN, reference, measured)


def test_a_deviation_is_what_people_subtract_on_paper() -> None:
    assert check(50, 49.2).deviation == -0.8
    assert check(0.3, 0.1).deviation == -0.2
    assert check(50, 49.2).of_reference == pytest.approx(-0.016)


def test_of_a_zero_there_is_no_part_but_of_the_range() -> None:
    zero = check(0, 1.5)
    assert zero.of_reference is None
    assert zero.of_range((0, 100)) == 0.015
    assert zero.share(None) is None
    assert zero.share((0, 100)) == 0.015


def test_with_a_negative_reference_the_sign_is_still_that_of_the_deviation() -> None:
    assert check(-10, -9).of_reference == 0.1


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_no_number_is_kept_that_is_none(number: float) -> None:
    with pytest.raises(ValueError, match="finite"):
        check(number, 1)
    with pytest.raises(ValueError, match="finite"):
        check(1, number)


def test_a_reference_so_small_that_the_part_has_no_number_tells_none() -> None:
    assert check(5e-324, 1e300).of_reference is None
