"""Configuration → pollers: which driver speaks to which type of link.

A new protocol is one branch in `instrument_on`; a new kind of link one branch in its protocol's wiring.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from gateway.config import (
    AkDevice,
    AsciiDevice,
    BayernHessenDevice,
    Configuration,
    Link,
    ModbusDevice,
    SerialLink,
    TcpLink,
)
from gateway.config.instruments import Instrument as Settings
from gateway.core.interfaces import Clock, Instrument, SampleSink, StateBoard
from gateway.instruments.ak import AkInstrument
from gateway.instruments.ascii import AsciiInstrument
from gateway.instruments.bayern_hessen import BayernHessenInstrument
from gateway.instruments.lines.text_link import TextLink, text_link
from gateway.instruments.modbus import ModbusInstrument, ModbusLink, link_of
from gateway.instruments.poller import LinkPoller

Driver = ModbusInstrument | AsciiInstrument | AkInstrument | BayernHessenInstrument

MARGIN_S = 10.0
"""Patience beyond the time-outs, for a machine that is busy elsewhere."""


def build_pollers(
    configuration: Configuration, clock: Clock, sink: SampleSink, board: StateBoard
) -> tuple[LinkPoller, ...]:
    """One poller for each link that has instruments. Connects to nothing yet."""
    pollers = []
    for name, settings in configuration.links.items():
        wanted = [one for one in configuration.instruments if one.link == name]
        if not wanted:
            continue
        link = _open(name, settings, clock)
        instruments = [instrument_on(one, link) for one in wanted]
        patience_s = MARGIN_S + link.timeout_s + max(_longest_read_s(one, link) for one in instruments)
        pollers.append(LinkPoller(link, instruments, patience_s, clock, sink, board))
    return tuple(pollers)


@contextmanager
def build_instrument(configuration: Configuration, name: str, clock: Clock) -> Iterator[Instrument]:
    """One instrument on a link of its own, for asking by hand; the link is closed at the end.

    Raises:
        KeyError: no instrument of that name.
    """
    settings = {one.name: one for one in configuration.instruments}[name]
    link = _open(settings.link, configuration.links[settings.link], clock)
    try:
        yield instrument_on(settings, link)
    finally:
        link.close()


def _open(name: str, settings: Link, clock: Clock) -> ModbusLink | TextLink:
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


def _longest_read_s(instrument: Driver, link: ModbusLink | TextLink) -> float:
    if isinstance(instrument, ModbusInstrument):
        return instrument.most_requests * link.longest_answer_s
    return instrument.longest_read_s
