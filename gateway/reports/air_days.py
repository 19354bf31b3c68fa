"""The air quality index (VN_AQI) of a report's days and hours, where the station watches the air.

Decision 1459/QĐ-TCMT; shown, never sent. A day that has not passed has no index yet.
"""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from gateway.config import StationKind
from gateway.config.builtin_tables.regulations import air_scale
from gateway.core.aqi import AirClass, AirQuality, daily, hourly
from gateway.core.instants import DAY_MS, HOUR_MS, day_begins_ms
from gateway.records.store import RecordStore
from gateway.reports.air import NOWCAST_HOURS, Hours
from gateway.reports.document import Calendar, Cell, Head, ReportSection, ReportTable, TermCell, heads
from gateway.reports.report_data import ReportData

_DAY_HOURS = 24


def air_sections(data: ReportData) -> tuple[ReportSection, ...]:
    """A table of the days and a calendar of the hours; none at another kind of station."""
    if data.heading.station_kind is not StationKind.AMBIENT_AIR:
        return ()
    symbols = tuple(dict.fromkeys(points.symbol for points in air_scale().breakpoints))
    parameters = {one.symbol: one.parameter for one in reversed(data.measured) if one.symbol in symbols}
    shown = [symbol for symbol in symbols if symbol in parameters]
    hours = Hours(RecordStore(data.database), parameters, data.columns.length_ms)
    rows: list[tuple[Cell, ...]] = []
    fields: list[tuple[date, tuple[int | None, ...]]] = []
    for day, first_ms, last_ms in data.period.days():
        begin_ms, end_ms = _edges(day, data)
        of_hours = _of_hours(begin_ms, hours)
        is_inside = [first_ms <= begin_ms + (hour + 1) * HOUR_MS <= last_ms + 1 for hour in range(_DAY_HOURS)]
        fields.append(
            (day, tuple(_field(one) if there else None for one, there in zip(of_hours, is_inside, strict=True)))
        )
        is_whole = first_ms == begin_ms and last_ms + 1 == end_ms <= data.heading.made_ms
        rows.append((day, *_cells(daily(air_scale(), hours.until(begin_ms + DAY_MS, 24)), shown, is_whole)))
    columns = (*heads("day", "air_index", "air_class", "air_symbol"), *(Head(f"air_{one}", one) for one in shown))
    classes = air_scale().classes
    calendar = Calendar(
        "picture.air_hours",
        ("air_none", *(f"air_{_code(one)}" for one in classes)),
        tuple(fields),
        ("", *(one.colour for one in classes)),
    )
    return (ReportSection("air_quality", ReportTable(columns, tuple(rows)), [calendar]),)


def _edges(day: date, data: ReportData) -> tuple[int, int]:
    zone = ZoneInfo(data.period.zone)
    return day_begins_ms(day, zone), day_begins_ms(day + timedelta(days=1), zone)


def _of_hours(begin_ms: int, hours: Hours) -> list[AirQuality]:
    """The index of each hour of the day that begins then."""
    means = hours.until(begin_ms + _DAY_HOURS * HOUR_MS, _DAY_HOURS + NOWCAST_HOURS - 1)
    return [
        hourly(air_scale(), {symbol: series[hour : hour + NOWCAST_HOURS] for symbol, series in means.items()})
        for hour in range(_DAY_HOURS)
    ]


def _field(quality: AirQuality) -> int:
    return 0 if quality.air_class is None else 1 + air_scale().classes.index(quality.air_class)


def _cells(quality: AirQuality, shown: list[str], is_whole: bool) -> tuple[Cell, ...]:
    if not is_whole:
        return (None,) * (3 + len(shown))
    by_symbol = dict(quality.by_symbol)
    air_class = quality.air_class
    return (
        quality.index,
        None if air_class is None else TermCell(_code(air_class), "air", colour=air_class.colour),
        quality.symbol,
        *(by_symbol[symbol] for symbol in shown),
    )


def _code(air_class: AirClass) -> str:
    """For programs and the catalogue: `very_bad`."""
    return air_class.en.lower().replace(" ", "_")
