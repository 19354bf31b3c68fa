"""What will be sent over each link, and whether there is time for it. Pure: from the configuration alone.

Times are those of the wire: bytes at the line's speed and the silence before each question. A device's own reaction
comes on top; it is not known, so a line that is planned to be busy most of the time will not keep its periods.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gateway.config import (
    AkDevice,
    AsciiDevice,
    BayernHessenDevice,
    Configuration,
    Link,
    ModbusAsciiLink,
    ModbusDevice,
    ModbusRtuLink,
    ModbusRtuOverTcpLink,
    SamplerSettings,
    Schedule,
    Table,
)
from gateway.config.instruments.instrument import Instrument
from gateway.config.links.ends import SerialEnd
from gateway.config.units import show_duration
from gateway.instruments.ak import telegram as ak
from gateway.instruments.bayern_hessen import telegram as bayern_hessen
from gateway.instruments.lines.serial_line import character_s
from gateway.instruments.modbus.framing import AsciiFraming, Framing, RtuFraming, TcpFraming
from gateway.instruments.modbus.wiring import quiet_s
from gateway.instruments.register_plan import Request, Span, plan

TYPICAL_TEXT = 40
"""Bytes of a text protocol's answer, of which nobody knows the length before."""
BUSY = 0.8
"""Share of the time above which a line is too busy: devices take their own time on top."""


@dataclass(frozen=True, slots=True)
class Question:
    """One question, in words. `answer_bytes` is `None` where the device decides how long its answer is."""

    words: str
    question_bytes: int
    answer_bytes: int | None
    wire_s: float
    """0 where the speed of the line is not ours to know: a network, a device server."""
    occasion: str | None = None
    """When it is asked, in words; `None`: at every poll."""


@dataclass(frozen=True, slots=True)
class InstrumentForecast:
    """What one poll of an instrument sends, and what is asked of it besides."""

    instrument: str
    period_s: float
    questions: tuple[Question, ...]

    @property
    def wire_s(self) -> float:
        """How long a poll is on the wire."""
        return sum(question.wire_s for question in self.questions if question.occasion is None)


@dataclass(frozen=True, slots=True)
class LinkForecast:
    """A link, its instruments, and the sampler if it is there. `load`: the share of the time for which the wire is busy
    with polls."""

    link: str
    instruments: tuple[InstrumentForecast, ...]
    sampler: tuple[Question, ...] = ()

    @property
    def load(self) -> float:
        return sum(one.wire_s / one.period_s for one in self.instruments)

    @property
    def warning(self) -> str | None:
        """Why the periods cannot be kept, if so."""
        if self.load > 1:
            return f"the periods cannot be kept: the wire would be busy {self.load:.0%} of the time"
        if self.load > BUSY:
            return f"the periods can hardly be kept: the wire is busy {self.load:.0%} of the time, without the devices"
        for one in self.instruments:
            if one.wire_s > one.period_s:
                return f"{one.instrument} cannot keep its period: one poll takes {one.wire_s:.2g} s"
        return None


def forecast(configuration: Configuration) -> tuple[LinkForecast, ...]:
    """All links on which something is asked, in the order of the configuration."""
    found = []
    for name, link in configuration.links.items():
        polls = tuple(
            InstrumentForecast(one.name, one.poll.total_seconds(), _questions(one, link))
            for one in configuration.instruments
            if one.link == name
        )
        sampler = configuration.sampler
        sampling = tuple(_sampler_questions(sampler, link)) if sampler is not None and sampler.link == name else ()
        if polls or sampling:
            found.append(LinkForecast(name, polls, sampling))
    return tuple(found)


def _questions(instrument: Instrument, link: Link) -> tuple[Question, ...]:
    match instrument:
        case ModbusDevice():
            return tuple(_reads(instrument, link))
        case AsciiDevice():
            request = instrument.ascii.request
            if request is None:
                return (_question("listens, asks nothing", 0, None, link),)
            return (_question(ascii(request)[1:-1], len(request), None, link),)
        case AkDevice():
            channel = instrument.ak.channel
            queries = dict.fromkeys((one.command, one.channel or channel) for one in instrument.parameters)
            asked = [*([("ASTZ", channel)] if instrument.ak.state else []), *queries]
            return tuple(
                _question(f"{command} {where}", len(ak.question(command, where)), None, link)
                for command, where in asked
            )
        case BayernHessenDevice():
            address, checksum = instrument.bayern_hessen.address, instrument.bayern_hessen.checksum
            asked_bytes = len(bayern_hessen.question(address, checksum == "bcc"))
            return (_question(f"DA {address:03}", asked_bytes, None, link),)


def _reads(instrument: ModbusDevice, link: Link) -> Iterator[Question]:
    identity = instrument.identity
    if identity is not None:
        place = Request(identity.register.table, identity.register.address, identity.registers, ())
        occasion = f"identity: on every connection, and every {show_duration(identity.check_every)}"
        yield _read(instrument.unit, place, link, occasion)
    sources = [one for one in instrument.status if not isinstance(one, Schedule)]
    wanted = [(one.register, one.type) for one in (*instrument.parameters, *sources)]
    spans = (Span(register.table, register.address, kind.registers) for register, kind in wanted)
    for request in plan(spans):
        yield _read(instrument.unit, request, link)


def _sampler_questions(sampler: SamplerSettings, link: Link) -> Iterator[Question]:
    framing = _framing(link)
    words = f"unit {sampler.unit}: write {sampler.written} to {sampler.target}"
    once = f"for a sample, at most every {show_duration(sampler.min_interval)}"
    yield _question(words, framing.size(4), framing.size(4), link, once)
    place, kind, _ = sampler.shown
    until = f"after it, until it shows {sampler.expected}, at most {show_duration(sampler.confirm_within)}"
    yield _read(sampler.unit, Request(place.table, place.address, kind.registers, ()), link, until)


def _read(unit: int, request: Request, link: Link, occasion: str | None = None) -> Question:
    framing = _framing(link)
    is_bits = request.table in (Table.COIL, Table.DISCRETE)
    content = (request.count + 7) // 8 if is_bits else 2 * request.count
    words = f"unit {unit}: read {request.count} from {request.table}:{request.address}"
    return _question(words, framing.size(4), framing.size(1 + content), link, occasion)


def _framing(link: Link) -> Framing:
    if isinstance(link, ModbusRtuLink | ModbusRtuOverTcpLink):
        return RtuFraming()
    return AsciiFraming() if isinstance(link, ModbusAsciiLink) else TcpFraming()


def _question(words: str, question: int, answer: int | None, link: Link, occasion: str | None = None) -> Question:
    if not isinstance(link, SerialEnd):
        return Question(words, question, answer, 0.0, occasion)
    one_s = character_s(link.baudrate, link.bytesize, str(link.parity), link.stopbits)
    size = question + (TYPICAL_TEXT if answer is None else answer)
    return Question(words, question, answer, size * one_s + (quiet_s(link) if question else 0.0), occasion)
