"""A database of its own for every test that asks, a destination at noon; the long runs begin while tests compute."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.db import verify
from tests.support.clock import FakeClock
from tests.support.destination import Destination
from tests.support.journey import HOUR_MS, MIDNIGHT_MS, Journey
from tests.support.live.rehearsals import begin


@pytest.fixture(scope="session", autouse=True)
def _rehearsals(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> None:
    begin(request, tmp_path_factory)


@pytest.fixture
def journey(tmp_path: Path) -> Iterator[Journey]:
    """Whatever a test does through the stages, it must leave a sound database."""
    made = Journey(tmp_path)
    yield made
    assert verify(made.database) == []
    made.database.close()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(MIDNIGHT_MS + 12 * HOUR_MS)


@pytest.fixture
def destination(journey: Journey, clock: FakeClock) -> Destination:
    """With its two lanes."""
    return Destination(journey, clock)
