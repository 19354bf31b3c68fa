"""The air quality index of an ambient station, from its records: of the newest whole hour, and of the newest whole day.

Shown at the station, never sent in the file (decision 1459/QĐ-TCMT). A mean of an hour needs three quarters of its
slots.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.config import Configuration, StationKind
from gateway.config.builtin_tables.regulations import air_scale
from gateway.core.aqi import AirQuality, daily, hourly
from gateway.core.averaging import arithmetic_mean
from gateway.core.instants import HOUR_MS, day_begins_ms, local_text, local_time, milliseconds
from gateway.core.reading import Parameter
from gateway.core.record import measured_value
from gateway.db import Database
from gateway.records.store import RecordStore

NOWCAST_HOURS = 12
_ENOUGH = 0.75


@dataclass(frozen=True, slots=True)
class AirIndex:
    """The index of a time that ended at `end_ms`."""

    end_ms: int
    quality: AirQuality


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
    symbols = {points.symbol for points in air_scale().breakpoints}
    parameters = {sent.symbol: sent.parameter for sent in reversed(configuration.sent) if sent.symbol in symbols}
    hour_ms = now_ms // HOUR_MS * HOUR_MS
    today = local_time(now_ms, station.timezone).date()
    midnight_ms = day_begins_ms(today, station.zone)
    hours = Hours(RecordStore(database), parameters, milliseconds(configuration.reporting.slot))
    return AirIndices(
        AirIndex(hour_ms, hourly(air_scale(), hours.until(hour_ms, NOWCAST_HOURS))),
        AirIndex(midnight_ms, daily(air_scale(), hours.until(midnight_ms, 24))),
    )


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
    }


class Hours:
    """Hourly means out of the slots' records."""

    def __init__(self, records: RecordStore, parameters: Mapping[str, Parameter], slot_ms: int) -> None:
        self._records = records
        self._parameters = parameters
        self._slot_ms = slot_ms

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
