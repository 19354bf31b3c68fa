"""A plate is the same however people write it."""

from __future__ import annotations

import pytest

from gateway.core.plate import normal_plate


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("30E00555", "30E00555"),
        ("30E-12345", "30E12345"),
        ("30e-005.55", "30E00555"),
        ("  29LD 123.45 ", "29LD12345"),
        ("51B-1234", "51B1234"),
        ("50LĐ-12345", "50LĐ12345"),
        ("50lđ–12345", "50LĐ12345"),
    ],
)
def test_groups_and_case_do_not_matter(written: str, read: str) -> None:
    assert normal_plate(written) == read


@pytest.mark.parametrize(
    "written", ["", "30E", "30E-123", "30E-123456", "E30-12345", "30ABC12345", "30E12345\n", "３０E12345"]
)
def test_what_no_passengers_vehicle_bears_is_none(written: str) -> None:
    assert normal_plate(written) is None
