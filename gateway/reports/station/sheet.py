"""Report: the station's sheet: which station it is and who answers for it, its equipment with all papers, what it
measures and within which limits, to whom it sends, its cameras, ports, sampler and clock, what is kept and which
software runs.

As the configuration has it, with what the database knows of calibrations and seals, and without any secret.
"""

from __future__ import annotations

from collections.abc import Iterator

from gateway import __version__
from gateway.config import Configuration
from gateway.core.instants import local_time, milliseconds
from gateway.db import Database
from gateway.reports.document import (
    Heading,
    Report,
    ReportKind,
    ReportSection,
    ReportTable,
    SettingCell,
    TermCell,
    heads,
)
from gateway.reports.handover.box_facts import machine, versions
from gateway.reports.period import ReportPeriod
from gateway.reports.seal_overview import seal_overview
from gateway.reports.station.calibrations import newest_calibrations
from gateway.reports.station.equipment import certificates, equipment, technical_data
from gateway.reports.station.limits import permit_limits
from gateway.reports.station.measuring import instruments, parameters
from gateway.reports.station.ports import ports_table
from gateway.reports.station.sending import destinations, server_checks, time_servers
from gateway.reports.station.surroundings import cameras, kept, sampler
from gateway.reports.station.versions import versions_table


def at_this_moment(configuration: Configuration, _database: Database, now_ms: int) -> ReportPeriod:
    return ReportPeriod(now_ms, now_ms, configuration.station.timezone)


def station_sheet(configuration: Configuration, database: Database, heading: Heading) -> Report:
    station = configuration.station
    return Report(
        ReportKind.STATION,
        heading,
        (
            ("address", station.address),
            ("telephone", station.telephone),
            ("email", station.email),
            ("files_named", f"{station.province}_{station.facility}_{station.code}"),
            ("special_monitoring", TermCell("yes" if station.special_monitoring else "no")),
            ("time_zone", station.timezone),
            ("slot", SettingCell(milliseconds(configuration.reporting.slot))),
            ("equipment", len(configuration.equipment)),
            ("instruments", len(configuration.instruments)),
            ("parameters", len(configuration.sent)),
            ("box", machine(configuration.ports_policy.root)),
            ("gateway_version", __version__),
            ("configuration_sha256", configuration.source.sha256 or None),
        ),
        tuple(_sections(configuration, database, heading)),
    )


def _sections(configuration: Configuration, database: Database, heading: Heading) -> Iterator[ReportSection]:
    """What a station may lack, as cameras, has no section there; what it must have says that there is none. The
    equipment comes first at every station: the first table is what CSV has."""
    today = local_time(heading.made_ms, heading.period.zone).date()
    yield ReportSection("equipment", equipment(configuration))
    if configuration.equipment:
        yield ReportSection("technical_data", technical_data(configuration))
        yield ReportSection("certificates", certificates(configuration, today))
    if configuration.station.contacts:
        yield ReportSection("contacts", _contacts(configuration))
    yield ReportSection("sent_parameters", parameters(configuration))
    yield ReportSection("permit_limits", permit_limits(configuration, today))
    yield ReportSection("newest_calibrations", newest_calibrations(configuration, database))
    yield ReportSection("instruments", instruments(configuration))
    yield ReportSection("authorities", destinations(configuration))
    yield ReportSection("server_checks", server_checks(configuration))
    yield ReportSection("time_servers", time_servers(configuration))
    if configuration.cameras is not None:
        yield ReportSection("cameras_recorded", cameras(configuration))
    if configuration.sampler is not None:
        yield ReportSection("sampler", sampler(configuration))
    if configuration.ports is not None:
        yield ReportSection("declared_ports", ports_table(configuration, seal_overview(configuration, database)))
    yield ReportSection("kept", kept(configuration))
    yield ReportSection("versions", versions_table(versions(configuration.ports_policy.root)))


def _contacts(configuration: Configuration) -> ReportTable:
    return ReportTable(
        heads("person", "role", "telephone", "email"),
        tuple((one.name, one.role, one.telephone, one.email) for one in configuration.station.contacts),
    )
