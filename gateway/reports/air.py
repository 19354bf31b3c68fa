"""The air quality index of an ambient station, from its records: of the newest whole hour, and of the newest whole day.

Shown at the station, never sent in the file (decision 1459/QĐ-TCMT). A mean of an hour needs three quarters of its
slots. An hour or a day is judged by the table that is in force on it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from gateway.config import Configuration, StationKind
from gateway.config.builtin_tables.air_scales import air_scales
from gateway.core.aqi import DAY_HOURS, EVENING_HOURS, NOWCAST_HOURS, AirQuality, AirScale, daily, hourly, scale_on
from gateway.core.averaging import arithmetic_mean
from gateway.core.instants import DAY_MS, HOUR_MS, day_begins_ms, local_text, local_time, milliseconds
from gateway.core.reading import Parameter
from gateway.core.record import measured_value
from gateway.db import Database
from gateway.records.store import RecordStore

NO_INDEX = AirQuality(None, None, None, ())
_ENOUGH = 0.75


@dataclass(frozen=True, slots=True)
class AirIndex:
    """The index of a time that ended at `end_ms`, by the tables of `scale`; `None`: none are in force then."""

    end_ms: int
    quality: AirQuality
    scale: AirScale | None


@dataclass(frozen=True, slots=True)
class AirIndices:
    """Of the newest whole hour, and of the newest whole day of the station's calendar."""

    hour: AirIndex
    day: AirIndex


def air_indices(configuration: Configuration, database: Database, now_ms: int) -> AirIndices | None:
    """`None`: the station does not watch the air."""
    station = configuration.station
    if station.kind is not StationKind.AMBIENT_AIR:
        return None
    symbols = {symbol for scale in air_scales() for symbol in scale.symbols}
    parameters = {sent.symbol: sent.parameter for sent in reversed(configuration.sent) if sent.symbol in symbols}
    hours = Hours(RecordStore(database), parameters, milliseconds(configuration.reporting.slot))
    hour_ms = now_ms // HOUR_MS * HOUR_MS
    hour_scale = scale_on(local_time(hour_ms - 1, station.zone).date(), air_scales())
    hour = NO_INDEX if hour_scale is None else hourly(hour_scale, hours.until(hour_ms, NOWCAST_HOURS))
    today = local_time(now_ms, station.zone).date()
    yesterday = today - timedelta(days=1)
    day_scale = scale_on(yesterday, air_scales())
    day = NO_INDEX if day_scale is None else daily(day_scale, hours.of_day(day_begins_ms(yesterday, station.zone)))
    return AirIndices(AirIndex(hour_ms, hour, hour_scale), AirIndex(day_begins_ms(today, station.zone), day, day_scale))


def to_json(indices: AirIndices | None, zone: str) -> dict[str, Any] | None:
    """For `gateway status --json`."""
    if indices is None:
        return None
    return {"hour": _to_json(indices.hour, zone), "day": _to_json(indices.day, zone)}


def _to_json(one: AirIndex, zone: str) -> dict[str, Any]:
    quality = one.quality
    air_class = quality.air_class
    return {
        "end": local_text(one.end_ms, zone, "seconds"),
        "index": quality.index,
        "symbol": quality.symbol,
        "class": None if air_class is None else {"vi": air_class.vi, "en": air_class.en, "colour": air_class.colour},
        "parameters": dict(quality.by_symbol),
        "hours": dict(quality.hours),
        "decision": None if one.scale is None else one.scale.name,
    }


class Hours:
    """Hourly means out of the slots' records."""

    def __init__(self, records: RecordStore, parameters: Mapping[str, Parameter], slot_ms: int) -> None:
        self._records = records
        self._parameters = parameters
        self._slot_ms = slot_ms

    def of_day(self, begin_ms: int) -> Mapping[str, Sequence[float | None]]:
        """What the index of the day that begins then is made of: the last hours of the day before, and its own."""
        return self.until(begin_ms + DAY_MS, EVENING_HOURS + DAY_HOURS)

    def until(self, end_ms: int, hours: int) -> Mapping[str, Sequence[float | None]]:
        """The means of so many hours, the last of which ends then, oldest first, by symbol."""
        return {symbol: self._means(parameter, end_ms, hours) for symbol, parameter in self._parameters.items()}

    def _means(self, parameter: Parameter, end_ms: int, hours: int) -> list[float | None]:
        begin_ms = end_ms - hours * HOUR_MS
        values: list[list[float]] = [[] for _ in range(hours)]
        for slot_end_ms, average in self._records.series(parameter, self._slot_ms, begin_ms, end_ms):
            value = measured_value(average)
            if value is not None:
                values[(slot_end_ms - 1 - begin_ms) // HOUR_MS].append(value)
        needed = _ENOUGH * (HOUR_MS // self._slot_ms)
        return [arithmetic_mean(hour) if len(hour) >= needed else None for hour in values]
