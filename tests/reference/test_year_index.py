"""The air quality index of each day of half the year, and of hours through it: out of the database, and out of arrays.

Decision 1459/QĐ-TCMT: an hour's mean, of nine of its slots; dust by NowCast and by the day's mean of 18 hours; ozone by
its greatest hour and the greatest of 24 means of 8 hours, the first of which begins in the evening before.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest

from gateway.config import Configuration, Language
from gateway.core.interfaces import Instant
from gateway.reports.air import air_indices
from gateway.reports.document import Calendar, Report, ReportKind
from gateway.reports.formats import ReportFormat, render
from gateway.reports.period import between
from gateway.reports.registry import build
from tests.reference.opinion import nowcasts_of
from tests.reference.year import BEGIN_MS, DAYS, HOUR_MS, SEED, ZONE, ambient_year, slot_at
from tests.reference.year_law import Floats, days_of, hours_of
from tests.reference.year_station import NOW_MS, ambient
from tests.support.journey import Journey, at

SYMBOLS = ("PM2,5", "PM10", "O3", "SO2", "NO2", "CO")
DUST = ("PM2,5", "PM10")
INDEX = [0, 50, 100, 150, 200, 300, 400, 500]
POINTS = {
    "O3": [0, 160, 200, 300, 400, 800, 1000, 1200],
    "CO": [0, 10000, 30000, 45000, 60000, 90000, 120000, 150000],
    "SO2": [0, 125, 350, 550, 800, 1600, 2100, 2630],
    "NO2": [0, 100, 200, 700, 1200, 2350, 3100, 3850],
    "PM10": [0, 50, 150, 250, 350, 420, 500, 600],
    "PM2,5": [0, 25, 50, 80, 150, 250, 350, 500],
}
EIGHT_HOURS = [0, 100, 120, 170, 210, 400]
FIRST_DAY, BEHIND_DAY = slot_at("2025-10-01 00:00") // 288, slot_at("2026-04-01 00:00") // 288
CLASSES = {"good": 50, "moderate": 100, "poor": 150, "bad": 200, "very_bad": 300, "hazardous": 500}


def indices(concentrations: Floats, points: list[float]) -> Floats:
    """NaN of what is negative, and of what lies beyond a row that does not reach 500."""
    found = np.floor(np.round(np.interp(concentrations, points, INDEX[: len(points)]), 9) + 0.5)
    beyond = concentrations > points[-1] if len(points) < len(INDEX) else np.zeros(len(found), bool)
    return np.where(np.isnan(concentrations) | (concentrations < 0) | beyond, np.nan, found)


def hours(symbol: str) -> Floats:
    return hours_of(ambient_year().series[symbol], ambient_year())


def days() -> pd.DataFrame:
    """A row a day."""
    found = {}
    for symbol in SYMBOLS:
        own = hours(symbol)
        if symbol in DUST:
            found[symbol] = indices(days_of(own), POINTS[symbol])
            continue
        greatest = pd.DataFrame(own.reshape(DAYS, 24)).max(axis=1).to_numpy()
        found[symbol] = indices(greatest, POINTS[symbol])
        if symbol == "O3":
            eight = pd.Series(own).rolling(8, min_periods=6).mean().to_numpy().reshape(DAYS, 24)
            found[symbol] = np.fmax(found[symbol], indices(pd.DataFrame(eight).max(axis=1).to_numpy(), EIGHT_HOURS))
    return pd.DataFrame(found)


def of_hours() -> pd.DataFrame:
    """A row an hour, from the twelfth on."""
    return pd.DataFrame(
        {
            symbol: indices(nowcasts_of(hours(symbol)) if symbol in DUST else hours(symbol)[11:], POINTS[symbol])
            for symbol in SYMBOLS
        }
    )


def of_station(frame: pd.DataFrame) -> pd.Series:
    return frame.max(axis=1).where(frame[list(DUST)].notna().any(axis=1))


def told(value: float) -> int | None:
    return None if np.isnan(value) else int(value)


@pytest.fixture(scope="module")
def station(ambient_station: Journey) -> tuple[Configuration, Journey]:
    return ambient(ambient_station.file.parent), ambient_station


@pytest.fixture(scope="module")
def report(station: tuple[Configuration, Journey]) -> Report:
    configuration, journey = station
    asked = between("2025-10-01", "2026-03-31", ZONE)
    return build(ReportKind.DAILY, configuration, journey.database, asked, NOW_MS)


def test_the_index_of_every_day(report: Report) -> None:
    rows: list[dict[str, Any]] = json.loads(render(report, ReportFormat.JSON, Language.ENGLISH))["air_quality"]
    theirs = days().iloc[FIRST_DAY:BEHIND_DAY]
    station_index = of_station(theirs)
    for row, (_, day), index in zip(rows, theirs.iterrows(), station_index, strict=True):
        assert {symbol: row[f"air_{symbol}"] for symbol in SYMBOLS} == {
            symbol: told(value) for symbol, value in day.items()
        }, row["day"]
        assert row["air_index"] == told(index), row["day"]
        if row["air_index"] is not None:
            assert row["air_class"] == next(name for name, upto in CLASSES.items() if index <= upto)
            assert day[row["air_symbol"]] == index
    assert theirs[[*DUST, "O3"]].isna().any().all()
    assert station_index.nunique() > 80
    by_hours_alone = indices(pd.DataFrame(hours("O3").reshape(DAYS, 24)).max(axis=1).to_numpy(), POINTS["O3"])
    assert (days()["O3"] > by_hours_alone).any()


def test_the_class_of_every_hour(report: Report) -> None:
    """As the calendar draws it."""
    (section,) = (one for one in report.sections if one.key == "air_quality")
    (calendar,) = section.pictures
    assert isinstance(calendar, Calendar)
    ours = [calendar.kinds[field or 0] for _, fields in calendar.rows for field in fields]
    theirs = of_station(of_hours())[FIRST_DAY * 24 - 11 : BEHIND_DAY * 24 - 11]
    names = [
        "air_none" if np.isnan(one) else "air_" + next(name for name, upto in CLASSES.items() if one <= upto)
        for one in theirs
    ]
    assert ours == names
    assert len(set(names)) > 5


def test_the_index_at_hours_through_the_year(station: tuple[Configuration, Journey]) -> None:
    """As `gateway status` and the page show it then."""
    configuration, journey = station
    random = np.random.default_rng(SEED)
    whole_hours = random.integers(30, DAYS * 24, 60).tolist()
    midnight = slot_at("2026-01-01 00:00") // 12
    theirs, station_hours = of_hours(), of_station(of_hours())
    station_days = of_station(days())
    for hour in [*whole_hours, *range(midnight - 2, midnight + 3)]:
        now: Instant = at(BEGIN_MS + hour * HOUR_MS + 5 * 60_000)
        found = air_indices(configuration, journey.database, now.wall_ms)
        assert found is not None
        assert found.hour.end_ms == BEGIN_MS + hour * HOUR_MS
        assert dict(found.hour.quality.by_symbol) == {
            symbol: told(value) for symbol, value in theirs.iloc[hour - 12].items()
        }
        assert found.hour.quality.index == told(station_hours.iloc[hour - 12])
        assert found.day.quality.index == told(station_days.iloc[hour // 24 - 1])
