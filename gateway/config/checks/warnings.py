"""What is allowed but odd. Each of these was found at real stations, or cost somebody a day."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from gateway.config.builtin_tables.catalogue import declared_by, media_of, symbols
from gateway.config.builtin_tables.names import symbol_meant
from gateway.config.checks.alerts import alert_authorities, alert_secrets, alert_warnings, commands_not_there
from gateway.config.checks.averaged_inputs import averaged_inputs
from gateway.config.checks.cameras import camera_secrets, camera_warnings
from gateway.config.checks.equipment import equipment_warnings
from gateway.config.checks.instruments import rare_polls, shared_registers
from gateway.config.checks.limits import limit_warnings
from gateway.config.checks.orders import order_warnings, secrets_of_orders
from gateway.config.checks.ports import port_warnings
from gateway.config.checks.switches import idle_switches, switch_secrets
from gateway.config.clock import ADVISED_SERVERS, ClockSettings, TrustPolicy
from gateway.config.configuration import Sections
from gateway.config.credentials import is_declared
from gateway.config.destinations.destination import Destination
from gateway.config.destinations.identity import check_certificates_in
from gateway.config.destinations.message import Format
from gateway.config.destinations.mqtt import MqttVersion
from gateway.config.destinations.scheme import ServerProof
from gateway.config.file.form_error import FormError
from gateway.config.file.location import LocatedProblem, Location
from gateway.config.instruments.instrument import Instrument
from gateway.config.links.ends import SerialEnd, TcpEnd
from gateway.config.parameters.quantity import Quantity
from gateway.config.reporting import FIVE_MINUTES
from gateway.config.secrets import Secret
from gateway.config.station import Station, StationKind
from gateway.config.suggest import did_you_mean
from gateway.config.timezone import VIETNAM, offset_words, zone_offset
from gateway.config.units import show_duration
from gateway.core.phrase import Phrase
from gateway.core.publishing import Publishing

_ENUMERATED_DEVICE = re.compile(r"/dev/tty(USB|ACM)[0-9]+", re.ASCII)
_EXAMPLES_HOST_KEY = f"SHA256:{'A' * 43}"
_BAUD_RATES = frozenset(
    {300, 600, 1200, 2400, 4800, 9600, 14400, 19200, 28800, 38400, 57600, 115200, 230400, 460800, 921600}
)
"""Others are heard of, and a typing error is more likely."""
_WEAKER_WAYS = {
    Publishing.DIRECT: (
        Phrase("is direct: while a file grows, and after a cut, the receiver may read half of it"),
        Phrase("ask the authority for the right to rename, then remove it"),
    ),
    Publishing.RENAME_DELETE: (
        Phrase("is rename-delete: while a file is replaced there is none for a moment"),
        Phrase("remove it if the server replaces files on renaming"),
    ),
}


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
    yield from _destinations(sections)
    yield from _digests(sections)
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


def not_filled_in(sections: Sections) -> Iterator[LocatedProblem]:
    """What keeps a destination or a camera from being reached yet, or accounts from being handed over: secrets that are
    not there for this user, an example's key."""
    for index, destination in enumerate(sections.destinations):
        if _EXAMPLES_HOST_KEY in (destination.host_key or ()):
            yield (
                ("destinations", index, "host_key"),
                Phrase("is still the example's: no server has this key, and nothing will be sent"),
                Phrase("ask the authority for its server's; gateway check --online shows the one that answers"),
            )
        for key, secret in (("password", destination.password), ("key", destination.key)):
            if secret is not None:
                yield from _not_there(("destinations", index, key), secret)
        yield from _no_certificates(("destinations", index, "ca"), destination.ca)
        if destination.client is not None:
            yield from _not_there(("destinations", index, "client", "certificate"), destination.client.certificate)
            for at, wrong, right in _not_there(("destinations", index, "client", "key"), destination.client.key):
                made_for_ssh = right.startswith("make one")
                yield at, wrong, Phrase("put the key there that belongs to the certificate") if made_for_ssh else right
    of_sections = (camera_secrets, switch_secrets, alert_secrets, secrets_of_orders)
    for at, secret in (found for secrets_of in of_sections for found in secrets_of(sections)):
        yield from _not_there(at, secret)
    if sections.metrics is not None and sections.metrics.token is not None:
        yield from _not_there(("metrics", "token"), sections.metrics.token)
    for index, account in enumerate(sections.handover.accounts):
        if account.secret is not None:
            key = "key" if account.password is None else "password"
            yield from _not_there(("handover", "accounts", index, key), account.secret)
    for at, ca in alert_authorities(sections):
        yield from _no_certificates(at, ca)
    yield from commands_not_there(sections)


def _no_certificates(at: Location, ca: Path | None) -> Iterator[LocatedProblem]:
    if ca is None:
        return
    try:
        check_certificates_in(ca)
    except FormError as fault:
        yield at, fault.wrong, fault.right


def _not_there(at: Location, secret: Secret) -> Iterator[LocatedProblem]:
    if secret.credential is not None and is_declared(secret.credential, secret.environ):
        return
    try:
        secret.read()
    except FormError as fault:
        yield at, fault.wrong, fault.right


def _destinations(sections: Sections) -> Iterator[LocatedProblem]:
    if not sections.destinations:
        yield (
            ("destinations",),
            Phrase("there is no destination: nothing will be sent"),
            Phrase("add the authority's server"),
        )
    elif not sections.station.special_monitoring and all(d.only_if_special for d in sections.destinations):
        yield (
            ("destinations",),
            Phrase("all destinations are only_if_special and the station is not: nothing will be sent"),
            Phrase("set station.special_monitoring, or remove only_if_special"),
        )
    for index, destination in enumerate(sections.destinations):
        at = ("destinations", index)
        traits = destination.url.scheme.traits
        if destination.official_name is None and _writes_names(sections.station):
            yield (
                (*at, "official_name"),
                Phrase("is missing: letters and reports can only call it {name}", name=destination.name),
                Phrase("add the authority's full name: official_name: Sở Nông nghiệp và Môi trường …"),
            )
        if traits.server_proof is ServerProof.NONE:
            yield (*at, "url"), Phrase("password and data cross the network readable"), traits.safer
        weakness = _WEAKER_WAYS.get(destination.publish)
        if weakness is not None:
            yield (*at, "publish"), *weakness
        if destination.legacy:
            yield (
                (*at, "legacy"),
                Phrase(
                    "lets in algorithms over SHA-1 ({names}): who can forge them reads the password and stands in for"
                    " the server",
                    names=", ".join(destination.legacy),
                ),
                Phrase("ask the authority for a newer server, then remove it"),
            )
        if traits.carries_orders:
            continue
        if traits.carries_messages:
            for location, wrong, right in _messages(destination):
                yield (*at, *location), wrong, right
        elif "%" not in destination.folder:
            yield (
                (*at, "folder"),
                Phrase("has no date: all files will lie in one folder"),
                Phrase("inspectors counted that as a fault; %Y/%m/%d is usual"),
            )


def _writes_names(station: Station) -> bool:
    """Whether this file has full names for letters and reports at all."""
    return any((station.facility_name, station.department, station.address))


def _digests(sections: Sections) -> Iterator[LocatedProblem]:
    files = [one for one in sections.destinations if not one.takes_orders]
    without = [one.name for one in files if one.url.scheme.carries_messages]
    if sections.journal.send and 0 < len(without) < len(files):
        yield (
            ("journal", "send"),
            Phrase(
                "brings no digest to {without}: who takes messages would take it for one", without=", ".join(without)
            ),
            Phrase("nothing need be done: the others get each day's digest as a file"),
        )


def _messages(destination: Destination) -> Iterator[LocatedProblem]:
    options = destination.publication
    if options.version is MqttVersion.V3_1_1:
        yield (
            ("mqtt", "version"),
            Phrase("v3.1.1 acknowledges messages that are thrown away, too"),
            Phrase("use v5, unless the broker does not speak it"),
        )
        if destination.form is Format.TT10 and "{lane}" not in options.topic:
            yield (
                ("mqtt", "topic"),
                Phrase("the receiver cannot tell late files from live ones"),
                Phrase("put {lane} into the topic, or use format: json or v5"),
            )
