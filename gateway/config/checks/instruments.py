"""What is odd about how instruments are read: too rarely for a slot, or registers that two parameters share in part."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.config.configuration import Sections
from gateway.config.file.location import LocatedProblem
from gateway.config.instruments.calculated import ModbusCalculated
from gateway.config.instruments.register_read import RegisterRead
from gateway.config.reporting import FIVE_MINUTES
from gateway.config.units import show_duration
from gateway.core.phrase import Phrase

LEAST_POLLS = 4
"""In a slot: of fewer, one that fails costs more than the quarter that a slot may lack."""


def rare_polls(sections: Sections) -> Iterator[LocatedProblem]:
    """Of a shorter slot, a trial's, it is told already that it is no station's."""
    slot = sections.reporting.slot
    if slot < FIVE_MINUTES:
        return
    for index, instrument in enumerate(sections.instruments):
        if instrument.poll * LEAST_POLLS > slot:
            yield (
                ("instruments", index, "poll"),
                Phrase(
                    "is {poll}: a slot of {slot} has fewer than {least} readings, and one that fails makes it 02",
                    poll=show_duration(instrument.poll),
                    slot=show_duration(slot),
                    least=LEAST_POLLS,
                ),
                Phrase("write {most} or less", most=show_duration(slot / LEAST_POLLS)),
            )


def shared_registers(sections: Sections) -> Iterator[LocatedProblem]:
    """Registers of one device that are a part of two parameters' numbers: one of these is read from the wrong place, or
    is of another type. The very same place is told elsewhere."""
    seen: dict[object, list[tuple[RegisterRead, str]]] = {}
    for index, instrument in enumerate(sections.instruments):
        device = seen.setdefault((instrument.link, instrument.link_address), [])
        for position, parameter in enumerate(instrument.parameters):
            own = parameter.registers.values() if isinstance(parameter, ModbusCalculated) else (parameter,)
            reads = [one for one in own if isinstance(one, RegisterRead)]
            for one in reads:
                other = next((other for other in device if _is_shared(one, other[0])), None)
                if other is not None:
                    yield (
                        ("instruments", index, "parameters", position),
                        Phrase(
                            "{own} is read as {kind}, and a part of it for {other} as {other_kind} at {theirs}",
                            own=one.register,
                            kind=one.type,
                            other=other[1],
                            other_kind=other[0].type,
                            theirs=other[0].register,
                        ),
                        Phrase("check both registers and types in the device's manual"),
                    )
                    break
            device += [(one, parameter.line) for one in reads]


def _is_shared(one: RegisterRead, other: RegisterRead) -> bool:
    """In part: not where both are the same registers, of which each may have its own bits."""
    if one.register.table is not other.register.table:
        return False
    first, second = (range(it.register.address, it.register.address + it.type.registers) for it in (one, other))
    return first != second and max(first.start, second.start) < min(first.stop, second.stop)
