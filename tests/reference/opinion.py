"""The second opinion: what the rules come to, computed with numpy and pandas from arrays, column by column.

Written from the regulation's words, not from the gateway's code, and in another way: no state, no stepping, whole
numbers instead of decimals.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tests.reference.month import BEGIN_MS, CALIBRATING, FAULT, MEASURING, MINUTE_MS, SILENT, Series

SLOT_MINUTES = 5
SLOT_MS = SLOT_MINUTES * MINUTE_MS
CODES = {MEASURING: "00", CALIBRATING: "01", FAULT: "02"}
Floats = NDArray[np.float64]
Wholes = NDArray[np.int64]


class Spell(NamedTuple):
    """An episode: told at the instant `told_ms`, and `end_ms=None` while it lasts."""

    begin_ms: int
    told_ms: int
    last_ms: int
    count: int
    peak: float | None
    end_ms: int | None


def slots_of(series: Series) -> pd.DataFrame:
    """One row a slot: its end, status, sum of whole numbers, how many bear the status, how many measured."""
    frame = pd.DataFrame({"state": series.state, "whole": series.whole, "has_value": series.has_value})
    frame["slot"] = np.arange(len(frame)) // SLOT_MINUTES
    counts = pd.crosstab(frame["slot"], frame["state"]).reindex(columns=[0, 1, 2, 3], fill_value=0)
    measuring = (counts[MEASURING] > 0) & (counts[MEASURING] >= 0.75 * SLOT_MINUTES)
    calibrating = counts[CALIBRATING] > counts[FAULT] + counts[SILENT]
    status = np.select([measuring, calibrating], [MEASURING, CALIBRATING], FAULT)
    frame["bears"] = frame["has_value"] & (frame["state"].to_numpy() == status[frame["slot"]])
    bearing = frame[frame["bears"]].groupby("slot")["whole"]
    slots = pd.DataFrame({"status": status})
    slots["end_ms"] = BEGIN_MS + (slots.index + 1) * SLOT_MS
    slots["sum"] = bearing.sum().reindex(slots.index, fill_value=0)
    slots["max"] = bearing.max().reindex(slots.index, fill_value=0)
    slots["last"] = bearing.last().reindex(slots.index, fill_value=0)
    slots["readings"] = bearing.count().reindex(slots.index, fill_value=0)
    slots["measured"] = counts[MEASURING].to_numpy()
    slots["mean"] = slots["sum"] / (slots["readings"] * 10**series.decimals).where(slots["readings"] > 0)
    return slots


def directions_of(series: Series, speeds: Series, slots: pd.DataFrame) -> Floats:
    """Speed-weighted mean direction of each slot; unweighted where a speed is missing or all are 0; NaN without one."""
    angle = np.radians(series.whole / 10**series.decimals)
    bears = series.has_value & (series.state == slots["status"].to_numpy().repeat(SLOT_MINUTES))
    speed = np.where(speeds.has_value, speeds.whole / 10**speeds.decimals, np.nan)
    grid = (-1, SLOT_MINUTES)
    weight = np.where(bears, speed, 0.0).reshape(grid)
    known = ~np.isnan(weight).any(axis=1) & (np.nan_to_num(weight).sum(axis=1) > 0)
    weight = np.where(known[:, None], weight, bears.reshape(grid).astype(float))
    east, north = (weight * np.sin(angle).reshape(grid)).sum(axis=1), (weight * np.cos(angle).reshape(grid)).sum(axis=1)
    degrees = np.round(np.degrees(np.arctan2(east, north)), 9) % 360
    degrees[degrees == 360] = 0
    degrees[np.hypot(east, north) <= 1e-9 * weight.sum(axis=1)] = np.nan
    return degrees


def hours_of(values: Floats, status: Wholes) -> pd.DataFrame:
    """Hours from their twelve slots: status by the same rule, the exact mean of the slots that bear it."""
    rows = []
    for first in range(0, len(values), 12):
        states, means = status[first : first + 12], values[first : first + 12]
        ok, cal = int((states == MEASURING).sum()), int((states == CALIBRATING).sum())
        state = MEASURING if ok >= 9 else CALIBRATING if cal > 12 - ok - cal else FAULT
        bearing = [Fraction(repr(float(one))) for one in means[states == state] if not np.isnan(one)]
        rows.append((state, float(sum(bearing) / len(bearing)) if bearing else np.nan, len(bearing)))
    return pd.DataFrame(rows, columns=["status", "mean", "readings"])


def rolling_of(values: Floats, is_measured: NDArray[np.bool_], decimals: int, slots: int) -> Floats:
    """Rolling mean of measured slot values, whole numbers of 10^-(decimals + 2); NaN below 75 % of the slots.

    A measured slot has 4 or 5 readings, so its mean ends after two decimals more.
    """
    scale = 10 ** (decimals + 2)
    whole = pd.Series(np.where(is_measured, np.rint(np.nan_to_num(values) * scale), 0).astype(np.int64))
    total, count = whole.cumsum(), pd.Series(is_measured.astype(np.int64)).cumsum()
    total, count = total - total.shift(slots, fill_value=0), count - count.shift(slots, fill_value=0)
    return np.where(count >= 0.75 * slots, total / (count.where(count > 0) * scale), np.nan)


def spells_of(
    at_ms: Wholes,
    holds: NDArray[np.bool_],
    peaks: Floats,
    badness: Floats,
    final_ms: int,
    hold_ms: int = 0,
    gap_ms: int = 3_600_000,
    needs_two: bool = False,
) -> list[Spell]:
    """Runs of what holds, over the instants that have a value. `needs_two`: the instant before belongs to it."""
    after_gap = np.diff(at_ms, prepend=at_ms[0]) > gap_ms
    frame = pd.DataFrame(
        {"at": at_ms, "holds": holds, "peak": peaks, "badness": badness, "place": np.arange(len(at_ms))}
    )
    frame["run"] = (frame["holds"] & (~frame["holds"].shift(fill_value=False) | after_gap)).cumsum()
    spells = []
    for _, run in frame[frame["holds"]].groupby("run"):
        begin = int(at_ms[run["place"].iloc[0] - needs_two])
        last, following = int(run["at"].iloc[-1]), int(run["place"].iloc[-1]) + 1
        proven = run["at"][run["at"] - begin >= hold_ms]
        if proven.empty:
            continue
        if following < len(at_ms):
            end: int | None = last if after_gap[following] else int(at_ms[following])
        else:
            end = last if final_ms - last > gap_ms else None
        peak = float(run["peak"].iloc[int(run["badness"].to_numpy().argmax())])
        spells.append(Spell(begin, int(proven.iloc[0]), last, len(run) + needs_two, peak, end))
    return spells


def rests_of(at_ms: Wholes, values: Floats, gap_ms: int = 3_600_000) -> Wholes:
    """Since when the value of each instant has been the same; -1 where there is none."""
    since = np.full(len(values), -1, dtype=np.int64)
    place = np.flatnonzero(~np.isnan(values))
    own, when = values[place], at_ms[place]
    begins = np.ones(len(place), dtype=bool)
    begins[1:] = (np.diff(own) != 0) | (np.diff(when) > gap_ms)
    since[place] = np.maximum.accumulate(np.where(begins, when, 0))
    return since


def frozen_of(at_ms: Wholes, columns: Sequence[Floats], least: int, hold_ms: int, final_ms: int) -> list[Spell]:
    """Runs of instants at which at least `least` parameters have rested for so long; they began with the last of these.

    An instant whose absent values could make the difference is none.
    """
    rests = np.stack([rests_of(at_ms, values) for values in columns])
    rested = (rests >= 0) & (at_ms - rests >= hold_ms)
    before = pd.DataFrame(np.where(rests >= 0, rests, np.nan).T).ffill().to_numpy().T
    seen = pd.DataFrame(np.where(rests >= 0, at_ms, np.nan).T).ffill().to_numpy().T
    perhaps = (rests < 0) & (at_ms - seen <= 3_600_000) & (at_ms - before >= hold_ms)
    many = rested.sum(axis=0)
    known = (many >= least) | ((rests >= 0).any(axis=0) & (many + perhaps.sum(axis=0) < least))
    begins = np.sort(np.where(rested, rests, np.iinfo(np.int64).max), axis=0)[least - 1]
    at, holds, peak, began = (column[known] for column in (at_ms, many >= least, many.astype(float), begins))
    spells = spells_of(at, holds, peak, peak, final_ms)
    return [spell._replace(begin_ms=int(began[int(np.searchsorted(at, spell.told_ms))])) for spell in spells]


def indices_of(concentrations: Floats, points: list[float]) -> Floats:
    """Index of each concentration, rounded half up."""
    scale = [0, 50, 100, 150, 200, 300, 400, 500]
    return np.floor(np.interp(concentrations, points, scale[: len(points)]) + 0.5)


def nowcasts_of(hours: Floats) -> Floats:
    """NowCast of every hour that has twelve before it (itself included); NaN where it cannot be told."""
    windows = np.lib.stride_tricks.sliding_window_view(hours, 12)[:, ::-1]
    known = ~np.isnan(windows)
    with np.errstate(all="ignore"):
        lowest = np.where(known, windows, np.inf).min(axis=1)
        highest = np.where(known, windows, -np.inf).max(axis=1)
        weight = np.maximum(lowest / highest, 0.5)[:, None] ** np.arange(12)
        cast = np.where(known, weight * windows, 0).sum(axis=1) / np.where(known, weight, 0).sum(axis=1)
    return np.where(known[:, :3].sum(axis=1) >= 2, cast, np.nan)
