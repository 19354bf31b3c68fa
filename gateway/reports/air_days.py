"""The air quality index (VN_AQI) of a report's days and hours, where the station watches the air.

Decision 1459/QĐ-TCMT; shown, never sent. A day that has not passed has no index yet. Each day is judged by the table in
force on it.
"""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from gateway.config import StationKind
from gateway.config.builtin_tables.air_scales import air_scales
from gateway.core.aqi import DAY_HOURS, NOWCAST_HOURS, AirClass, AirQuality, AirScale, daily, hourly, scale_on
from gateway.core.instants import HOUR_MS, day_begins_ms
from gateway.records.store import RecordStore
from gateway.reports.air import NO_INDEX, Hours
from gateway.reports.document import Calendar, Cell, Head, ReportSection, ReportTable, TermCell, heads
from gateway.reports.report_data import ReportData


def air_sections(data: ReportData) -> tuple[ReportSection, ...]:
    """A table of the days and a calendar of the hours; none at another kind of station."""
    if data.heading.station_kind is not StationKind.AMBIENT_AIR:
        return ()
    symbols = tuple(dict.fromkeys(symbol for scale in air_scales() for symbol in scale.symbols))
    parameters = {one.symbol: one.parameter for one in reversed(data.measured) if one.symbol in symbols}
    shown = [symbol for symbol in symbols if symbol in parameters]
    hours = Hours(RecordStore(data.database), parameters, data.columns.length_ms)
    kinds = {_code(one): one.colour for scale in air_scales() for one in scale.classes}
    places: dict[str | None, int] = {code: place for place, code in enumerate(kinds, 1)} | {None: 0}
    rows: list[tuple[Cell, ...]] = []
    fields: list[tuple[date, tuple[int | None, ...]]] = []
    for day, first_ms, last_ms in data.period.days():
        scale = scale_on(day, air_scales())
        begin_ms, end_ms = _edges(day, data)
        is_inside = [first_ms <= begin_ms + (hour + 1) * HOUR_MS <= last_ms + 1 for hour in range(DAY_HOURS)]
        of_hours = _of_hours(begin_ms, hours, scale)
        codes = [None if one.air_class is None else _code(one.air_class) for one in of_hours]
        fields.append(
            (day, tuple(places[code] if there else None for code, there in zip(codes, is_inside, strict=True)))
        )
        is_whole = first_ms == begin_ms and last_ms + 1 == end_ms <= data.heading.made_ms
        quality = daily(scale, hours.of_day(begin_ms)) if is_whole and scale is not None else NO_INDEX
        rows.append((day, *_cells(quality, shown), None if quality is NO_INDEX or scale is None else scale.name))
    columns = (
        *heads("day", "air_index", "air_class", "air_symbol"),
        *(Head(f"air_{one}", one) for one in shown),
        *heads("air_known_hours", "air_decision"),
    )
    calendar = Calendar(
        "picture.air_hours",
        ("air_none", *(f"air_{code}" for code in kinds)),
        tuple(fields),
        ("", *kinds.values()),
    )
    return (ReportSection("air_quality", ReportTable(columns, tuple(rows)), [calendar]),)


def _edges(day: date, data: ReportData) -> tuple[int, int]:
    zone = ZoneInfo(data.period.zone)
    return day_begins_ms(day, zone), day_begins_ms(day + timedelta(days=1), zone)


def _of_hours(begin_ms: int, hours: Hours, scale: AirScale | None) -> list[AirQuality]:
    """The index of each hour of the day that begins then."""
    if scale is None:
        return [NO_INDEX] * DAY_HOURS
    means = hours.until(begin_ms + DAY_HOURS * HOUR_MS, DAY_HOURS + NOWCAST_HOURS - 1)
    return [
        hourly(scale, {symbol: series[hour : hour + NOWCAST_HOURS] for symbol, series in means.items()})
        for hour in range(DAY_HOURS)
    ]


def _cells(quality: AirQuality, shown: list[str]) -> tuple[Cell, ...]:
    """The last cell: the hours of the parameter that had the fewest."""
    by_symbol, hours = dict(quality.by_symbol), dict(quality.hours)
    air_class = quality.air_class
    return (
        quality.index,
        None if air_class is None else TermCell(_code(air_class), "air", colour=air_class.colour),
        quality.symbol,
        *(by_symbol.get(symbol) for symbol in shown),
        min(hours.values(), default=None),
    )


def _code(air_class: AirClass) -> str:
    """For programs and the catalogue: `very_bad`."""
    return air_class.en.lower().replace(" ", "_")
