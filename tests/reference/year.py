"""A simulated year of 5-minute slots at two stations, as arrays, with a change of law in it, and of a permit.

The ambient station's year has 2026-01-01 in it, from which day on fine dust has another limit. The wastewater station's
permit is another one from a minute in January on, one of its limits ends with a day. Everything is a whole number of
the last decimal, so that the other computation can be exact with integers alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

ZONE = "Asia/Ho_Chi_Minh"
SLOT_MS, HOUR_MS, DAY_MS = 300_000, 3_600_000, 86_400_000
BEGIN = pd.Timestamp("2025-07-01", tz=ZONE)
BEGIN_MS = BEGIN.value // 1_000_000
DAYS = 365
SLOTS = DAYS * 288
END_MS = BEGIN_MS + SLOTS * SLOT_MS
MEASURING, CALIBRATING, FAULT = 0, 1, 2
SEED = 15

Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class SlotSeries:
    """One parameter's year: `whole / 10 ** decimals` is the value of each slot where `has_value`."""

    unit: str
    decimals: int
    whole: Whole
    status: Whole
    has_value: Flags

    @property
    def is_measured(self) -> Flags:
        return self.has_value & (self.status == MEASURING)


@dataclass(frozen=True)
class Off:
    """Slots `[first, behind)` of which there is no record. The gateway ended `early_ms` before the first began."""

    first: int
    behind: int
    early_ms: int = 0


@dataclass(frozen=True)
class Year:
    series: Mapping[str, SlotSeries]
    is_recorded: Flags
    off: tuple[Off, ...]


def slot_at(text: str) -> int:
    """The slot that begins at that local time."""
    return int((pd.Timestamp(text, tz=ZONE) - BEGIN) / pd.Timedelta("5min"))


def slot_begins_ms() -> Whole:
    return BEGIN_MS + np.arange(SLOTS, dtype=np.int64) * SLOT_MS


CHANGE_OF_LAW = slot_at("2026-01-01 00:00")
CHANGE_OF_PERMIT = slot_at("2026-01-15 10:20")
"""The first slot under the other permit."""

_KNOWN_OFF = [
    Off(slot_at("2025-08-05 03:00"), slot_at("2025-08-05 03:10")),  # too short to be listed
    Off(slot_at("2025-08-06 03:00"), slot_at("2025-08-06 03:15")),  # just long enough
    Off(slot_at("2025-09-10 06:00"), slot_at("2025-09-10 18:00")),  # twelve hours are not more than twelve
    Off(slot_at("2025-10-31 19:00"), slot_at("2025-11-01 09:30")),  # over a month's edge
    Off(slot_at("2025-11-30 22:00"), slot_at("2025-11-30 23:55")),  # up to the last slot that November's date names not
    Off(slot_at("2025-12-12 06:00"), slot_at("2025-12-12 18:00"), early_ms=60_000),  # twelve hours and a minute
    Off(slot_at("2026-02-28 23:00"), slot_at("2026-03-01 00:00")),  # its last slot bears March's date
    Off(slot_at("2026-03-12 06:00"), slot_at("2026-03-12 18:05")),
    Off(slot_at("2026-04-20 10:00"), slot_at("2026-04-23 16:00")),
]
_KEPT_WHOLE = (slot_at("2025-12-22 00:00"), slot_at("2026-01-20 00:00"))
"""Here nothing is off by chance: what changes then is looked at closely."""


@dataclass(frozen=True)
class _Signal:
    unit: str
    decimals: int
    typical: float
    swing: float
    """Of the day, as a share of the typical value."""
    wander: float
    """Over days, as an exponent."""
    rises_at: float = 14.0
    """The hour of the day's peak."""


@cache
def ambient_year() -> Year:
    return _year(
        {
            "PM2,5": _Signal("ug/Nm3", 1, 44, 0.3, 0.45, 7),
            "PM10": _Signal("ug/Nm3", 1, 82, 0.3, 0.5, 7),
            "O3": _Signal("ug/Nm3", 1, 82, 0.6, 0.6, 16),
            "SO2": _Signal("ug/Nm3", 1, 60, 0.5, 0.9, 10),
            "NO2": _Signal("ug/Nm3", 1, 75, 0.5, 0.6, 18),
            "CO": _Signal("ug/Nm3", 0, 6500, 0.5, 0.6, 18),
        },
        1,
    )


@cache
def wastewater_year() -> Year:
    return _year(
        {
            "COD": _Signal("mg/L", 1, 74, 0.2, 0.5),
            "pH": _Signal("-", 2, 6.7, 0.06, 0.1),
            "TSS": _Signal("mg/L", 1, 80, 0.2, 0.4),
            "NH4": _Signal("mg/L", 2, 4.8, 0.3, 0.5),
            "Temp": _Signal("oC", 1, 36.5, 0.08, 0.06),
        },
        2,
    )


def _year(signals: Mapping[str, _Signal], number: int) -> Year:
    random = np.random.default_rng([SEED, number])
    off = [*_KNOWN_OFF]
    for first in random.integers(2000, SLOTS - 2000, 40).tolist():
        one = Off(first, first + int(random.choice([1, 2, 3, 7, 30, 90])))
        is_apart = all(one.behind + 3 < other.first or other.behind + 3 < one.first for other in off)
        if is_apart and not (_KEPT_WHOLE[0] - 400 < first < _KEPT_WHOLE[1]):
            off.append(one)
    is_recorded = np.ones(SLOTS, dtype=np.bool_)
    for one in off:
        is_recorded[one.first : one.behind] = False
    series = {symbol: _series(symbol, signal, random) for symbol, signal in signals.items()}
    return Year(series, is_recorded, tuple(sorted(off, key=lambda one: one.first)))


def _series(symbol: str, signal: _Signal, random: np.random.Generator) -> SlotSeries:
    days = np.convolve(random.normal(0, 1, DAYS + 6), np.ones(4) / 2, "valid")
    wander = np.interp(np.arange(SLOTS) / 288, np.arange(len(days)), days)
    of_day = np.cos(2 * np.pi * (np.arange(SLOTS) % 288 / 12 - signal.rises_at) / 24)
    curve = signal.typical * np.exp(signal.wander * wander) * (1 + signal.swing * of_day)
    curve *= 1 + 0.05 * random.standard_normal(SLOTS)
    curve[random.integers(0, SLOTS, 300)] *= 2.5
    if symbol == "SO2":
        curve -= 25  # an analyser whose zero has drifted
    whole = np.rint(curve * 10**signal.decimals).astype(np.int64)
    status = np.full(SLOTS, MEASURING, dtype=np.int64)
    has_value = np.ones(SLOTS, dtype=np.bool_)
    if not symbol.startswith("PM"):
        for day in range(DAYS):
            status[day * 288 + 25 : day * 288 + 25 + random.integers(2, 14)] = CALIBRATING
    lengths = random.choice([1, 2, 3, 4, 12, 40, 100, 300], 90)
    for first, length in zip(random.integers(0, SLOTS, 90).tolist(), lengths.tolist(), strict=True):
        if _KEPT_WHOLE[0] - 400 < first < _KEPT_WHOLE[1] and length > 40:
            continue
        status[first : first + length] = FAULT
        has_value[first : first + length] = random.random() < 0.3
    if symbol in ("O3", "NH4"):
        first, behind = slot_at("2026-02-27 20:00"), slot_at("2026-03-02 07:00")  # over a month's edge
        status[first:behind], has_value[first:behind] = FAULT, False
    return SlotSeries(signal.unit, signal.decimals, whole, status, has_value)
