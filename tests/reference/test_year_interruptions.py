"""The interruptions of each month of the year: what arrays show, and what the outages, the month and the letter tell.

TT10/2021: more than twelve hours are told in writing. One that reaches over a month's edge is whole in both months.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pytest

from gateway.config import Configuration, Language
from gateway.reports.document import Report
from gateway.reports.formats import ReportFormat, render
from gateway.reports.interruptions import interruptions
from gateway.reports.letter.fields import to_be_told
from gateway.reports.outages import outages
from gateway.reports.period import month
from gateway.reports.report_data import read_report_data
from gateway.reports.statistics import monthly
from tests.reference.year import BEGIN_MS, END_MS, FAULT, HOUR_MS, SLOT_MS, ZONE, Year, ambient_year, wastewater_year
from tests.reference.year_law import runs_of
from tests.reference.year_station import NOW_MS, after_the_change, ambient
from tests.support.journey import Journey

MONTHS = [str(one) for one in pd.period_range("2025-07", "2026-06", freq="M")]
LISTED_MS = 15 * 60_000
STATIONS = {"ambient": ("KHI001", ambient_year), "wastewater": ("NUO001", wastewater_year)}


class Told(NamedTuple):
    subject: str
    begin_ms: int
    end_ms: int
    slots: int
    is_reportable: bool


def all_of(year: Year, code: str) -> Iterator[tuple[Told, int, int]]:
    """With the labels of the first and the last slot without data."""
    early_ms = {one.first: one.early_ms for one in year.off}
    for first, behind in runs_of(~year.is_recorded):
        yield _told(code, first, behind, early_ms.get(first, 0))
    for symbol, one in year.series.items():
        for first, behind in runs_of(year.is_recorded & (one.status == FAULT)):
            yield _told(symbol, first, behind)


def _told(subject: str, first: int, behind: int, early_ms: int = 0) -> tuple[Told, int, int]:
    begin_ms, end_ms = BEGIN_MS + first * SLOT_MS - early_ms, BEGIN_MS + behind * SLOT_MS
    told = Told(subject, begin_ms, end_ms, behind - first, end_ms - begin_ms > 12 * HOUR_MS)
    return told, BEGIN_MS + (first + 1) * SLOT_MS, end_ms


def of_month(year: Year, code: str, text: str) -> list[Told]:
    """Those without whose slots a file of the month is missing: its name bears the slot's end."""
    begin = pd.Timestamp(f"{text}-01", tz=ZONE)
    begin_ms, behind_ms = (int(one.timestamp() * 1000) for one in (begin, begin + pd.DateOffset(months=1)))
    return sorted(
        told
        for told, first_ms, last_ms in all_of(year, code)
        if told.end_ms - told.begin_ms >= LISTED_MS and first_ms < behind_ms and last_ms >= begin_ms
    )


@pytest.fixture(scope="module")
def stations(ambient_station: Journey, wastewater_station: Journey) -> dict[str, tuple[Configuration, Journey]]:
    return {
        "ambient": (ambient(ambient_station.file.parent), ambient_station),
        "wastewater": (after_the_change(wastewater_station.file.parent), wastewater_station),
    }


def _shown(made: Report) -> dict[str, Any]:
    return json.loads(render(made, ReportFormat.JSON, Language.ENGLISH))  # type: ignore[no-any-return]


def _ms(text: str) -> int:
    return int(pd.Timestamp(text).timestamp() * 1000)


@pytest.mark.parametrize("kind", STATIONS)
@pytest.mark.parametrize("text", MONTHS)
def test_one_answer(stations: dict[str, tuple[Configuration, Journey]], kind: str, text: str) -> None:
    code, year_of = STATIONS[kind]
    theirs = of_month(year_of(), code, text)
    configuration, journey = stations[kind]
    data = read_report_data(configuration, journey.database, month(text, ZONE), NOW_MS)
    listed = _shown(outages(data))
    ours = [
        Told(
            row["subject"],
            _ms(row["begin"]),
            _ms(row["begin"]) + round(row["length"] * 1000),
            row["slots"],
            row["to_be_reported"] == "yes",
        )
        for row in listed["outages"]
    ]
    assert sorted(ours) == theirs
    lasting = {END_MS: None}  # what was so in the year's last slot lasts
    assert sorted(str(row["end"] and _ms(row["end"])) for row in listed["outages"]) == sorted(
        str(lasting.get(one.end_ms, one.end_ms)) for one in theirs
    )
    assert [row["begin"] for row in listed["outages"]] == sorted(row["begin"] for row in listed["outages"])
    reportable = sum(one.is_reportable for one in theirs)
    assert (listed["summary"]["interruptions"], listed["summary"]["reportable"]) == (len(theirs), reportable)
    assert listed["summary"]["longest"] * 1000 == max((one.end_ms - one.begin_ms for one in theirs), default=0)
    if kind == "wastewater" or text in ("2025-10", "2025-11"):  # the index of a month of air takes long to make
        of_the_month = _shown(monthly(data))["summary"]
        assert (of_the_month["interruptions"], of_the_month["reportable"]) == (len(theirs), reportable)
    in_letter = [one for one in theirs if one.is_reportable]
    assert sorted(one.began_ms for one in to_be_told(interruptions(data))) == sorted(one.begin_ms for one in in_letter)


def test_the_year_has_what_is_told_apart() -> None:
    of_stations = [{text: of_month(year(), code, text) for text in MONTHS} for code, year in STATIONS.values()]
    for months in of_stations:
        twice = set(months["2025-10"]) & set(months["2025-11"])
        assert any(one.is_reportable for one in twice)
        assert any(one.end_ms - one.begin_ms == 12 * HOUR_MS for one in months["2025-09"])
        assert np.diff([len(one) for one in months.values()]).any()
