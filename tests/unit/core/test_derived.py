"""The state of a computed reading."""

from __future__ import annotations

import pytest

from gateway.core.derived import derived
from gateway.core.reading import NO_ANSWER, Reading, Status
from tests.support.journey import calibrating, faulty, measured


@pytest.mark.parametrize(
    ("value", "inputs", "expected"),
    [
        (5.0, [measured(1), measured(2)], Reading(5.0, Status.MEASURING)),
        (5.0, [measured(1), calibrating(2)], Reading(5.0, Status.CALIBRATING)),
        (5.0, [faulty(1), calibrating(2)], Reading(5.0, Status.FAULT)),
        (None, [measured(1), measured(0)], Reading(None, Status.FAULT)),
        (None, [measured(1), calibrating()], Reading(None, Status.CALIBRATING)),
        (None, [measured(1), NO_ANSWER], Reading(None, Status.FAULT)),
        (5.0, [], Reading(5.0, Status.MEASURING)),
    ],
)
def test_it_is_that_of_the_worst_device_and_02_where_there_is_no_value(
    value: float | None, inputs: list[Reading], expected: Reading
) -> None:
    assert derived(value, inputs) == expected
