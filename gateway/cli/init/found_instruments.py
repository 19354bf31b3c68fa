"""Who answers on a link, and what its registers hold: by the code of `gateway scan`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter

from gateway.cli.init.offers import FoundAround
from gateway.cli.speech import said
from gateway.config.instruments.registers import ByteOrder, RegisterType, parse_register
from gateway.config.interview.content import value_at
from gateway.config.interview.question import InitQuestion
from gateway.core.errors import InstrumentError
from gateway.core.phrase import Phrase

if TYPE_CHECKING:
    from gateway.core.interfaces import Clock
    from gateway.instruments.protocol import OpenLink
    from gateway.texts import Texts

_CALLED = {True: range(1, 33), False: (*range(1, 17), 255, 0)}
"""Which units, on a bus and behind an address of the network: more of them are found by `gateway scan`."""
_SHOWN = tuple(RegisterType(kind) for kind in ("int16", "uint16", "int32", "uint32", "float32"))
"""What most devices have; `gateway scan` shows all."""
_MOST_WORDS = 4
_LAST_ADDRESS = 65536
_TIMEOUT = "300ms"
"""For one that is there; a person waits."""


def found_units(question: InitQuestion, content: dict[str, Any], clock: Clock, texts: Texts) -> FoundAround:
    """Those that answer; on a network as many as are found before the second that is silent."""
    from gateway.config import Table
    from gateway.config.links.link import LINK_MODELS
    from gateway.instruments.modbus import ModbusLink
    from gateway.instruments.modbus.scan import probe_unit

    kind = LINK_MODELS[str(value_at(content, ("links", _link_of(question, content), "type")))]
    answers = []
    with opened(question, content, clock) as link:
        if not isinstance(link, ModbusLink):
            return FoundAround()
        silent = 0
        try:
            for unit in _CALLED[kind.is_bus]:
                answer = probe_unit(link, unit, Table.HOLDING, 0)
                silent = silent + 1 if answer is None else 0
                answers += [] if answer is None else [answer]
                if not kind.is_bus and silent > 1 and answers:
                    break
        except KeyboardInterrupt:
            pass  # who was found until then is offered
    if not answers:
        return FoundAround((texts("init.found.no_unit"),))
    lines = (texts("init.found.unit", unit=one.unit, said=said(one.said)) for one in answers)
    return FoundAround(tuple(lines), default=answers[0].unit)


def shown_registers(question: InitQuestion, content: dict[str, Any], wanted: str, clock: Clock) -> list[str]:
    """What the device's registers may mean, as `gateway scan` shows it.

    Raises:
        InstrumentError: it does not answer.
    """
    from gateway.cli.scan import read_registers, wanted_registers
    from gateway.cli.scan_view import scan_lines
    from gateway.instruments.modbus import ModbusLink
    from gateway.instruments.modbus.scan import UnitAnswer

    table, addresses = wanted_registers(wanted)
    unit = value_at(content, (*question.location[:-1], "unit"))
    with opened(question, content, clock) as link:
        if not isinstance(link, ModbusLink):
            return []
        answers = [UnitAnswer(unit if isinstance(unit, int) else 1, wanted)]
        found = read_registers(link, answers, table, addresses, _SHOWN, is_quiet=True)
    return [line for one in found for line in scan_lines(one)]


def found_values(question: InitQuestion, content: dict[str, Any], clock: Clock) -> FoundAround:
    """What stands in the register now, in each type or byte order that can be chosen."""
    from gateway.instruments.decode import decode
    from gateway.instruments.modbus import ModbusLink
    from gateway.instruments.modbus.scan import words_of

    at = question.location[:-1]
    address = parse_register(str(value_at(content, (*at, "register"))))
    unit = value_at(content, (*question.location[:2], "unit"))
    wanted = range(address.address, min(address.address + _MOST_WORDS, _LAST_ADDRESS))
    words: dict[int, int] = {}
    with opened(question, content, clock) as link:
        if isinstance(link, ModbusLink):
            for _, some in words_of(link, unit if isinstance(unit, int) else 1, address.table, wanted):
                words |= some
    held = [words[place] for place in wanted if place in words]
    meanings = {}
    for choice in question.choices:
        is_order = question.key == "byte_order"
        kind = RegisterType(str(value_at(content, (*at, "type"))) if is_order else choice)
        order = ByteOrder(choice) if is_order else ByteOrder.ABCD
        if kind.registers <= len(held):
            number = decode(held[: kind.registers], kind, order, address.part)
            meanings[choice] = "-" if number is None else f"{number:.7g}"
    return FoundAround(meanings=meanings)


@contextmanager
def opened(question: InitQuestion, content: dict[str, Any], clock: Clock) -> Iterator[OpenLink]:
    """The link of the instrument that is asked about.

    Raises:
        InstrumentError: it cannot be opened.
    """
    from gateway.config.links.link import Link
    from gateway.instruments.registry import open_link

    name = _link_of(question, content)
    written = value_at(content, ("links", name))
    settings: Link = TypeAdapter(Link).validate_python({**written, "timeout": _TIMEOUT})
    link = open_link(name, settings, clock)
    try:
        link.connect()
        yield link
    finally:
        link.close()


def _link_of(question: InitQuestion, content: dict[str, Any]) -> str:
    name = value_at(content, (*question.location[:2], "link"))
    if not isinstance(name, str) or not isinstance(value_at(content, ("links", name)), dict):
        raise InstrumentError(Phrase("there is no such link"))
    return name
