"""A month of every kind of station, computed twice: by the gateway's rules, and with numpy and pandas. They agree."""

from __future__ import annotations

import json
from datetime import date
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gateway.config import Language
from gateway.config.builtin_tables.air_scales import air_scales
from gateway.config.builtin_tables.catalogue import default_averaging
from gateway.config.standards.shelf import StandardShelf
from gateway.core.aqi import hourly
from gateway.core.averaging import Average, average
from gateway.core.completeness import Period, SlotFile, gaps, ratio_received
from gateway.core.conversion import Conditions, Conversion, ReferenceOxygen
from gateway.core.episode import Event, Transition
from gateway.core.limits import LevelFractions, Limit, RollingWindow, step_levels
from gateway.core.long_outage import interruptions
from gateway.core.quality import MaxStep, Observation, QualityFlag, QualityRules, QualityState, step
from gateway.core.reading import Parameter, Reading, Status
from gateway.core.record import Line, Record
from gateway.core.slot import Slot
from gateway.core.standards import limits_by
from gateway.reports.document import ReportKind
from gateway.reports.formats import ReportFormat, render
from gateway.reports.period import between
from gateway.reports.registry import build
from tests.reference.month import (
    BEGIN_MS,
    CALIBRATING,
    DAYS,
    FAULT,
    MEASURING,
    MINUTE_MS,
    SILENT,
    STATIONS,
    Series,
    month_of,
)
from tests.reference.opinion import (
    CODES,
    SLOT_MINUTES,
    SLOT_MS,
    Floats,
    Spell,
    directions_of,
    hours_of,
    indices_of,
    nowcasts_of,
    rolling_of,
    slots_of,
    spells_of,
)
from tests.support.journey import Journey
from tests.support.three_days import configuration

SEED = 2026
HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
END_MS = BEGIN_MS + DAYS * DAY_MS
EVERY = [(kind, symbol) for kind, signals in STATIONS.items() for symbol in signals]
MEANS = [(kind, symbol) for kind, symbol in EVERY if symbol not in ("WD", "Rain")]
"""Those whose slots are arithmetic means."""
FIRST = [(kind, next(iter(signals))) for kind, signals in STATIONS.items()]


@cache
def month(kind: str) -> dict[str, Series]:
    return month_of(kind, SEED)


@cache
def slots(kind: str, symbol: str) -> pd.DataFrame:
    return slots_of(month(kind)[symbol])


@cache
def readings(kind: str, symbol: str) -> list[Reading | None]:
    """What the gateway reads every minute; `None`: nothing, it is off."""
    series = month(kind)[symbol]
    values = (series.whole / 10**series.decimals).tolist()
    return [
        None if state == SILENT else Reading(value if has_value else None, Status(CODES[state]))
        for value, state, has_value in zip(values, series.state.tolist(), series.has_value.tolist(), strict=True)
    ]


@cache
def averages(kind: str, symbol: str) -> list[Average]:
    """The gateway's slots, averaged as the catalogue says; the wind's direction with its speed."""
    parameter = Parameter(symbol, month(kind)[symbol].unit)
    averaging = default_averaging(symbol, parameter.unit)
    found = []
    for first in range(0, DAYS * 1440, SLOT_MINUTES):
        slot = range(first, first + SLOT_MINUTES)
        present = [minute for minute in slot if readings(kind, symbol)[minute] is not None]
        speeds = [_value(readings(kind, "WS")[minute]) for minute in present] if symbol == "WD" else None
        heard = [one for minute in present if (one := readings(kind, symbol)[minute]) is not None]
        found.append(average(heard, SLOT_MINUTES, 75.0, parameter, averaging, speeds))
    return found


def _value(reading: Reading | None) -> float | None:
    return None if reading is None else reading.value


def floats(values: list[float | None]) -> Floats:
    return np.array([np.nan if value is None else value for value in values])


def same(ours: Floats, theirs: Floats) -> bool:
    return bool(np.array_equal(ours, theirs, equal_nan=True))


def spells(events: list[Event], lasting: list[Event], kind: str) -> list[Spell]:
    told = {
        one.episode.begin_ms: one.episode.last_ms
        for one in events
        if one.transition is Transition.BEGAN and one.episode.kind == kind
    }
    closed = [
        one.episode for one in [*events, *lasting] if one.transition is Transition.ENDED and one.episode.kind == kind
    ]
    return [Spell(one.begin_ms, told[one.begin_ms], one.last_ms, one.count, one.peak, one.end_ms) for one in closed]


@pytest.mark.parametrize(("kind", "symbol"), EVERY)
def test_values_and_states_of_every_slot(kind: str, symbol: str) -> None:
    series = month(kind)[symbol]
    theirs = slots(kind, symbol).copy()
    ours = averages(kind, symbol)
    if symbol == "WD":
        value = directions_of(series, month(kind)["WS"], theirs)
        value[theirs["readings"].to_numpy() == 0] = np.nan
        theirs.loc[(theirs["status"] == MEASURING) & np.isnan(value), "status"] = 2
    elif symbol == "Rain":
        value = (theirs["sum"] / 10**series.decimals).where(theirs["readings"] > 0).to_numpy()
    else:
        value = theirs["mean"].to_numpy()
    assert [one.status.value for one in ours] == [CODES[status] for status in theirs["status"]]
    assert [one.readings for one in ours] == theirs["readings"].tolist()
    assert same(floats([one.value for one in ours]), value)
    assert {one.status for one in ours} == set(Status)


@pytest.mark.parametrize(("kind", "symbol"), MEANS)
def test_hours_are_made_of_their_slots(kind: str, symbol: str) -> None:
    ours = averages(kind, symbol)
    parameter = Parameter(symbol, month(kind)[symbol].unit)
    hours = [
        average([Reading(one.value, one.status) for one in ours[first : first + 12]], 12, 75.0, parameter)
        for first in range(0, len(ours), 12)
    ]
    rows = slots(kind, symbol)
    theirs = hours_of(rows["mean"].to_numpy(), rows["status"].to_numpy())
    assert [one.status.value for one in hours] == [CODES[status] for status in theirs["status"]]
    assert same(floats([one.value for one in hours]), theirs["mean"].to_numpy())


@pytest.mark.parametrize(("kind", "symbol"), FIRST)
def test_findings_among_the_readings(kind: str, symbol: str) -> None:
    series = month(kind)[symbol]
    one_unit = 10**series.decimals
    low, high = int(series.whole.mean() * 0.5), int(series.whole.mean() * 2)
    most = max(1, int(series.whole.std()))
    rules = QualityRules(
        flatline_ms=20 * MINUTE_MS,
        range=(low / one_unit, high / one_unit),
        max_step=MaxStep(most / one_unit, per_ms=2 * MINUTE_MS),
    )
    state, events = QualityState(), []
    for minute, reading in enumerate(readings(kind, symbol)):
        measured = reading is not None and reading.status is Status.MEASURING
        value = _value(reading) if measured else None
        state, news = step(state, Observation(BEGIN_MS + minute * MINUTE_MS, value), rules)
        events += news
    lasting = [Event(Transition.ENDED, run.episode()) for run in state.episodes if run.is_told]

    place = np.flatnonzero(series.state == MEASURING)
    at_ms, whole = BEGIN_MS + place * MINUTE_MS, series.whole[place]
    final_ms = END_MS - MINUTE_MS
    since, change = np.diff(at_ms, prepend=at_ms[0] - DAY_MS), np.abs(np.diff(whole, prepend=whole[0]))
    near = since <= HOUR_MS
    value, zero = whole / one_unit, np.zeros(len(whole))
    outside = np.maximum(low - whole, whole - high).astype(float)
    jumps = near & (change * 2 * MINUTE_MS > most * since)
    expected = {
        QualityFlag.NEGATIVE: spells_of(at_ms, whole < 0, value, -value, final_ms),
        QualityFlag.ZERO: spells_of(at_ms, whole == 0, value, zero, final_ms),
        QualityFlag.FLATLINE: spells_of(
            at_ms, near & (change == 0), value, zero, final_ms, hold_ms=20 * MINUTE_MS, needs_two=True
        ),
        QualityFlag.OUT_OF_RANGE: spells_of(at_ms, outside > 0, value, outside, final_ms),
        QualityFlag.JUMP: spells_of(at_ms, jumps, change / one_unit, change.astype(float), final_ms),
    }
    for finding, theirs in expected.items():
        assert theirs, f"the month has no {finding}"
        assert spells(events, lasting, finding) == theirs


@pytest.mark.parametrize(("kind", "symbol"), MEANS)
def test_findings_among_the_slots(kind: str, symbol: str) -> None:
    limit = float(np.nanquantile(slots(kind, symbol)["mean"].to_numpy(), 0.6))
    rules = QualityRules(negative=False, zero=False, limit=(None, limit), over_limit_ms=8 * HOUR_MS, min_coverage=75.0)
    state, events = QualityState(), []
    for number, one in enumerate(averages(kind, symbol)):
        measured = one.status is Status.MEASURING
        share = 100 * one.readings / one.expected if measured else 0.0
        observation = Observation(BEGIN_MS + (number + 1) * SLOT_MS, one.value if measured else None, share)
        state, news = step(state, observation, rules)
        events += news
    lasting = [Event(Transition.ENDED, run.episode()) for run in state.episodes if run.is_told]

    rows = slots(kind, symbol)
    measured_slots = rows[rows["status"] == MEASURING]
    at_ms, value = measured_slots["end_ms"].to_numpy(), measured_slots["mean"].to_numpy()
    over = spells_of(at_ms, value > limit, value, value, END_MS, hold_ms=8 * HOUR_MS)
    assert over
    assert spells(events, lasting, QualityFlag.OVER_LIMIT_FOR_DAYS) == over
    share = np.where(rows["status"] == MEASURING, 100 * rows["measured"] / SLOT_MINUTES, 0.0)
    sparse = spells_of(rows["end_ms"].to_numpy(), share < 75, share, -share, END_MS)
    assert sparse
    assert spells(events, lasting, QualityFlag.LOW_COVERAGE) == sparse


def levels(limit: Limit, at_ms: list[int], values: list[float | None]) -> tuple[list[Event], list[Event]]:
    episodes, events = (), []
    for end_ms, value in zip(at_ms, values, strict=True):
        episodes, news = step_levels(episodes, end_ms, value, limit, LevelFractions(), HOUR_MS)
        events += news
    return events, [Event(Transition.ENDED, one.episode()) for one in episodes if one.is_told]


@pytest.mark.parametrize(
    ("kind", "symbol", "limit", "lows", "highs"),
    [
        # QCVN 40:2011 B, Kq 0.9, Kf 1.1: 150 × 0.99 = 148.5; × 0.8 = 118.8; × 0.9 = 133.65
        ("wastewater", "COD", ("B", {"kq": 0.9, "kf": 1.1}), None, (118.8, 133.65, 148.5)),
        # pH 5.5 to 9: middle 7.25, 1.75 to each side
        ("wastewater", "pH", ("B", {}), (5.85, 5.675, 5.5), (8.65, 8.825, 9.0)),
        # at least 4: a fifth and a tenth of it above
        ("surface_water", "DO", Limit(lowest=4), (4.8, 4.4, 4.0), None),
    ],
)
def test_exceedances_of_the_slots(
    kind: str,
    symbol: str,
    limit: Limit | tuple[str, dict[str, float]],
    lows: tuple[float, float, float] | None,
    highs: tuple[float, float, float] | None,
) -> None:
    if not isinstance(limit, Limit):
        column, coefficients = limit
        parameter = Parameter(symbol, month(kind)[symbol].unit)
        by = StandardShelf().standard("QCVN 40:2011")
        limit = limits_by(by, parameter, {"column": column}, coefficients)[0].limit
    rows = slots(kind, symbol)
    values = [one.value if one.status is Status.MEASURING else None for one in averages(kind, symbol)]
    events, lasting = levels(limit, rows["end_ms"].tolist(), values)
    measured = rows[rows["status"] == MEASURING]
    at_ms, value = measured["end_ms"].to_numpy(), measured["mean"].to_numpy()
    for number, level in enumerate(("tendency", "preparing", "exceeded")):
        beyond, farness = np.zeros(len(value), dtype=bool), np.full(len(value), -np.inf)
        if highs is not None:
            beyond |= value > highs[2] if level == "exceeded" else value >= highs[number]
            farness = np.maximum(farness, value - highs[2])
        if lows is not None:
            beyond |= value < lows[2] if level == "exceeded" else value <= lows[number]
            farness = np.maximum(farness, lows[2] - value)
        theirs = spells_of(at_ms, beyond, value, farness, END_MS)
        assert theirs
        assert spells(events, lasting, level) == theirs


@pytest.mark.parametrize(
    ("symbol", "over_ms", "highest"), [("O3", HOUR_MS, 200), ("O3", 8 * HOUR_MS, 120), ("PM2,5", DAY_MS, 45)]
)
def test_exceedances_of_rolling_means(symbol: str, over_ms: int, highest: float) -> None:
    parameter = Parameter(symbol, "ug/Nm3")
    by = StandardShelf().standard("QCVN 05:2023")
    (limit,) = [
        one.limit
        for one in limits_by(by, parameter)
        if one.limit.averaging_ms == over_ms and one.holds_on(date(2026, 1, 15))
    ]
    rows = slots("ambient_air", symbol)
    window, means = RollingWindow(over_ms, SLOT_MS), []
    for end_ms, one in zip(rows["end_ms"].tolist(), averages("ambient_air", symbol), strict=True):
        window = window.with_slot(end_ms, one.value if one.status is Status.MEASURING else None)
        means.append(window.mean())
    rolling = rolling_of(
        rows["mean"].to_numpy(),
        (rows["status"] == MEASURING).to_numpy(),
        month("ambient_air")[symbol].decimals,
        over_ms // SLOT_MS,
    )
    assert same(floats(means), rolling)
    events, lasting = levels(limit, rows["end_ms"].tolist(), means)
    known = ~np.isnan(rolling)
    at_ms, value = rows["end_ms"].to_numpy()[known], rolling[known]
    for level, beyond in (("preparing", value >= highest * 9 / 10), ("exceeded", value > highest)):
        theirs = spells_of(at_ms, beyond, value, value, END_MS)
        assert theirs
        assert spells(events, lasting, level) == theirs


def test_the_air_quality_index_of_every_hour() -> None:
    (scale,), hours = air_scales(), {}
    for symbol in ("PM2,5", "O3"):
        rows = slots("ambient_air", symbol)
        theirs = hours_of(rows["mean"].to_numpy(), rows["status"].to_numpy())
        hours[symbol] = np.where(theirs["status"] == MEASURING, theirs["mean"], np.nan)
    dust = indices_of(nowcasts_of(hours["PM2,5"]), [0, 25, 50, 80, 150, 250, 350, 500])
    ozone = hours["O3"][11:]
    ozone = np.where(ozone < 0, np.nan, indices_of(ozone, [0, 160, 200, 300, 400, 800, 1000, 1200]))
    expected = np.where(np.isnan(dust), np.nan, np.fmax(dust, ozone))
    series = {symbol: [None if np.isnan(one) else float(one) for one in means] for symbol, means in hours.items()}
    ours = [
        hourly(scale, {symbol: means[first : first + 12] for symbol, means in series.items()}).index
        for first in range(len(expected))
    ]
    assert same(floats(ours), expected)
    assert np.isnan(expected).any()
    assert np.nanmax(expected) > 100


def test_conversions_of_every_minute() -> None:
    station = month("emission")
    value = {symbol: np.where(one.has_value, one.whole / 10**one.decimals, np.nan) for symbol, one in station.items()}
    conversion = Conversion(from_duct=True, reference_oxygen=ReferenceOxygen(11))
    columns = [
        [None if np.isnan(one) else one for one in value[symbol].tolist()] for symbol in ("SO2", "Temp", "P", "O2")
    ]
    ours = floats(
        [
            conversion.of(so2, Conditions(temperature, pressure, oxygen_percent=oxygen))
            for so2, temperature, pressure, oxygen in zip(*columns, strict=True)
        ]
    )
    with np.errstate(divide="ignore"):
        standard = value["SO2"] * (273.15 + value["Temp"]) / 298.15 * 101.325 / value["P"]
        theirs = np.where(value["O2"] <= 19.9, standard * (20.9 - 11) / (20.9 - value["O2"]), np.nan)
    theirs[(value["P"] < 50) | (value["Temp"] <= -273.15)] = np.nan
    assert np.array_equal(np.isnan(ours), np.isnan(theirs))
    np.testing.assert_allclose(ours, theirs, rtol=1e-13)
    assert np.isnan(theirs[~np.isnan(value["O2"]) & (value["O2"] > 19.9)]).any()


@pytest.mark.parametrize("kind", STATIONS)
def test_ratios_of_the_report(kind: str, tmp_path: Path) -> None:
    """Out of the database. Of slots in which the gateway was silent throughout there is no record."""
    frames = {symbol: slots(kind, symbol) for symbol in month(kind)}
    of_station = [averages(kind, symbol) for symbol in frames]
    parameters = [Parameter(symbol, month(kind)[symbol].unit) for symbol in frames]
    minutes = next(iter(month(kind).values())).state.reshape(-1, SLOT_MINUTES)
    is_kept = (minutes != SILENT).any(axis=1)
    journey = Journey(tmp_path)
    journey.database.read("PRAGMA synchronous = OFF")
    for place in np.flatnonzero(is_kept).tolist():
        lines = tuple(Line(one, own[place]) for one, own in zip(parameters, of_station, strict=True))
        journey.records.add(Record(Slot(BEGIN_MS + (place + 1) * SLOT_MS, SLOT_MS), lines), 0)
    asked = between("2026-01-01T00:05", "2026-01-31T00:00", "Asia/Ho_Chi_Minh")
    made = build(ReportKind.COMPLETENESS, configuration(tmp_path), journey.database, asked, END_MS + DAY_MS)
    journey.database.close()
    told = {
        row["parameter"]: row for row in json.loads(render(made, ReportFormat.JSON, Language.ENGLISH))["parameters"]
    }
    for symbol, frame in frames.items():
        states = frame["status"].to_numpy()[is_kept]
        measured, calibrating, faulty = (int((states == state).sum()) for state in (MEASURING, CALIBRATING, FAULT))
        missing = int((~is_kept).sum())
        assert missing > 14 * 12
        row = told[symbol]
        counts = (row["expected"], row["valid"], row["calibrating"], row["fault"], row["missing"])
        assert counts == (DAYS * 288, measured, calibrating, faulty, missing)
        assert row["requirement"] == ("met" if 10 * measured >= 8 * DAYS * 288 else "not_met")


@pytest.mark.parametrize("kind", STATIONS)
def test_gaps_and_interruptions(kind: str) -> None:
    frames = {symbol: slots(kind, symbol) for symbol in month(kind)}
    period = Period(BEGIN_MS, END_MS, SLOT_MS)
    ends = next(iter(frames.values()))["end_ms"].to_numpy()
    for symbol in frames:
        present = (frames[symbol]["status"] == MEASURING).to_numpy()
        missing = spells_of(ends, ~present, ends * 0.0, ends * 0.0, END_MS, gap_ms=SLOT_MS)
        found = gaps([int(end) for end in ends[present]], period)
        assert [(gap.begin_ms, gap.end_ms, gap.slots) for gap in found] == [
            (one.begin_ms - SLOT_MS, one.last_ms, one.count) for one in missing
        ]

    random = np.random.default_rng([SEED, *kind.encode(), 1])
    delay = random.choice([2_000, SLOT_MS, SLOT_MS + 1, 7 * SLOT_MS], len(ends), p=[0.9, 0.04, 0.03, 0.03])
    cut = int(random.integers(0, len(ends) - 200))
    delay[cut : cut + 160] = 13 * HOUR_MS
    lost = random.random(len(ends)) < 0.01
    files = [
        SlotFile(int(end), None if gone else int(end + wait)) for end, wait, gone in zip(ends, delay, lost, strict=True)
    ]
    in_time = ~lost & (delay <= SLOT_MS)
    assert ratio_received(files, period).received == int((~lost).sum())
    assert ratio_received(files, period, SLOT_MS).received == int(in_time.sum())
    arrived = np.sort((ends + delay)[~lost])
    late = ends[~in_time]
    before = np.searchsorted(arrived, late, side="right")
    told = interruptions(files, arrived.tolist(), period, END_MS + DAY_MS)
    between = np.unique(before)
    begins = np.where(between == 0, ends[0] - SLOT_MS, arrived[np.maximum(between - 1, 0)])
    over = np.where(between == len(arrived), END_MS + DAY_MS, arrived[np.minimum(between, len(arrived) - 1)])
    assert [(one.begin_ms, one.end_ms, one.slots) for one in told] == [
        (int(begin), int(end), int((before == at).sum())) for at, begin, end in zip(between, begins, over, strict=True)
    ]
    assert [one.is_reportable for one in told] == [bool(length > 12 * HOUR_MS) for length in over - begins]
    assert any(one.is_reportable for one in told)
