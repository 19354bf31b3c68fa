"""What is allowed but odd. Each of these was found at real stations, or cost somebody a day."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gateway.config.builtin_tables.catalogue import declared_by, media_of, symbols
from gateway.config.builtin_tables.names import symbol_meant
from gateway.config.checks.alerts import alert_warnings
from gateway.config.checks.averaged_inputs import averaged_inputs
from gateway.config.checks.cameras import camera_warnings
from gateway.config.checks.destinations import destination_warnings, digest_warnings
from gateway.config.checks.equipment import equipment_warnings
from gateway.config.checks.instruments import rare_polls, shared_registers
from gateway.config.checks.limits import limit_warnings
from gateway.config.checks.orders import order_warnings
from gateway.config.checks.ports import port_warnings
from gateway.config.checks.switches import idle_switches
from gateway.config.clock import ADVISED_SERVERS, ClockSettings, TrustPolicy
from gateway.config.configuration import Sections
from gateway.config.file.location import LocatedProblem
from gateway.config.instruments.instrument import Instrument
from gateway.config.links.ends import SerialEnd, TcpEnd
from gateway.config.parameters.quantity import Quantity
from gateway.config.reporting import FIVE_MINUTES
from gateway.config.station import StationKind
from gateway.config.suggest import did_you_mean
from gateway.config.timezone import VIETNAM, offset_words, zone_offset
from gateway.config.units import show_duration
from gateway.core.phrase import Phrase

_ENUMERATED_DEVICE = re.compile(r"/dev/tty(USB|ACM)[0-9]+", re.ASCII)
_BAUD_RATES = frozenset(
    {300, 600, 1200, 2400, 4800, 9600, 14400, 19200, 28800, 38400, 57600, 115200, 230400, 460800, 921600}
)
"""Others are heard of, and a typing error is more likely."""


def warnings_about(sections: Sections) -> Iterator[LocatedProblem]:
    """Everything worth a warning in a valid configuration."""
    yield from _station(sections)
    yield from _clock(sections.clock, is_declared="clock" in sections.model_fields_set)
    yield from _links(sections)
    yield from port_warnings(sections)
    yield from idle_switches(sections)
    for index, instrument in enumerate(sections.instruments):
        for location, wrong, right in _instrument(instrument, sections.station.kind):
            yield ("instruments", index, *location), wrong, right
    yield from rare_polls(sections)
    yield from _read_twice(sections)
    yield from shared_registers(sections)
    yield from averaged_inputs(sections)
    yield from destination_warnings(sections)
    yield from digest_warnings(sections)
    yield from camera_warnings(sections)
    yield from equipment_warnings(sections)
    yield from limit_warnings(sections)
    yield from alert_warnings(sections)
    yield from order_warnings(sections)


def _station(sections: Sections) -> Iterator[LocatedProblem]:
    if zone_offset(sections.station.zone) != VIETNAM:
        yield (
            ("station", "timezone"),
            Phrase("is {zone}, not GMT+7", zone=offset_words(sections.station.zone)),
            Phrase("TT10/2021 asks for Vietnam's time: Asia/Ho_Chi_Minh"),
        )
    slot = sections.reporting.slot
    if slot != FIVE_MINUTES:
        yield (
            ("reporting", "slot"),
            Phrase("is {slot}", slot=show_duration(slot)),
            Phrase("TT10/2021 asks for 5min; keep others to trials"),
        )
    coverage = sections.reporting.min_coverage
    if coverage <= 1:
        yield (
            ("reporting", "min_coverage"),
            Phrase("is {coverage:g} %: one reading is enough", coverage=coverage),
            Phrase("75 means three quarters"),
        )


def _clock(clock: ClockSettings, *, is_declared: bool) -> Iterator[LocatedProblem]:
    count = len(clock.servers)
    if is_declared and count < ADVISED_SERVERS:
        yield (
            ("clock", "servers"),
            {0: Phrase("there is none"), 1: Phrase("one server alone is believed whatever it says")}.get(
                count, Phrase("of two servers that disagree nobody knows which one is right")
            ),
            Phrase("name three or more"),
        )
    if clock.trust is TrustPolicy.ASSUME:
        yield (
            ("clock", "trust"),
            Phrase("is assume: after a power cut slots are closed and sent by a clock that nobody has vouched for"),
            Phrase("remove it where a time server, chrony or a battery-backed clock can be had"),
        )


def _links(sections: Sections) -> Iterator[LocatedProblem]:
    used = {instrument.link for instrument in sections.instruments}
    used |= {sections.sampler.link} if sections.sampler else set()
    ends: dict[tuple[str, int], str] = {}
    for name, link in sections.links.items():
        if name not in used:
            yield (
                ("links", name),
                Phrase("no instrument uses this link"),
                Phrase("remove it, or put an instrument on it"),
            )
        if isinstance(link, SerialEnd) and link.baudrate not in _BAUD_RATES:
            guess = did_you_mean(str(link.baudrate), map(str, _BAUD_RATES)) or Phrase(
                "most devices come with 9600 or 19200"
            )
            yield ("links", name, "baudrate"), Phrase("{baudrate} is no usual rate", baudrate=link.baudrate), guess
        match link:
            case SerialEnd(device=device) if _ENUMERATED_DEVICE.fullmatch(device):
                yield (
                    ("links", name, "device"),
                    Phrase("{device} may be another device after the next start", device=device),
                    Phrase("write its path in /dev/serial/by-id, which stays the same"),
                )
            case TcpEnd(host=host, port=port):
                first = ends.setdefault((host.lower(), port), name)
                if first != name:
                    yield (
                        ("links", name, "host"),
                        Phrase("link {first} leads to the same host and port", first=first),
                        Phrase("many devices serve one connection at a time: put the instruments on one link"),
                    )


def _instrument(instrument: Instrument, kind: StationKind) -> Iterator[LocatedProblem]:
    yield from instrument.warnings
    for index, measured in enumerate(instrument.parameters):
        yield from _symbol(("parameters", index, "symbol"), measured, kind)


def _read_twice(sections: Sections) -> Iterator[LocatedProblem]:
    """One place in one device for two parameters, be it in one section or in a copy of it: one of them is another's."""
    seen: set[object] = set()
    for index, instrument in enumerate(sections.instruments):
        for position, place in enumerate(instrument.places):
            one = (instrument.link, instrument.link_address, place)
            if one in seen:
                yield (
                    ("instruments", index, "parameters", position, place.key),
                    Phrase("{shown} is read for another parameter too", shown=place.shown),
                    Phrase("check the datasheet"),
                )
            seen.add(one)


def _symbol(at: tuple[str | int, ...], measured: Quantity, kind: StationKind) -> Iterator[LocatedProblem]:
    media = media_of(measured.symbol, measured.unit)
    standard = declared_by(measured.symbol, measured.unit, kind)
    if standard is not None:
        yield (
            at,
            Phrase(
                "{symbol} in {unit} is not in the circular's table for this kind of station ({standard} limits it)",
                symbol=measured.symbol,
                unit=measured.unit,
                standard=standard,
            ),
            Phrase("the authority must have declared it for this station"),
        )
    elif not media:
        is_known = measured.symbol in symbols()
        hint = None if is_known else symbol_meant(measured.symbol)
        what = (
            Phrase("{symbol} in {unit}", symbol=measured.symbol, unit=measured.unit)
            if is_known
            else repr(measured.symbol)
        )
        yield (
            at,
            Phrase("{what} is not a symbol of the regulation", what=what),
            Phrase("{hint}the authority must have declared it for this station", hint=hint + " " if hint else ""),
        )
    elif kind not in media:
        yield (
            at,
            Phrase(
                "{symbol} in {unit} is for {media}, and this station is {kind}",
                symbol=measured.symbol,
                unit=measured.unit,
                media=", ".join(media),
                kind=kind,
            ),
            Phrase("check the symbol and the unit"),
        )
