"""To whom the station sends, and by whose time."""

from __future__ import annotations

from gateway.config import Configuration, Destination
from gateway.config.destinations.scheme import ServerProof
from gateway.core.instants import milliseconds
from gateway.reports.document import Cell, ReportTable, SettingCell, TermCell, heads

_KNOWN_BY = {
    ServerProof.HOST_KEY: TermCell("host_key", "known_by"),
    ServerProof.CERTIFICATE: TermCell("certificate", "known_by"),
    ServerProof.NONE: TermCell("nothing", "known_by", is_alarming=True),
}


def destinations(configuration: Configuration) -> ReportTable:
    rows: list[tuple[Cell, ...]] = []
    for one in configuration.active_destinations:
        rows.append(
            (
                one.name,
                one.official_name,
                TermCell(one.authority.value),
                one.url.scheme.value.upper(),
                str(one.url),
                SettingCell(milliseconds(one.interval_length)),
            )
        )
    columns = heads("destination", "official_name", "authority", "protocol", "where", "interval")
    return ReportTable(columns, tuple(rows))


def server_checks(configuration: Configuration) -> ReportTable:
    """What proves that a file has arrived, and by what the server is known."""
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            one.name,
            TermCell(one.proof.value, "arrival"),
            _KNOWN_BY[one.url.scheme.traits.server_proof],
            _pinned(one),
        )
        for one in configuration.active_destinations
    )
    return ReportTable(heads("destination", "arrival", "known_by", "host_key"), rows)


def _pinned(destination: Destination) -> str | None:
    """The fingerprints by which the server is known; `None`: whoever the certificate's authority has signed for."""
    pins = (*(destination.host_key or ()), *(destination.certificate or ()))
    return ", ".join(pins) or None


def time_servers(configuration: Configuration) -> ReportTable:
    clock = configuration.clock
    rows: list[tuple[Cell, ...]] = [
        (str(server), SettingCell(milliseconds(clock.check_every)), SettingCell(milliseconds(clock.max_offset)))
        for server in clock.servers
    ]
    return ReportTable(heads("time_server", "asked_every", "max_offset"), tuple(rows))
