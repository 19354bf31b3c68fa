"""A destination with its two lanes at noon."""

from __future__ import annotations

import pytest

from tests.support.clock import FakeClock
from tests.support.destination import Destination
from tests.support.journey import HOUR_MS, MIDNIGHT_MS, Journey


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(MIDNIGHT_MS + 12 * HOUR_MS)


@pytest.fixture
def destination(journey: Journey, clock: FakeClock) -> Destination:
    return Destination(journey, clock)
