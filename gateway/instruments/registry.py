"""Configuration → pollers: which driver speaks to which type of link.

A new protocol is one branch in `instrument_on`; a new kind of link one branch in its protocol's wiring.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import tzinfo

from gateway.config import (
    AkDevice,
    AsciiDevice,
    BayernHessenDevice,
    Configuration,
    Link,
    ModbusDevice,
    SamplerSettings,
    Schedule,
    SerialLink,
    TcpLink,
    Weekday,
)
from gateway.config.instruments.instrument import Instrument as Settings
from gateway.core.interfaces import Clock, Instrument, SampleSink, StateBoard
from gateway.core.reading import Status
from gateway.core.state import StateWindow, Terms
from gateway.instruments.ak import AkInstrument
from gateway.instruments.ascii import AsciiInstrument
from gateway.instruments.bayern_hessen import BayernHessenInstrument
from gateway.instruments.lines.text_link import TextLink, text_link
from gateway.instruments.modbus import ModbusInstrument, ModbusLink, link_of
from gateway.instruments.modbus.identity import IdentifiedInstrument, IdentityCheck
from gateway.instruments.modbus.sampler_command import SamplerCommands, SamplerCommandTask
from gateway.instruments.poller import LinkPoller, SideTask
from gateway.instruments.status_rules import StatusRules

Driver = ModbusInstrument | AsciiInstrument | AkInstrument | BayernHessenInstrument

OTHER_QUESTIONS = 3
"""Questions besides the reading itself that one step of a poller may ask: the identity, the sampler's write, its read
back."""

MARGIN_S = 10.0
"""Patience beyond the time-outs, for a machine that is busy elsewhere."""


def build_pollers(
    configuration: Configuration,
    clock: Clock,
    sink: SampleSink,
    board: StateBoard,
    commands: SamplerCommands | None = None,
) -> tuple[LinkPoller, ...]:
    """One poller for each link that has something to do. Connects to nothing yet. `commands` are for the sampler."""
    pollers = []
    for name, settings in configuration.links.items():
        wanted = [one for one in configuration.instruments if one.link == name]
        has_sampler = configuration.sampler is not None and configuration.sampler.link == name
        if not wanted and not has_sampler:
            continue
        link = open_link(name, settings, clock)
        drivers = [instrument_on(one, link) for one in wanted]
        longest_s = (
            max((_longest_read_s(one, link) for one in drivers), default=0.0) + OTHER_QUESTIONS * link.longest_answer_s
        )
        instruments = [
            _trusted(driver, one, link, configuration.station.zone, clock)
            for driver, one in zip(drivers, wanted, strict=True)
        ]
        side_tasks = _side_tasks(configuration.sampler, commands, link) if has_sampler else []
        patience_s = MARGIN_S + link.timeout_s + longest_s
        pollers.append(LinkPoller(link, instruments, patience_s, clock, sink, board, side_tasks))
    return tuple(pollers)


@contextmanager
def build_instrument(configuration: Configuration, name: str, clock: Clock) -> Iterator[Instrument]:
    """One instrument on a link of its own, for asking by hand; the link is closed at the end.

    Raises:
        KeyError: no instrument of that name.
    """
    settings = {one.name: one for one in configuration.instruments}[name]
    link = open_link(settings.link, configuration.links[settings.link], clock)
    try:
        yield _trusted(instrument_on(settings, link), settings, link, configuration.station.zone, clock)
    finally:
        link.close()


def open_link(name: str, settings: Link, clock: Clock) -> ModbusLink | TextLink:
    """The link as configured. Connects to nothing yet."""
    if isinstance(settings, SerialLink | TcpLink):
        return text_link(name, settings, clock)
    return link_of(name, settings, clock)


def instrument_on(settings: Settings, link: ModbusLink | TextLink) -> Driver:
    """The driver of this device. Loading a configuration has made sure that the link fits."""
    match settings, link:
        case ModbusDevice(), ModbusLink():
            return ModbusInstrument(settings, link)
        case AsciiDevice(), TextLink():
            return AsciiInstrument(settings, link)
        case AkDevice(), TextLink():
            return AkInstrument(settings, link)
        case BayernHessenDevice(), TextLink():
            return BayernHessenInstrument(settings, link)
    raise TypeError(f"{settings.name} does not speak over links such as {link.name}")


def _trusted(driver: Driver, settings: Settings, link: ModbusLink | TextLink, zone: tzinfo, clock: Clock) -> Instrument:
    """The driver, behind all that the configuration asks for before its readings are believed."""
    instrument: Instrument = driver
    if isinstance(settings, ModbusDevice) and settings.identity is not None and isinstance(link, ModbusLink):
        instrument = IdentifiedInstrument(instrument, IdentityCheck(settings.identity, settings.unit, link, clock))
    terms = Terms(
        tuple(_window(source) for source in settings.status if isinstance(source, Schedule)),
        zone,
        settings.hold.total_seconds(),
        settings.warm_up.total_seconds(),
    )
    return instrument if terms.are_void else StatusRules(instrument, terms, clock)


def _window(schedule: Schedule) -> StateWindow:
    begin, end = schedule.schedule
    days = frozenset(list(Weekday).index(day) for day in schedule.days)
    return StateWindow(begin, end, days, Status.FAULT if schedule.state == "fault" else Status.CALIBRATING)


def _side_tasks(
    sampler: SamplerSettings | None, commands: SamplerCommands | None, link: ModbusLink | TextLink
) -> list[SideTask]:
    if sampler is None or commands is None or not isinstance(link, ModbusLink):
        return []
    return [SamplerCommandTask(sampler, commands, link)]


def _longest_read_s(instrument: Driver, link: ModbusLink | TextLink) -> float:
    if isinstance(instrument, ModbusInstrument):
        return instrument.most_requests * link.longest_answer_s
    return instrument.longest_read_s
