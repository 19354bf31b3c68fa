"""VN_AQI, the Vietnamese air quality index of an ambient station, by the hour and by the day.

Source: decision 1459/QĐ-TCMT of 2019. Shown at the station, never sent in the file. The table is data
(`core/data/vn-aqi.yaml`). Series of hourly means run from the oldest to the newest hour; an hour whose own data do not
suffice is `None`. Where data are not enough there is no index, never a guess.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from gateway.core.averaging import arithmetic_mean
from gateway.core.instants import DAY_MS, HOUR_MS

DUST = ("PM10", "PM2,5")
"""By NowCast in the hour, by the mean of 24 hours in the day."""

_NOWCAST_HOURS = 12
_DAY_HOURS = 24
_ENOUGH = Fraction(3, 4)
"""Of the hours that a mean is made of."""


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
    """The decision's tables. `required`: a station's index needs at least one of these parameters."""

    index: tuple[int, ...]
    breakpoints: tuple[Breakpoints, ...]
    required: tuple[str, ...]
    classes: tuple[AirClass, ...]

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

    The weight of an hour is w to the power of its age; w = lowest / highest of the 12, at least 1/2. Hours without a
    mean are left out of the sum and of the weights, so that no data never count as clean air; `None` unless two of the
    newest three have one, and where no mean is above 0 and not all are 0.

    Worked: 12 hours of 50 but the newest 100: w = 0.5; (100 + 50 × (0.5 + … + 0.5¹¹)) / (1 + … + 0.5¹¹)
    = 50 + 50/1.99951 = 75.006.
    """
    newest_first = list(reversed(hours[-_NOWCAST_HOURS:]))
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
    for symbol in _symbols(scale, hours):
        series = hours[symbol]
        if symbol in DUST:
            found[symbol] = _index(scale, symbol, DAY_MS, nowcast(series))
        else:
            found[symbol] = _index(scale, symbol, HOUR_MS, series[-1] if series else None)
    return _station(scale, found)


def daily(scale: AirScale, hours: Mapping[str, Sequence[float | None]]) -> AirQuality:
    """The index of a day from the 24 hourly means of each symbol, in µg/m3.

    Dust by the mean of the day; gases by their greatest hour; ozone by that or by its greatest mean of 8 hours within
    the day, whichever is worse. A parameter needs 18 of the 24 hours (75 %), a mean of 8 hours 6 of them.

    Raises:
        ValueError: not 24 hours.
    """
    found: dict[str, int | None] = {}
    for symbol in _symbols(scale, hours):
        series = hours[symbol]
        if len(series) != _DAY_HOURS:
            raise ValueError(f"a day has {_DAY_HOURS} hours, not {len(series)} ({symbol})")
        found[symbol] = _of_day(scale, symbol, series)
    return _station(scale, found)


def _of_day(scale: AirScale, symbol: str, series: Sequence[float | None]) -> int | None:
    mean = _mean(series)
    if mean is None:
        return None
    if symbol in DUST:
        return _index(scale, symbol, DAY_MS, mean)
    means = [_mean(series[first : first + 8]) for first in range(_DAY_HOURS - 8 + 1)]
    candidates = [
        _index(scale, symbol, HOUR_MS, max(hour for hour in series if hour is not None)),
        _index(scale, symbol, 8 * HOUR_MS, max((one for one in means if one is not None), default=None)),
    ]
    return max((one for one in candidates if one is not None), default=None)


def _mean(series: Sequence[float | None]) -> float | None:
    known = [mean for mean in series if mean is not None]
    return arithmetic_mean(known) if len(known) >= _ENOUGH * len(series) else None


def _index(scale: AirScale, symbol: str, over_ms: int, concentration: float | None) -> int | None:
    points = scale.points_of(symbol, over_ms)
    return None if points is None else index_of(concentration, scale, points)


def _symbols(scale: AirScale, hours: Mapping[str, Sequence[float | None]]) -> list[str]:
    return [symbol for symbol in dict.fromkeys(one.symbol for one in scale.breakpoints) if symbol in hours]


def _station(scale: AirScale, found: Mapping[str, int | None]) -> AirQuality:
    told = {symbol: index for symbol, index in found.items() if index is not None}
    if not any(symbol in told for symbol in scale.required):
        return AirQuality(None, None, None, tuple(found.items()))
    worst = max(told, key=told.__getitem__)
    return AirQuality(told[worst], worst, scale.class_of(told[worst]), tuple(found.items()))


def _rounded(index: Fraction) -> int:
    return int(index + Fraction(1, 2))
