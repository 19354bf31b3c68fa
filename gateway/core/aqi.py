"""VN_AQI, the Vietnamese air quality index of an ambient station, by the hour and by the day.

Source: decision 1459/QĐ-TCMT of 2019. Shown at the station, never sent in the file. The table is data
(`core/data/vn-aqi.yaml`) and holds from a day until a day: the index of a day is made by the one in force on that day.
Series of hourly means run from the oldest to the newest hour; an hour whose own data do not suffice is `None`. What is
done with what the decision leaves open: docs/decisions/0034-an-index-of-the-hours-that-are-there.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from gateway.core.averaging import arithmetic_mean
from gateway.core.instants import DAY_MS, HOUR_MS

DUST = ("PM10", "PM2,5")
"""By NowCast in the hour, by the mean of 24 hours in the day."""

NOWCAST_HOURS = 12
DAY_HOURS = 24
EIGHT_HOURS = 8
EVENING_HOURS = EIGHT_HOURS - 1
"""Of the day before, in the first mean of 8 hours that ends within the day: 18:00 … 24:00 with 1:00 (2.2.2a)."""

_ENOUGH = Fraction(3, 4)
"""Of the hours that a mean is made of: 18 of 24, 6 of 8."""


@dataclass(frozen=True, slots=True)
class Breakpoints:
    """Concentrations in µg/m3, rising, at which the index has the values of the scale, for means over `over_ms`."""

    symbol: str
    over_ms: int
    points: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class AirClass:
    """A class of the index: up to which index, its colour, its name."""

    upto: int
    colour: str
    vi: str
    en: str


@dataclass(frozen=True, slots=True)
class AirScale:
    """A decision's tables. `required`: a station's index needs at least one of these parameters. In force from
    `first_day` until `last_day`, both included; `None`: until another is."""

    name: str
    first_day: date
    last_day: date | None
    index: tuple[int, ...]
    breakpoints: tuple[Breakpoints, ...]
    required: tuple[str, ...]
    classes: tuple[AirClass, ...]

    @property
    def symbols(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(one.symbol for one in self.breakpoints))

    def is_in_force(self, day: date) -> bool:
        return self.first_day <= day and (self.last_day is None or day <= self.last_day)

    def points_of(self, symbol: str, over_ms: int) -> tuple[float, ...] | None:
        for one in self.breakpoints:
            if (one.symbol, one.over_ms) == (symbol, over_ms):
                return one.points
        return None

    def class_of(self, index: int) -> AirClass:
        return next((one for one in self.classes if index <= one.upto), self.classes[-1])


@dataclass(frozen=True, slots=True)
class AirQuality:
    """A station's index: the highest of its parameters', and whose it is. `None`: it cannot be told."""

    index: int | None
    symbol: str | None
    air_class: AirClass | None
    by_symbol: tuple[tuple[str, int | None], ...]
    """The index of each parameter of the scale that the station measures."""
    hours: tuple[tuple[str, int], ...] = ()
    """Of each of these: how many hours with a mean there were, of the day's 24, NowCast's 12 or the one of a gas."""


def scale_on(day: date, scales: Sequence[AirScale]) -> AirScale | None:
    """The tables in force on a day, the newest if there are several; `None`: there are none, and there is no index."""
    return max((one for one in scales if one.is_in_force(day)), key=lambda one: one.first_day, default=None)


def index_of(concentration: float | None, scale: AirScale, points: Sequence[float]) -> int | None:
    """The index of a mean concentration in µg/m3: linear between breakpoints, rounded half up to a whole number.

    From the last breakpoint of a full row on it is 500 ("≥" in the decision's table); a shorter row has none beyond its
    last. A negative concentration has none: it is the analyser's, not the air's.
    Worked, PM2,5 35: between 25 (50) and 50 (100): 50 + 50/25 × 10 = 70.
    """
    if concentration is None or concentration < 0:
        return None
    exact = Fraction(repr(concentration))
    for upper in range(1, len(points)):
        low, high = Fraction(repr(points[upper - 1])), Fraction(repr(points[upper]))
        if exact <= high:
            share = (exact - low) / (high - low)
            return _rounded(scale.index[upper - 1] + share * (scale.index[upper] - scale.index[upper - 1]))
    return scale.index[-1] if len(points) == len(scale.index) else None


def nowcast(hours: Sequence[float | None]) -> float | None:
    """What the hour's dust counts for: the mean of the last 12 hourly means, the newer the weightier.

    The weight of an hour is w to the power of its age; w = lowest / highest of the 12, at least 1/2. The sum is divided
    by the weights of the hours that are there, whatever w is: the decision's formula for w = 1/2 divides by nothing,
    which is the same within 0.025 % while all 12 are there, and counts a missing hour as clean air otherwise. `None`
    unless two of the newest three have a mean (2.2.1a), and where no mean is above 0 and not all are 0.

    Worked: 12 hours of 50 but the newest 100: w = 0.5; (100 + 50 × (0.5 + … + 0.5¹¹)) / (1 + … + 0.5¹¹)
    = 50 + 50/1.99951 = 75.006. The newest 100, none before it, ten of 50: 124.976 / 1.49951 = 83.34 (undivided: 62.5).
    """
    newest_first = list(reversed(hours[-NOWCAST_HOURS:]))
    if sum(mean is not None for mean in newest_first[:3]) < 2:
        return None
    known = [(age, Fraction(repr(mean))) for age, mean in enumerate(newest_first) if mean is not None]
    lowest, highest = min(mean for _, mean in known), max(mean for _, mean in known)
    if highest <= 0:
        return 0.0 if lowest == 0 else None
    weight = max(lowest / highest, Fraction(1, 2))
    weights = sum(weight**age for age, _ in known)
    return float(sum(weight**age * mean for age, mean in known) / weights)


def hourly(scale: AirScale, hours: Mapping[str, Sequence[float | None]]) -> AirQuality:
    """The index of the newest hour, from the last 12 (or more) hourly means of each symbol, in µg/m3.

    Gases by their mean of the hour, dust by NowCast.
    """
    found: dict[str, int | None] = {}
    known: dict[str, int] = {}
    for symbol in _symbols(scale, hours):
        series = hours[symbol]
        if symbol in DUST:
            found[symbol] = _index(scale, symbol, DAY_MS, nowcast(series))
            known[symbol] = _count(series[-NOWCAST_HOURS:])
        else:
            found[symbol] = _index(scale, symbol, HOUR_MS, series[-1] if series else None)
            known[symbol] = _count(series[-1:])
    return _station(scale, found, known)


def daily(scale: AirScale, hours: Mapping[str, Sequence[float | None]]) -> AirQuality:
    """The index of a day from 31 hourly means of each symbol, in µg/m3: the last 7 hours of the day before, and its 24.

    Dust by the mean of the day, which needs 18 of the 24 hours; gases by their greatest hour of those that are there,
    for the decision asks for no number, and a missing hour can only have been worse; ozone by that or by the greatest
    of its 24 means of 8 hours, one ending with each hour of the day and each of 6 hours at least, whichever is worse.

    Worked: ozone of 150 from 18:00 of the evening before until 1:00, then 20: the first mean of 8 hours is 150, and the
    index 100 + 50/50 × 30 = 130; the day's own greatest hour gives 47.

    Raises:
        ValueError: not 31 hours.
    """
    found: dict[str, int | None] = {}
    known: dict[str, int] = {}
    for symbol in _symbols(scale, hours):
        series = hours[symbol]
        if len(series) != EVENING_HOURS + DAY_HOURS:
            raise ValueError(
                f"a day's index is made of {EVENING_HOURS} + {DAY_HOURS} hours, not of {len(series)} ({symbol})"
            )
        found[symbol] = _of_day(scale, symbol, series)
        known[symbol] = _count(series[EVENING_HOURS:])
    return _station(scale, found, known)


def eight_hour_means(series: Sequence[float | None]) -> list[float | None]:
    """The means of 8 hours that end with each hour from the eighth on: 24 of a day's 31 hours."""
    return [_mean(series[first : first + EIGHT_HOURS]) for first in range(len(series) - EIGHT_HOURS + 1)]


def _of_day(scale: AirScale, symbol: str, series: Sequence[float | None]) -> int | None:
    day = series[EVENING_HOURS:]
    if symbol in DUST:
        return _index(scale, symbol, DAY_MS, _mean(day))
    candidates = [
        _index(scale, symbol, HOUR_MS, _greatest(day)),
        _index(scale, symbol, EIGHT_HOURS * HOUR_MS, _greatest(eight_hour_means(series))),
    ]
    return max((one for one in candidates if one is not None), default=None)


def _greatest(means: Sequence[float | None]) -> float | None:
    return max((one for one in means if one is not None), default=None)


def _count(series: Sequence[float | None]) -> int:
    return sum(mean is not None for mean in series)


def _mean(series: Sequence[float | None]) -> float | None:
    known = [mean for mean in series if mean is not None]
    return arithmetic_mean(known) if len(known) >= _ENOUGH * len(series) else None


def _index(scale: AirScale, symbol: str, over_ms: int, concentration: float | None) -> int | None:
    points = scale.points_of(symbol, over_ms)
    return None if points is None else index_of(concentration, scale, points)


def _symbols(scale: AirScale, hours: Mapping[str, Sequence[float | None]]) -> list[str]:
    return [symbol for symbol in scale.symbols if symbol in hours]


def _station(scale: AirScale, found: Mapping[str, int | None], known: Mapping[str, int]) -> AirQuality:
    told = {symbol: index for symbol, index in found.items() if index is not None}
    if not any(symbol in told for symbol in scale.required):
        return AirQuality(None, None, None, tuple(found.items()), tuple(known.items()))
    worst = max(told, key=told.__getitem__)
    return AirQuality(told[worst], worst, scale.class_of(told[worst]), tuple(found.items()), tuple(known.items()))


def _rounded(index: Fraction) -> int:
    return int(index + Fraction(1, 2))
