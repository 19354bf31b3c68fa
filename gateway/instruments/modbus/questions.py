"""What is sent to a Modbus device, in words and in bytes; from the configuration alone. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.config import Link, ModbusAsciiLink, ModbusDevice, ModbusRtuLink, ModbusRtuOverTcpLink, Table
from gateway.config.links.device_limits import limits_of, traits_of
from gateway.config.links.ends import SerialEnd
from gateway.config.units import show_duration
from gateway.core.phrase import Phrase
from gateway.instruments.modbus.framing import AsciiFraming, Framing, RtuFraming, TcpFraming
from gateway.instruments.modbus.wanted import planned_requests, wanted_values
from gateway.instruments.modbus.wiring import quiet_s
from gateway.instruments.question import Question, question_on
from gateway.instruments.register_plan import Request

EMPTIES = Phrase("each read empties it: asked once a poll, alone, never again")


def questions(settings: ModbusDevice, link: Link) -> Iterator[Question]:
    """The identity, if it is asked for, and the reads of a poll."""
    identity = settings.identity
    if identity is not None:
        place = Request(identity.register.table, identity.register.address, identity.registers, ())
        occasion = Phrase(
            "identity: on every connection, and every {show_duration}",
            show_duration=show_duration(identity.check_every),
        )
        yield read_question(settings.unit, place, link, occasion)
    traits = traits_of(limits_of(link), settings.device)
    wanted = wanted_values(settings)
    emptied = {one.span for one in wanted if one.is_emptied}
    for request in planned_requests(wanted, traits):
        is_emptied = not emptied.isdisjoint(request.spans)
        yield read_question(settings.unit, request, link, EMPTIES if is_emptied else None)


def read_question(unit: int, request: Request, link: Link, occasion: str | None = None) -> Question:
    is_bits = request.table in (Table.COIL, Table.DISCRETE)
    content = (request.count + 7) // 8 if is_bits else 2 * request.count
    words = Phrase(
        "unit {unit}: read {count} from {table}:{address}",
        unit=unit,
        count=request.count,
        table=request.table,
        address=request.address,
    )
    return _question(link, words, 1 + content, occasion)


def write_question(unit: int, target: str, value: int, link: Link, occasion: str) -> Question:
    """Of one coil or register; the device repeats the question."""
    return _question(
        link, Phrase("unit {unit}: write {value} to {target}", unit=unit, value=value, target=target), 4, occasion
    )


def _question(link: Link, words: str, answer_content: int, occasion: str | None) -> Question:
    """`answer_content`: bytes after the answer's function code; a question has four."""
    framing = _framing(link)
    silence_s = quiet_s(link) if isinstance(link, SerialEnd) else None
    sizes = (framing.size(4), framing.size(answer_content))
    return question_on(link, words, *sizes, silence_s=silence_s, occasion=occasion)


def _framing(link: Link) -> Framing:
    if isinstance(link, ModbusRtuLink | ModbusRtuOverTcpLink):
        return RtuFraming()
    return AsciiFraming() if isinstance(link, ModbusAsciiLink) else TcpFraming()
