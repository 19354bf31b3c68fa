"""The second opinion on what the law asks on each day of the simulated year, and what that comes to.

Written from the regulations' words (QCVN 05:2023/BTNMT, table 1 and its footnote; QCVN 40:2011/BTNMT, Cmax = C × Kq ×
Kf; decision 1459/QĐ-TCMT), not from the gateway's code or its tables, with whole numbers and arrays.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tests.reference.year import (
    CHANGE_OF_LAW,
    CHANGE_OF_PERMIT,
    DAYS,
    SLOTS,
    Flags,
    SlotSeries,
    Year,
    slot_at,
)

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Held:
    """A limit in force for the slots `[first, behind)`. `hours`: of the mean that it is for; 0: every slot's value."""

    lowest: float | None
    highest: float
    hours: int = 0
    first: int = 0
    behind: int = SLOTS


AMBIENT: Mapping[str, tuple[Held, ...]] = {
    "PM2,5": (Held(None, 50, 24, behind=CHANGE_OF_LAW), Held(None, 45, 24, first=CHANGE_OF_LAW)),
    "PM10": (Held(None, 100, 24),),
    "O3": (Held(None, 200, 1), Held(None, 120, 8)),
    "SO2": (Held(None, 350, 1), Held(None, 125, 24)),
    "NO2": (Held(None, 200, 1), Held(None, 100, 24)),
    "CO": (Held(None, 30_000, 1), Held(None, 10_000, 8)),
}
YEARLY = {"PM2,5": 25, "PM10": 50, "SO2": 50, "NO2": 40}


def cmax(c: float) -> float:
    """Kq 0.9, Kf 1.1."""
    return float(Fraction(repr(c)) * Fraction("0.9") * Fraction("1.1"))


_TSS_ENDS = slot_at("2025-12-01 00:00")
"""The permit limits TSS until 2025-11-30, that day included."""
WASTEWATER: Mapping[str, tuple[Held, ...]] = {
    "COD": (Held(None, cmax(150), behind=CHANGE_OF_PERMIT), Held(None, cmax(75), first=CHANGE_OF_PERMIT)),
    "pH": (Held(5.5, 9, behind=CHANGE_OF_PERMIT), Held(6, 9, first=CHANGE_OF_PERMIT)),
    "TSS": (Held(None, cmax(100), behind=_TSS_ENDS),),
    "NH4": (Held(None, cmax(10), behind=CHANGE_OF_PERMIT), Held(None, cmax(5), first=CHANGE_OF_PERMIT)),
    "Temp": (Held(None, 40, behind=CHANGE_OF_PERMIT), Held(None, 40, first=CHANGE_OF_PERMIT)),
}


def compared(one: SlotSeries, year: Year, hours: int) -> Floats:
    """What a limit is held against at each slot: its value, or the mean that ends with it, of three quarters of its
    slots at least; NaN where there is none."""
    there = one.is_measured & year.is_recorded
    width = max(1, hours * 12)
    total = pd.Series(np.where(there, one.whole, 0)).rolling(width, min_periods=1).sum()
    count = pd.Series(there.astype(np.int64)).rolling(width, min_periods=1).sum()
    mean = total / (count.where(count > 0) * 10**one.decimals)
    return np.where(count * 4 >= width * 3, mean, np.nan)


def outside(values: Floats, held: Held) -> Floats:
    """How far each value lies outside; 0 inside, NaN without a value."""
    below = np.zeros(len(values)) if held.lowest is None else held.lowest - values
    return np.where(np.isnan(values), np.nan, np.maximum(0, np.maximum(below, values - held.highest)))


def hours_of(one: SlotSeries, year: Year) -> Floats:
    """The mean of each hour of the clock, of nine of its slots at least; NaN without one."""
    there = (one.is_measured & year.is_recorded).reshape(-1, 12)
    count = there.sum(axis=1)
    total = np.where(there, one.whole.reshape(-1, 12), 0).sum(axis=1)
    return np.where(count >= 9, total / (np.maximum(count, 1) * 10**one.decimals), np.nan)


def days_of(hours: Floats, least: int = 18) -> Floats:
    """The mean of each day's hours 1:00 … 24:00, of so many at least."""
    grid = pd.DataFrame(hours.reshape(DAYS, 24))
    return grid.mean(axis=1).where(grid.notna().sum(axis=1) >= least).to_numpy()


def runs_of(holds: Flags) -> list[tuple[int, int]]:
    """Where each run of what holds begins, and behind which place it ends."""
    edges = np.diff(np.concatenate([[0], holds.astype(np.int8), [0]]))
    return list(zip(np.flatnonzero(edges == 1).tolist(), np.flatnonzero(edges == -1).tolist(), strict=True))
