"""The days of `tests.support.three_days`, lived once for all tests that only read them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from gateway.config import Configuration
from gateway.db import Database, open_database, verify
from gateway.reports import period
from gateway.reports.period import ReportPeriod
from tests.support.journey import Journey
from tests.support.three_days import configuration, fill


@dataclass(frozen=True, slots=True)
class Kept:
    folder: Path
    configuration: Configuration
    database: Database
    """Opened for reading only, as the commands do."""
    days: ReportPeriod


@pytest.fixture(scope="package")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    folder = tmp_path_factory.mktemp("kept")
    journey = Journey(folder)
    fill(journey)
    assert verify(journey.database) == []
    journey.database.close()
    reader = open_database(journey.file, read_only=True)
    yield Kept(folder, configuration(folder), reader, period.between("2026-01-05", "2026-01-07", "Asia/Ho_Chi_Minh"))
    reader.close()
