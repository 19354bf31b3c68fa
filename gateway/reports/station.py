"""Report: the station's sheet: which station it is, what it measures with which instruments, to whom it sends, its
cameras and its ports. As the configuration has it, without any secret."""

from __future__ import annotations

from gateway import __version__
from gateway.config import Configuration
from gateway.core.instants import milliseconds
from gateway.core.permit_limit import PermitLimit
from gateway.db import Database
from gateway.reports.document import (
    Cell,
    DurationCell,
    Heading,
    NameCell,
    Report,
    ReportKind,
    ReportSection,
    ReportTable,
    TermCell,
    ValueCell,
    heads,
)
from gateway.reports.period import ReportPeriod
from gateway.reports.seal_overview import SealOverview, seal_overview
from gateway.reports.seals import seal_cell


def at_this_moment(configuration: Configuration, _database: Database, now_ms: int) -> ReportPeriod:
    return ReportPeriod(now_ms, now_ms, configuration.station.timezone)


def station_sheet(configuration: Configuration, database: Database, heading: Heading) -> Report:
    station = configuration.station
    sections = [
        ReportSection("instruments", _instruments(configuration)),
        ReportSection("sent_parameters", _parameters(configuration)),
        ReportSection("authorities", _destinations(configuration)),
    ]
    if configuration.cameras is not None:
        sections.append(ReportSection("cameras_recorded", _cameras(configuration)))
    if configuration.ports is not None:
        sections.append(
            ReportSection("declared_ports", ports_table(configuration, seal_overview(configuration, database)))
        )
    return Report(
        ReportKind.STATION,
        heading,
        (
            ("files_named", f"{station.province}_{station.facility}_{station.code}"),
            ("special_monitoring", TermCell("yes" if station.special_monitoring else "no")),
            ("time_zone", station.timezone),
            ("gateway_version", __version__),
            ("instruments", len(configuration.instruments)),
            ("parameters", len(configuration.sent)),
        ),
        tuple(sections),
    )


def _instruments(configuration: Configuration) -> ReportTable:
    rows: list[tuple[Cell, ...]] = []
    for one in configuration.instruments:
        link = configuration.links[one.link]
        symbols = ", ".join(parameter.line for parameter in one.parameters)
        rows.append(
            (
                one.name,
                one.profile,
                symbols,
                link.type,
                link.where,
                one.link_address,
                DurationCell(milliseconds(one.poll)),
            )
        )
    return ReportTable(heads("instrument", "profile", "measures", "link_type", "where", "address", "poll"), tuple(rows))


def _parameters(configuration: Configuration) -> ReportTable:
    rows: list[tuple[Cell, ...]] = []
    for one in configuration.sent:
        low, high = one.range or (None, None)
        limits: tuple[PermitLimit | None, ...] = tuple(PermitLimit(limit, one.unit) for limit in one.limits) or (None,)
        for number, limit in enumerate(limits):
            is_first = number == 0
            rows.append(
                (
                    one.line if is_first else None,
                    one.unit if is_first else None,
                    None if low is None or not is_first else ValueCell.exact(low, 0),
                    None if high is None or not is_first else ValueCell.exact(high, 0),
                    limit,
                )
            )
    return ReportTable(heads("parameter", "unit", "range_from", "range_to", "permit_limit"), tuple(rows))


def _destinations(configuration: Configuration) -> ReportTable:
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            NameCell(one.name, one.official_name or one.name),
            TermCell(one.authority.value),
            str(one.url),
            None if one.host_key is None else ", ".join(one.host_key),
            DurationCell(milliseconds(one.interval_length)),
        )
        for one in configuration.active_destinations
    )
    return ReportTable(heads("destination", "authority", "where", "host_key", "interval"), rows)


def _cameras(configuration: Configuration) -> ReportTable:
    cameras = () if configuration.cameras is None else configuration.cameras.list
    return ReportTable(heads("camera", "where"), tuple((one.name, str(one.url)) for one in cameras))


def ports_table(configuration: Configuration, overview: SealOverview) -> ReportTable:
    """Every declared port with the seals it bears."""
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            str(one.id),
            TermCell(one.state.value, "port"),
            one.purpose,
            one.of,
            seal_cell(overview, str(one.id)),
        )
        for one in configuration.ports or ()
    )
    return ReportTable(heads("port", "port_state", "purpose", "port_of", "seal"), rows)
