"""Hours, windows and days over limits, and days in a row: the report against pandas, over a quarter with a change of
law at a midnight in mid-month. Values are whole hundredths, so that the other computation is exact."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest

from gateway.config import Configuration, Language, load
from gateway.core.averaging import Average, Averaging
from gateway.core.clock_days import clock_days, hour_label
from gateway.core.clock_means import CountingRules, HourSums
from gateway.core.instants import day_begins_ms
from gateway.core.reading import Parameter, Status
from gateway.core.record import Line, Record
from gateway.core.slot import Slot
from gateway.db import Database, open_database
from gateway.records.packing import pack
from gateway.records.store import RecordStore
from gateway.reports import period
from gateway.reports.document import ReportKind
from gateway.reports.formats import ReportFormat, render
from gateway.reports.registry import build

ZONES = ("Asia/Ho_Chi_Minh", "Asia/Kathmandu")
FIRST, LAST = date(2026, 1, 5), date(2026, 4, 10)
CHANGE = date(2026, 2, 12)
OVER = {"A": None, "B": 1, "C": 8, "D": 24}
"""Parameters, and over how many hours the means of their limits are; two limits each, the stricter from CHANGE on."""
BEFORE, AFTER = 62, 55

YAML = """
station: {{name: X, province: HN, facility: ABCD, code: NUO001, kind: wastewater, timezone: {zone}}}
storage: {{path: {folder}}}
clock: {{trust: assume}}
reporting: {{slot: {minutes}min}}
links: {{plc: {{type: modbus-tcp, host: 127.0.0.1}}}}
instruments:
  - name: probe
    link: plc
    poll: 5s
    parameters:
"""
LINE = """
      - {{symbol: {symbol}, unit: mg/L, custom: true, register: "holding:{at}", type: float32, decimals: 2,
         limit: [{{max: 62{over}, until: 2026-02-11}}, {{max: 55{over}, from: 2026-02-12}}]}}
"""


def quarter(zone: str, minutes: int) -> pd.DataFrame:
    """A row for each slot by its beginning: hundredths and status of each parameter, and whether there is a record."""
    random = np.random.default_rng([7, minutes])
    begins = pd.date_range(FIRST, LAST + timedelta(days=1), freq=f"{minutes}min", tz=zone, inclusive="left")
    frame = pd.DataFrame(index=begins)
    a_day = 1440 // minutes
    swing = np.sin(np.arange(len(begins)) / a_day / 6 * 2 * np.pi)
    for number, symbol in enumerate(OVER):
        noise = random.normal(0, 4, len(begins))
        frame[symbol] = np.rint((58 + 7 * np.roll(swing, number * a_day) + noise) * 100).astype(np.int64)
        status = random.choice([0, 1, 2], len(begins), p=[0.92, 0.05, 0.03])
        for begin in random.integers(0, len(begins), 25):
            status[begin : begin + int(random.integers(1, a_day // 2))] = random.integers(1, 3)
        frame[f"{symbol} status"] = status
    frame["recorded"] = random.random(len(begins)) < 0.97
    frame.loc[frame.index[3 * a_day + 5 : 5 * a_day + 9], "recorded"] = False
    for symbol in OVER:  # an hour and a day exactly at the limit of the time
        day = 20 * a_day
        frame.iloc[day : day + a_day, frame.columns.get_loc(symbol)] = BEFORE * 100
    return frame


def keep(frame: pd.DataFrame, minutes: int, folder: Path) -> Database:
    database = open_database(folder / "gateway.db")
    store, length_ms = RecordStore(database), minutes * 60_000
    rows = [
        Record(
            Slot(int(begin.timestamp() * 1000) + length_ms, length_ms),
            tuple(
                Line(
                    Parameter(symbol, "mg/L"), Average(row[symbol] / 100, Status(f"0{row[f'{symbol} status']}"), 60, 60)
                )
                for symbol in OVER
            ),
        )
        for begin, row in zip(frame.index, frame.to_dict("records"), strict=True)
        if row["recorded"]
    ]
    store.add(rows[0], rows[0].slot.end_ms)
    with database.write() as connection:
        connection.executemany(
            "INSERT INTO record (length_ms, end_ms, layout_id, closed_ms, packed)"
            " SELECT length_ms, ?, layout_id, closed_ms, ? FROM record WHERE id = 1",
            [(one.slot.end_ms, pack(one.lines)) for one in rows[1:]],
        )
    return database


class Station:
    def __init__(self, zone: str, minutes: int, folder: Path) -> None:
        self.zone, self.minutes = zone, minutes
        self.frame = quarter(zone, minutes)
        self.database = keep(self.frame, minutes, folder)
        lines = [
            LINE.format(symbol=symbol, at=2 * at, over="" if hours is None else f", over: {hours}h")
            for at, (symbol, hours) in enumerate(OVER.items())
        ]
        (folder / "gateway.yaml").write_text(
            YAML.format(folder=folder, zone=zone, minutes=minutes) + "".join(lines), "utf-8"
        )
        self.configuration: Configuration = load(folder / "gateway.yaml", {})
        self.now_ms = day_begins_ms(LAST + timedelta(days=1), ZoneInfo(zone)) + 3_600_000

    def told(self, first: str, last: str) -> dict[str, Any]:
        asked = period.between(first, last, self.zone)
        made = build(ReportKind.EXCEEDANCES, self.configuration, self.database, asked, self.now_ms)
        content: dict[str, Any] = json.loads(render(made, ReportFormat.JSON, Language.ENGLISH))
        return content

    # The other computation

    def sums(self, symbol: str, freq: str) -> pd.DataFrame:
        """By clock hour or day: the sum of the valid values in hundredths, how many they are, and might be."""
        valid = self.frame["recorded"] & (self.frame[f"{symbol} status"] == 0)
        table = pd.DataFrame({"sum": self.frame[symbol].where(valid, 0), "n": valid.astype(int), "most": 1})
        return table.resample(freq).sum()

    def windows(self, symbol: str) -> pd.DataFrame:
        """Those of the first morning reach back to where there are no records: these slots lack their values."""
        table = self.sums(symbol, "1h").rolling(8, min_periods=1).sum().astype(int)
        return table.assign(most=8 * 60 // self.minutes)

    def judged(self, table: pd.DataFrame, limit: pd.Series) -> pd.Series:
        """1 over, 0 within, NaN too little was measured."""
        over = (table["sum"] > limit * 100 * table["n"]).astype(float)
        return over.where((table["n"] * 100 >= 75 * table["most"]) & (table["n"] > 0))

    def limit(self, index: pd.DatetimeIndex) -> pd.Series:
        return pd.Series(np.where(index < pd.Timestamp(CHANGE, tz=self.zone), BEFORE, AFTER), index)

    def days(self, symbol: str) -> pd.Series:
        hours = OVER[symbol]
        if hours in (None, 24):
            days = self.sums(symbol, "D")
            return self.judged(days, self.limit(days.index))
        means = self.sums(symbol, "1h") if hours == 1 else self.windows(symbol)
        units = self.judged(means, self.limit(means.index)).groupby(means.index.date)
        over, known, all_of = units.sum() > 0, units.count(), units.size()
        days = over.astype(float).where(over | ((known > 0) & (known * 100 >= 75 * all_of)))
        days.index = pd.DatetimeIndex(days.index).tz_localize(self.zone)
        return days

    def runs(self, symbol: str) -> list[tuple[date, date, int]]:
        days = self.days(symbol)
        is_over = days == 1
        spells = days[is_over].groupby((~is_over).cumsum()[is_over])
        return [(one.index[0].date(), one.index[-1].date(), len(one)) for _, one in spells]


@pytest.fixture(scope="module", params=[(ZONES[0], 5), (ZONES[1], 15)], ids=["Vietnam", "Nepal"])
def station(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Station:
    return Station(*request.param, tmp_path_factory.mktemp("quarter"))


SPANS = [("2026-02-01", "2026-02-28"), ("2026-01-05", "2026-04-10"), ("2026-03-17", "2026-03-17")]


def between(values: pd.Series, first: str, last: str) -> dict[int, pd.Series]:
    """By limit, those of these days."""
    days = [one.date() for one in values.index]
    found = values[[date.fromisoformat(first) <= day <= date.fromisoformat(last) for day in days]]
    change = [one.date() >= CHANGE for one in found.index]
    return {BEFORE: found[[not one for one in change]], AFTER: found[change]}


def counts(values: pd.Series) -> tuple[int, int, int]:
    """How many there are, of how many too little was measured, how many are over."""
    return len(values), int(values.isna().sum()), int(values.sum())


@pytest.mark.parametrize(("first", "last"), SPANS)
def test_hours_windows_and_days_over_each_limit(station: Station, first: str, last: str) -> None:
    content = station.told(first, last)
    told = {
        key: {
            (row["parameter"], int(row["limit_most"])): (row[passed], row["not_enough"], row[over])
            for row in content[key]
        }
        for key, passed, over in (
            ("clock_hours", "hours", "hours_over"),
            ("clock_windows", "windows", "windows_over"),
            ("limit_days", "days_counted", "days_over"),
        )
    }
    expected: dict[str, dict[tuple[str, int], tuple[int, int, int]]] = {key: {} for key in told}
    for symbol in OVER:
        tables = {"limit_days": station.days(symbol)}
        if symbol in "AB":
            hours = station.sums(symbol, "1h")
            tables["clock_hours"] = station.judged(hours, station.limit(hours.index))
        if symbol == "C":
            windows = station.windows(symbol)
            tables["clock_windows"] = station.judged(windows, station.limit(windows.index))
        for key, values in tables.items():
            for bound, part in between(values, first, last).items():
                if len(part):
                    expected[key][symbol, bound] = counts(part)
    assert told == expected


@pytest.mark.parametrize(("first", "last"), SPANS)
def test_runs_of_days_are_told_as_a_whole_whatever_is_asked(station: Station, first: str, last: str) -> None:
    told = [
        (row["parameter"], date.fromisoformat(row["first_day"]), date.fromisoformat(row["last_day"]), row["run_days"])
        for row in station.told(first, last)["runs"]
    ]
    expected = [
        (symbol, *run)
        for symbol in OVER
        for run in station.runs(symbol)
        if run[2] >= 2 and run[0] <= date.fromisoformat(last) and date.fromisoformat(first) <= run[1]
    ]
    assert told == expected
    assert expected


def test_the_days_over_are_named(station: Station) -> None:
    content = station.told("2026-02-01", "2026-02-28")
    told = {(row["day"], row["parameter"], int(row["limit_most"])) for row in content["days_over"]}
    expected = {
        (str(day.date()), symbol, bound)
        for symbol in OVER
        for bound, part in between(station.days(symbol), "2026-02-01", "2026-02-28").items()
        for day in part[part == 1].index
    }
    assert told == expected
    assert len({bound for *_, bound in told}) == 2, "days of both laws are over"
    assert content["summary"]["days_over"] == len({day for day, *_ in told})


@pytest.mark.parametrize("zone", ["Asia/Ho_Chi_Minh", "Europe/Berlin", "America/Santiago", "Asia/Kolkata"])
@pytest.mark.parametrize("minutes", [5, 10, 60])
def test_days_of_23_and_25_hours_have_the_means_of_their_slots(zone: str, minutes: int) -> None:
    first, last = date(2026, 1, 1), date(2026, 12, 31)
    index = pd.date_range("2025-12-31", "2027-01-02", freq=f"{minutes}min", tz="UTC", inclusive="left")
    index = index[(index >= pd.Timestamp(first, tz=zone)) & (index < pd.Timestamp("2027-01-01", tz=zone))].tz_convert(
        zone
    )
    values = pd.Series(np.random.default_rng(3).integers(0, 1000, len(index)).astype(float), index)
    values[np.random.default_rng(4).random(len(index)) < 0.1] = np.nan
    clock = clock_days(first, last, ZoneInfo(zone))
    sums = HourSums.empty(clock, minutes * 60_000, Averaging.MEAN)
    begins_ms = index.as_unit("ms").asi8
    hours = np.searchsorted(clock.hour_edges_ms, begins_ms, side="right") - 1
    for hour, group in values.groupby(hours):
        sums.add(int(hour), group.dropna().tolist())
    ours = [one.mean for one in sums.day_means(0, len(clock.days), CountingRules(min_coverage=90))]
    days = values.groupby(index.date)
    enough = days.count() * 100 >= 90 * days.size()
    theirs = days.mean().where(enough)
    assert [one.isoformat() for one in clock.days] == [str(day) for day in theirs.index]
    np.testing.assert_allclose(np.array(ours, dtype=float), theirs.to_numpy(), rtol=1e-12)
    lengths = {clock.first_hours[day + 1] - clock.first_hours[day] for day in range(len(clock.days))}
    assert lengths == ({24} if zone.startswith("Asia") else {23, 24, 25})


def test_hours_are_named_by_their_ends() -> None:
    clock = clock_days(date(2026, 5, 1), date(2026, 5, 1), ZoneInfo("Asia/Ho_Chi_Minh"))
    labels = [hour_label(end_ms, ZoneInfo("Asia/Ho_Chi_Minh")) for end_ms in clock.hour_edges_ms[1:]]
    assert labels == [f"{hour}:00" for hour in range(1, 25)]
