"""VN_AQI twice: by the gateway's rules, and with pandas from the decision's words, over a year of hours with gaps.

Decision 1459/QĐ-TCMT, 2.2: NowCast divided by the weights of what is there; 24 means of 8 hours a day, each of six
hours at least, the first from 18:00 of the day before; 24 h means of 18 hours at least; a gas's greatest hour of those
there.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest

from gateway.config.builtin_tables.air_scales import air_scales
from gateway.core.aqi import daily, hourly

SEED = 1459
DAYS = 366
INDEX = [0, 50, 100, 150, 200, 300, 400, 500]
HOUR_POINTS = {
    "O3": [0, 160, 200, 300, 400, 800, 1000, 1200],
    "CO": [0, 10000, 30000, 45000, 60000, 90000, 120000, 150000],
    "SO2": [0, 125, 350, 550, 800, 1600, 2100, 2630],
    "NO2": [0, 100, 200, 700, 1200, 2350, 3100, 3850],
    "PM10": [0, 50, 150, 250, 350, 420, 500, 600],
    "PM2,5": [0, 25, 50, 80, 150, 250, 350, 500],
}
EIGHT_HOUR_OZONE = [0, 100, 120, 170, 210, 400]
TYPICAL = {"O3": 90.0, "CO": 9000.0, "SO2": 90.0, "NO2": 90.0, "PM10": 80.0, "PM2,5": 45.0}


@cache
def hours() -> pd.DataFrame:
    """Hourly means in tenths of µg/m3, named by their ends."""
    random = np.random.default_rng(SEED)
    index = pd.date_range("2023-12-31 01:00", periods=DAYS * 24, freq="h")
    frame = pd.DataFrame(index=index)
    for symbol, typical in TYPICAL.items():
        walk = np.convolve(random.normal(0, 1, len(index) + 23), np.ones(24) / 5, "valid")
        value = np.round(typical * np.exp(0.8 * walk), 1)
        value[random.random(len(index)) < 0.08] = np.nan
        for begin in random.integers(0, len(index), 60):  # analysers that were away for hours
            value[begin : begin + random.integers(2, 40)] = np.nan
        frame[symbol] = value
    return frame


def whole(index: pd.Series) -> pd.Series:
    return np.floor(index.round(9) + 0.5)


def index_by(concentration: pd.Series, points: list[float]) -> pd.Series:
    found = pd.Series(np.interp(concentration, points, INDEX[: len(points)]), concentration.index)
    beyond = concentration > points[-1] if len(points) < len(INDEX) else np.zeros(len(found), bool)
    return whole(found.mask(concentration.isna() | beyond))


def nowcast(newest_last: np.ndarray) -> float:
    c = newest_last[::-1]
    if np.isnan(c[:3]).sum() > 1:
        return np.nan
    w = max(np.nanmin(c) / np.nanmax(c), 0.5)
    weights = np.where(np.isnan(c), 0, w ** np.arange(12))
    return float(np.nansum(weights * c) / weights.sum())


def test_the_index_of_every_hour() -> None:
    frame = hours()
    expected = pd.DataFrame(index=frame.index[11:])
    for symbol, points in HOUR_POINTS.items():
        series = frame[symbol]
        if symbol.startswith("PM"):
            windows = np.lib.stride_tricks.sliding_window_view(series.to_numpy(), 12)
            series = pd.Series([np.nan] * 11 + [nowcast(window) for window in windows], series.index)
        expected[symbol] = index_by(series[11:], points)
    (scale,) = air_scales()
    ours = {symbol: [None if np.isnan(one) else one for one in frame[symbol].tolist()] for symbol in frame}
    for at, (_, row) in enumerate(expected.iterrows()):
        quality = hourly(scale, {symbol: series[at : at + 12] for symbol, series in ours.items()})
        assert dict(quality.by_symbol) == {symbol: None if np.isnan(one) else one for symbol, one in row.items()}
        station = row.max() if row[["PM10", "PM2,5"]].notna().any() else np.nan
        assert quality.index == (None if np.isnan(station) else station)
    assert expected.isna().any().all()
    assert (expected.max() > 150).all()


def test_the_index_of_every_day() -> None:
    frame = hours()
    day = (frame.index - pd.Timedelta("1h")).normalize()  # 24:00 is the end of its day
    expected = pd.DataFrame({
        symbol: index_by(frame[symbol].groupby(day).max(), points)
        for symbol, points in HOUR_POINTS.items() if not symbol.startswith("PM")
    })  # fmt: skip
    eight = frame["O3"].rolling(8, min_periods=6).mean().groupby(day).max()
    by_day_only = expected["O3"].copy()
    expected["O3"] = np.fmax(expected["O3"], index_by(eight, EIGHT_HOUR_OZONE))
    for symbol in ("PM10", "PM2,5"):
        grouped = frame[symbol].groupby(day)
        expected[symbol] = index_by(grouped.mean().where(grouped.count() >= 18), HOUR_POINTS[symbol])
    (scale,) = air_scales()
    ours = {symbol: [None if np.isnan(one) else one for one in frame[symbol].tolist()] for symbol in frame}
    for at, (_, row) in enumerate(expected.iterrows()):
        if at == 0:
            continue  # its evening before is not there
        quality = daily(scale, {symbol: series[24 * at - 7 : 24 * at + 24] for symbol, series in ours.items()})
        assert dict(quality.by_symbol) == {symbol: None if np.isnan(one) else one for symbol, one in row.items()}
        station = row.max() if row[["PM10", "PM2,5"]].notna().any() else np.nan
        assert quality.index == (None if np.isnan(station) else station)
    assert (expected["O3"] > by_day_only).sum() > 50
    assert expected[["PM10", "PM2,5"]].isna().any().all()


@pytest.mark.parametrize("symbol", TYPICAL)
def test_the_series_have_gaps_and_reach_far(symbol: str) -> None:
    series = hours()[symbol]
    assert 0.1 < series.isna().mean() < 0.5
    assert series.max() > HOUR_POINTS[symbol][4]
