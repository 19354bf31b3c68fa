"""A simulated month of each kind of station, as arrays: a reading a minute, with everything that goes wrong in a month.

Values are whole numbers of the last decimal, so that the other computation can be exact with integers alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BEGIN_MS = 1_767_200_400_000
"""2026-01-01T00:00:00+07:00"""
MINUTE_MS = 60_000
DAYS = 30
MINUTES = DAYS * 1440
MEASURING, CALIBRATING, FAULT, SILENT = 0, 1, 2, 3

Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Signal:
    """Base, daily swing and noise, in the parameter's unit."""

    unit: str
    decimals: int
    base: float
    swing: float
    noise: float


@dataclass(frozen=True)
class Series:
    """One parameter's month: `whole / 10 ** decimals` is the value of each minute where `has_value`."""

    unit: str
    decimals: int
    whole: Whole
    state: Whole
    has_value: Flags


STATIONS: Mapping[str, Mapping[str, Signal]] = {
    "wastewater": {
        "COD": Signal("mg/L", 1, 105, 25, 9),
        "pH": Signal("-", 2, 7.4, 0.6, 0.2),
    },
    "surface_water": {
        "DO": Signal("mg/L", 2, 5.2, 1.1, 0.3),
        "Temp": Signal("oC", 1, 27, 3, 0.4),
    },
    "groundwater": {"Level": Signal("m", 3, 12, 0.02, 0.003)},
    "emission": {
        "SO2": Signal("mg/Nm3", 1, 310, 90, 25),
        "O2": Signal("%V", 2, 12.5, 4, 2.5),
        "Temp": Signal("oC", 1, 140, 15, 3),
        "P": Signal("kPa", 2, 100.9, 0.4, 0.1),
        "Flow": Signal("m3/h", 0, 118_000, 12_000, 1_800),
    },
    "ambient_air": {
        "PM2,5": Signal("ug/Nm3", 1, 41, 18, 9),
        "O3": Signal("ug/Nm3", 1, 95, 80, 12),
        "WD": Signal("degree", 0, 180, 150, 90),
        "WS": Signal("m/s", 1, 2.4, 1.8, 0.7),
        "Rain": Signal("mm", 1, 0.1, 0.1, 0.2),
    },
}


def month_of(kind: str, seed: int) -> dict[str, Series]:
    """The same month for the same seed. Silence (the gateway was off) falls on all parameters at once."""
    random = np.random.default_rng([seed, *kind.encode()])
    silent = random.random(MINUTES) < 0.02
    for begin in random.integers(0, MINUTES, 6):
        silent[begin : begin + random.integers(2, 200)] = True
    off = int(random.integers(10, 20)) * 1440
    silent[off : off + 14 * 60] = True
    return {symbol: _series(signal, silent, random) for symbol, signal in STATIONS[kind].items()}


def _series(signal: Signal, silent: Flags, random: np.random.Generator) -> Series:
    minute = np.arange(MINUTES)
    curve = signal.base + signal.swing * np.sin(2 * np.pi * minute / 1440 + random.random() * 6)
    curve = curve + signal.noise * random.standard_normal(MINUTES)
    for begin in random.integers(0, MINUTES, 8):
        curve[begin : begin + random.integers(30, 900)] *= random.choice([0.4, 1.6])
    begin = int(random.integers(2, DAYS - 5)) * 1440
    curve[begin : begin + 3 * 1440] *= 2.2
    curve[random.integers(0, MINUTES, 120)] *= 3
    whole = np.rint(curve * 10**signal.decimals).astype(np.int64)
    if signal.unit == "degree":
        whole %= 360
    elif signal.unit in ("mm", "m/s"):
        whole = np.maximum(whole, 0)
    else:
        _spoil(whole, random)
    state = np.full(MINUTES, MEASURING, dtype=np.int64)
    has_value = np.ones(MINUTES, dtype=np.bool_)
    for day in range(DAYS):
        state[day * 1440 + 120 : day * 1440 + 120 + random.integers(5, 50)] = CALIBRATING
    for begin in random.integers(0, MINUTES, 25):
        end = begin + random.integers(1, 90)
        state[begin:end] = FAULT
        has_value[begin:end] = random.random() < 0.5
    has_value &= (state != CALIBRATING) | (random.random(MINUTES) < 0.9)
    state[silent] = SILENT
    has_value[silent] = False
    return Series(signal.unit, signal.decimals, whole, state, has_value)


def _spoil(whole: Whole, random: np.random.Generator) -> None:
    """Flat, zero and negative stretches."""
    for begin in random.integers(0, MINUTES, 8):
        whole[begin : begin + random.integers(10, 90)] = whole[begin]
    for begin in random.integers(0, MINUTES, 4):
        whole[begin : begin + random.integers(1, 40)] = 0
    for begin in random.integers(0, MINUTES, 4):
        end = min(MINUTES, int(begin + random.integers(1, 40)))
        whole[begin:end] = -random.integers(1, 30, end - begin)
