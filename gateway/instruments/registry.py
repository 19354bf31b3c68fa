"""Configuration → pollers: the table of the protocols, and what stands between a driver and its link's poller.

A new protocol is one line in `PROTOCOLS`; a new kind of link one branch in `open_link`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import tzinfo
from types import MappingProxyType
from typing import Any

from gateway.config import Configuration, Link, Schedule, SerialLink, TcpLink, Weekday
from gateway.config.instruments.instrument import Instrument as Settings
from gateway.core.interfaces import Clock, Instrument, SampleSink, StateBoard
from gateway.core.reading import Status
from gateway.core.state import StateWindow, StatusSettings
from gateway.instruments.ak import AK
from gateway.instruments.ascii import ASCII
from gateway.instruments.bayern_hessen import BAYERN_HESSEN
from gateway.instruments.calibration_hold import CalibrationAccess, HeldInstrument
from gateway.instruments.device_profiles import DeviceProfiles
from gateway.instruments.identity_check import IdentifiedInstrument
from gateway.instruments.lines.text_link import text_link
from gateway.instruments.modbus import MODBUS, ModbusLink, link_of
from gateway.instruments.nmea import NMEA
from gateway.instruments.poller import LinkPoller, SideTask
from gateway.instruments.protocol import Driver, InstrumentProtocol, LearningDriver, OpenLink
from gateway.instruments.register_command import RegisterCommands, RegisterCommandTask
from gateway.instruments.sdi12 import SDI12
from gateway.instruments.status_rules import StatusRules

PROTOCOLS: tuple[InstrumentProtocol[Any, Any], ...] = (
    MODBUS,
    ASCII,
    AK,
    NMEA,
    SDI12,
    BAYERN_HESSEN,
)
_BY_SETTINGS = {protocol.settings: protocol for protocol in PROTOCOLS}

OTHER_QUESTIONS = 3
"""Questions besides the reading itself that one step of a poller may ask: the identity, the sampler's write, its read
back."""

TO_A_VALVE = 2
"""… and so many more for each device that is told something: a write, and its read back."""

MARGIN_S = 10.0
"""Patience beyond the time-outs, for a machine that is busy elsewhere."""


def protocol_of(settings: Settings) -> InstrumentProtocol[Any, Any]:
    """The protocol that the device speaks."""
    return _BY_SETTINGS[type(settings)]


def build_pollers(
    configuration: Configuration,
    clock: Clock,
    sink: SampleSink,
    board: StateBoard,
    commands: RegisterCommands | None = None,
    calibrated: Mapping[str, CalibrationAccess] = MappingProxyType({}),
    profiles: DeviceProfiles | None = None,
    wanted_links: Collection[str] | None = None,
) -> tuple[LinkPoller, ...]:
    """One poller for each link that has something to do; of `wanted_links` alone, if they are named. Connects to
    nothing yet. `commands` are for the sampler, `calibrated` says, by name, which instruments the gateway calibrates
    itself; `profiles` has what is known of the devices, and gets what is learned."""
    pollers = []
    for name, settings in configuration.links.items():
        if wanted_links is not None and name not in wanted_links:
            continue
        wanted = [one for one in configuration.instruments if one.link == name]
        has_sampler = configuration.sampler is not None and configuration.sampler.link == name
        told = [commands] if has_sampler and commands is not None else []
        told += [access.commands for access in calibrated.values() if access.valve_link == name]
        if not wanted and not has_sampler and not told:
            continue
        link = open_link(name, settings, clock)
        drivers = [driver_on(one, link) for one in wanted]
        for driver, one in zip(drivers, wanted, strict=True):
            if profiles is not None and isinstance(driver, LearningDriver):
                driver.remember(profiles.memory_of(one.name, configuration.fingerprints[one.name]))
        others = OTHER_QUESTIONS + TO_A_VALVE * len(told)
        longest_s = max((one.longest_read_s for one in drivers), default=0.0) + others * link.longest_answer_s
        instruments = [
            _believed(driver, one, link, configuration.station.zone, clock, calibrated.get(one.name))
            for driver, one in zip(drivers, wanted, strict=True)
        ]
        side_tasks = _side_tasks(told, link)
        patience_s = MARGIN_S + link.timeout_s + longest_s
        pollers.append(LinkPoller(link, instruments, patience_s, clock, sink, board, side_tasks))
    return tuple(pollers)


def open_link(name: str, settings: Link, clock: Clock) -> OpenLink:
    """The link as configured. Connects to nothing yet."""
    if isinstance(settings, SerialLink | TcpLink):
        return text_link(name, settings, clock)
    return link_of(name, settings, clock)


def driver_on(settings: Settings, link: OpenLink) -> Driver:
    """The driver of this device. Loading a configuration has made sure that the link fits."""
    protocol = protocol_of(settings)
    if not isinstance(link, protocol.link):
        raise TypeError(f"{settings.name} does not speak over links such as {link.name}")
    return protocol.driver(settings, link)


def _believed(
    driver: Driver,
    settings: Settings,
    link: OpenLink,
    zone: tzinfo,
    clock: Clock,
    access: CalibrationAccess | None,
) -> Instrument:
    """The driver, behind all that the configuration asks for before its readings are believed."""
    instrument: Instrument = driver
    identity_check = protocol_of(settings).identity_check(settings, link, clock)
    if identity_check is not None:
        forget = driver.forget if isinstance(driver, LearningDriver) else _nothing
        instrument = IdentifiedInstrument(instrument, identity_check, forget)
    status_settings = StatusSettings(
        tuple(_window(source) for source in settings.status if isinstance(source, Schedule)),
        zone,
        settings.hold.total_seconds(),
        settings.warm_up.total_seconds(),
    )
    if not status_settings.are_empty:
        instrument = StatusRules(instrument, status_settings, clock)
    return instrument if access is None else HeldInstrument(instrument, access.hold)


def _nothing() -> None:
    """Of a driver that learns nothing there is nothing to forget."""


def _window(schedule: Schedule) -> StateWindow:
    begin, end = schedule.schedule
    days = frozenset(list(Weekday).index(day) for day in schedule.days)
    return StateWindow(begin, end, days, Status.FAULT if schedule.state == "fault" else Status.CALIBRATING)


def _side_tasks(told: Sequence[RegisterCommands], link: OpenLink) -> list[SideTask]:
    return [RegisterCommandTask(commands, link) for commands in told if isinstance(link, ModbusLink)]
