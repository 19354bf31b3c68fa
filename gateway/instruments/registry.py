"""Configuration → pollers: which driver speaks to which type of link.

A new kind of link is one branch in its protocol's wiring.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from gateway.config import Configuration
from gateway.core.interfaces import Clock, Instrument, SampleSink, StateBoard
from gateway.instruments.modbus import ModbusInstrument, link_of
from gateway.instruments.poller import LinkPoller

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
        link = link_of(name, settings, clock)
        instruments = [ModbusInstrument(one, link) for one in wanted]
        most_requests = max(one.most_requests for one in instruments)
        patience_s = MARGIN_S + link.timeout_s + most_requests * link.longest_answer_s
        pollers.append(LinkPoller(link, instruments, patience_s, clock, sink, board))
    return tuple(pollers)


@contextmanager
def build_instrument(configuration: Configuration, name: str, clock: Clock) -> Iterator[Instrument]:
    """One instrument on a link of its own, for asking by hand; the link is closed at the end.

    Raises:
        KeyError: no instrument of that name.
    """
    settings = {one.name: one for one in configuration.instruments}[name]
    link = link_of(settings.link, configuration.links[settings.link], clock)
    try:
        yield ModbusInstrument(settings, link)
    finally:
        link.close()
