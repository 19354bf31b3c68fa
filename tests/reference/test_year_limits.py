"""Which limit was in force on each day of the year, and what exceeded it: as the gateway tells of it from its journal
and records, and a second time from the regulations' words."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import pytest

from gateway.audit.limit_history import limits_in_force
from gateway.config import Configuration, Language
from gateway.core.dated_limit import YEAR_MS
from gateway.core.reading import Parameter
from gateway.reports.document import ReportKind
from gateway.reports.formats import ReportFormat, render
from gateway.reports.limits_on_day import limits_on
from gateway.reports.period import between
from gateway.reports.registry import build
from tests.reference.year import (
    BEGIN_MS,
    CHANGE_OF_LAW,
    CHANGE_OF_PERMIT,
    HOUR_MS,
    SLOT_MS,
    SLOTS,
    ZONE,
    Year,
    ambient_year,
    slot_begins_ms,
    wastewater_year,
)
from tests.reference.year_law import AMBIENT, WASTEWATER, YEARLY, Held, compared, outside
from tests.reference.year_station import NOW_MS, after_the_change, ambient
from tests.support.journey import Journey

LAWS = [("ambient", symbol) for symbol in AMBIENT] + [("wastewater", symbol) for symbol in WASTEWATER]


@pytest.fixture(scope="module")
def stations(ambient_station: Journey, wastewater_station: Journey) -> dict[str, tuple[Configuration, Journey, Year]]:
    """As they are configured when the year is over."""
    return {
        "ambient": (ambient(ambient_station.file.parent), ambient_station, ambient_year()),
        "wastewater": (after_the_change(wastewater_station.file.parent), wastewater_station, wastewater_year()),
    }


@pytest.mark.parametrize(("kind", "symbol"), LAWS)
def test_the_limits_in_force_for_every_slot_of_the_year(
    stations: Mapping[str, tuple[Configuration, Journey, Year]], kind: str, symbol: str
) -> None:
    configuration, journey, year = stations[kind]
    history = limits_in_force(journey.database, configuration.finding_rules)
    spans = history(Parameter(symbol, year.series[symbol].unit))
    begins = slot_begins_ms()
    ours: dict[tuple[float | None, float | None, int], Any] = {}
    for span in spans:
        key = (span.limit.lowest, span.limit.highest, (span.limit.averaging_ms or 0) // HOUR_MS)
        holds = (span.from_ms <= begins) & (begins < span.until_ms)
        assert not (ours.get(key, np.zeros(SLOTS, bool)) & holds).any(), "twice at once"
        ours[key] = ours.get(key, np.zeros(SLOTS, bool)) | holds
    theirs: dict[tuple[float | None, float | None, int], Any] = {}
    for held in (AMBIENT | WASTEWATER)[symbol]:
        key = (held.lowest, held.highest, held.hours)
        theirs.setdefault(key, np.zeros(SLOTS, bool))[held.first : held.behind] = True
    if kind == "ambient" and symbol in YEARLY:
        theirs[None, YEARLY[symbol], YEAR_MS // HOUR_MS] = np.ones(SLOTS, bool)
    assert {key for key, holds in ours.items() if holds.any()} == set(theirs)
    for key, holds in theirs.items():
        assert np.array_equal(ours[key], holds), key


def test_the_millisecond_of_each_change(stations: Mapping[str, tuple[Configuration, Journey, Year]]) -> None:
    for kind, parameter, place, before, behind in (
        ("ambient", Parameter("PM2,5", "ug/Nm3"), CHANGE_OF_LAW, 50.0, 45.0),
        ("wastewater", Parameter("COD", "mg/L"), CHANGE_OF_PERMIT, 148.5, 74.25),
    ):
        configuration, journey, _ = stations[kind]
        spans = limits_in_force(journey.database, configuration.finding_rules)(parameter)
        watched = [one for one in spans if (one.limit.averaging_ms or 0) < YEAR_MS]
        at_ms = BEGIN_MS + place * SLOT_MS
        assert [one.limit.highest for one in watched if one.holds_at(at_ms - 1)] == [before]
        assert [one.limit.highest for one in watched if one.holds_at(at_ms)] == [behind]


@pytest.fixture(scope="module")
def exceedances(stations: Mapping[str, tuple[Configuration, Journey, Year]]) -> dict[str, dict[str, Any]]:
    """The report on the whole year, made when it is over, with what is configured then."""
    asked = between("2025-07-01", "2026-06-30", ZONE)
    return {
        kind: json.loads(
            render(
                build(ReportKind.EXCEEDANCES, configuration, journey.database, asked, NOW_MS),
                ReportFormat.JSON,
                Language.ENGLISH,
            )
        )
        for kind, (configuration, journey, _) in stations.items()
    }


def _expected(year: Year, symbol: str, held: Held) -> dict[str, Any]:
    """Of the slots whose labels bear the year's days: all but the last."""
    values = compared(year.series[symbol], year, held.hours)[held.first : min(held.behind, SLOTS - 1)]
    beyond = outside(values, held)
    exceeded = int((beyond > 0).sum())
    told: dict[str, Any] = {
        "averaged_over": held.hours * 3600.0 or None,
        "limit_least": held.lowest,
        "limit_most": held.highest,
        "valid": int((~np.isnan(values)).sum()),
        "exceeded": exceeded,
    }
    if exceeded:
        place = int(np.nanargmax(beyond))
        end = pd.Timestamp(BEGIN_MS + (held.first + place + 1) * SLOT_MS, unit="ms", tz=ZONE)
        told |= {"farthest": float(values[place]), "farthest_at": end.isoformat()}
    return told


@pytest.mark.parametrize("kind", ["ambient", "wastewater"])
def test_what_exceeded_which_limit_over_the_year(exceedances: Mapping[str, dict[str, Any]], kind: str) -> None:
    year = ambient_year() if kind == "ambient" else wastewater_year()
    law = AMBIENT if kind == "ambient" else WASTEWATER
    for symbol, limits in law.items():
        rows = [row for row in exceedances[kind]["limits"] if row["parameter"] == symbol]
        theirs = [_expected(year, symbol, held) for held in limits]
        assert [{key: row[key] for key in one} for row, one in zip(rows, theirs, strict=True)] == theirs
        assert any(one["exceeded"] for one in theirs), "a year that shows nothing"
    assert exceedances[kind]["summary"]["exceeded_slots"] == sum(
        _expected(year, symbol, held)["exceeded"] for symbol, limits in law.items() for held in limits
    )


@pytest.mark.parametrize("kind", ["ambient", "wastewater"])
def test_the_limits_of_any_day_as_they_are_shown(
    stations: Mapping[str, tuple[Configuration, Journey, Year]], kind: str
) -> None:
    """As `gateway limits --on` has them: those that were in force at some time of the day."""
    configuration, journey, _ = stations[kind]
    law = AMBIENT if kind == "ambient" else WASTEWATER
    changes = (CHANGE_OF_LAW // 288, CHANGE_OF_PERMIT // 288, pd.Timestamp("2025-12-01").dayofyear - 182)
    for number in {0, 364, *range(0, 365, 13), *(day + away for day in changes for away in (-1, 0, 1))}:
        first, behind = number * 288, (number + 1) * 288
        theirs = {
            (symbol, held.lowest, held.highest, held.hours * HOUR_MS or None)
            for symbol, limits in law.items()
            for held in limits
            if held.first < behind and first < held.behind
        }
        if kind == "ambient":
            theirs |= {(symbol, None, most, YEAR_MS) for symbol, most in YEARLY.items()}
        day = (pd.Timestamp("2025-07-01") + pd.Timedelta(days=number)).date()
        assert {
            (line.symbol, one.limit.lowest, one.limit.highest, one.limit.averaging_ms)
            for line in limits_on(configuration, journey.database, day)
            for one in line.held
        } == theirs, day
