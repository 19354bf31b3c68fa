"""What is measured at each instant: a wave of the day and of the week, and a noise that is the same each time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import sin, tau

from gateway.core.instants import DAY_MS, MINUTE_MS


@dataclass(frozen=True, slots=True)
class Course:
    """`usual` ± `by_day` over the day ± `by_week` over nine days ± `noise`, never below `least`; `peak`: at which
    part of the day the wave is highest."""

    usual: float
    by_day: float
    noise: float
    by_week: float = 0.0
    peak: float = 0.5
    least: float = 0.0

    def at(self, at_ms: int, salt: int = 0) -> float:
        day = at_ms / DAY_MS
        wave = self.by_day * sin(tau * (day - self.peak + 0.25)) + self.by_week * sin(tau * day / 9 + salt)
        return max(self.least, self.usual + wave + self.noise * _noise(at_ms // MINUTE_MS, salt))


WASTEWATER: Mapping[str, Course] = {
    "pH": Course(7.3, 0.25, 0.08, 0.15),
    "Temp": Course(29.5, 1.8, 0.15, 0.8, peak=0.35),
    "COD": Course(82.0, 18.0, 5.0, 14.0),
    "TSS": Course(52.0, 11.0, 3.5, 8.0, peak=0.4),
    "NH4": Course(4.6, 1.1, 0.3, 0.9, peak=0.6),
    "Flow": Course(118.0, 46.0, 6.0, 12.0, peak=0.3),
}
AMBIENT: Mapping[str, Course] = {
    "NO": Course(14.0, 8.0, 3.0, 4.0, peak=0.05),
    "NO2": Course(48.0, 22.0, 6.0, 12.0, peak=0.05),
    "SO2": Course(28.0, 9.0, 4.0, 7.0, peak=0.2),
    "CO": Course(1450.0, 500.0, 120.0, 260.0, peak=0.05),
    "O3": Course(74.0, 46.0, 6.0, 12.0, peak=0.33),
    "PM10": Course(68.0, 20.0, 7.0, 24.0, peak=0.05),
    "PM2,5": Course(38.0, 13.0, 4.0, 17.0, peak=0.05),
    "Temp": Course(28.5, 4.5, 0.3, 1.5, peak=0.33),
    "RH": Course(76.0, 13.0, 1.5, 5.0, peak=0.85),
    "WS": Course(2.4, 1.2, 0.6, 0.4, peak=0.4),
    "WD": Course(150.0, 70.0, 25.0, 40.0, peak=0.6),
}
"""By symbol. Peaks are parts of the UTC day: 0.33 is three in the afternoon in Vietnam."""


def _noise(number: int, salt: int) -> float:
    """−1 to 1: the same for the same number."""
    mixed = (number * 2654435761 + salt * 40503) & 0xFFFFFFFF
    mixed = ((mixed ^ mixed >> 15) * 2246822519) & 0xFFFFFFFF
    mixed ^= mixed >> 13
    return mixed / 0x7FFFFFFF - 1
