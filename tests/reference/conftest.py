"""The simulated year, lived through once, however many processes test it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.reference.year_station import year_of
from tests.support.journey import Journey


@pytest.fixture(scope="session")
def shared_years(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    base = tmp_path_factory.getbasetemp()
    return (base if worker_id == "master" else base.parent) / "years"


@pytest.fixture(scope="session")
def ambient_station(shared_years: Path, tmp_path_factory: pytest.TempPathFactory) -> Journey:
    return year_of(tmp_path_factory.mktemp("ambient"), shared_years, "ambient")


@pytest.fixture(scope="session")
def wastewater_station(shared_years: Path, tmp_path_factory: pytest.TempPathFactory) -> Journey:
    return year_of(tmp_path_factory.mktemp("wastewater"), shared_years, "wastewater")
