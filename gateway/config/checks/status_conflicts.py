"""Sources of an instrument's state that contradict one another: the worst wins, and what then never shows is a fault.

Only what is certain is refused: two registers that hold the same number always, hours of the week that are all taken.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gateway.config.configuration import Sections
from gateway.config.file.location import LocatedProblem, Location
from gateway.config.instruments.register_read import RegisterRead
from gateway.config.instruments.status import DAY_MINUTES, Schedule, StatusBits, StatusRegister, Weekday
from gateway.core.phrase import Phrase

WEEK_MINUTES = 7 * DAY_MINUTES
_LISTS = ("measuring", "calibrating", "fault", "calibrating_bits", "fault_bits", "error_bits", "days")


def hidden_states(sections: Sections) -> Iterator[LocatedProblem]:
    """Faults."""
    for number, instrument in enumerate(sections.instruments):
        at = ("instruments", number, "status")
        registers = [(i, one) for i, one in enumerate(instrument.status) if isinstance(one, RegisterRead)]
        for index, source in registers:
            for _, other in registers:
                if other is not source and _place(source) == _place(other):
                    yield from _hidden((*at, index), source, other)
        schedules = [(i, one) for i, one in enumerate(instrument.status) if isinstance(one, Schedule)]
        if schedules:
            yield from _hidden_times(at, schedules)


def repeated_states(sections: Sections) -> Iterator[LocatedProblem]:
    """Warnings: what stands twice."""
    for number, instrument in enumerate(sections.instruments):
        earlier: list[Schedule] = []
        for index, source in enumerate(instrument.status):
            at: Location = ("instruments", number, "status", index)
            for key in _LISTS:
                yield from _repeated((*at, key), getattr(source, key, ()))
            if isinstance(source, Schedule):
                same = [minutes_of(other) for other in earlier if other.state == source.state]
                if minutes_of(source) <= frozenset[int]().union(*same):
                    yield (
                        (*at, "schedule"),
                        Phrase("is a part of the schedules before it"),
                        Phrase("remove it, or check the times"),
                    )
                earlier.append(source)
        if len(frozenset[int]().union(*map(minutes_of, earlier))) == WEEK_MINUTES:
            at = ("instruments", number, "status", instrument.status.index(earlier[0]))
            yield (
                (*at, "schedule"),
                Phrase("leaves no minute of the week for measuring"),
                Phrase("write when the instrument does something else; one that is not in use is removed"),
            )
        for position, measured in enumerate(instrument.parameters):
            yield from _repeated(("instruments", number, "parameters", position, "invalid"), measured.invalid)


def _repeated(at: Location, codes: Sequence[object]) -> Iterator[LocatedProblem]:
    twice = [code for position, code in enumerate(codes) if code in codes[:position]]
    if twice:
        yield at, Phrase("{twice} stands twice", twice=twice[0]), Phrase("remove one of the two")


def _place(source: RegisterRead) -> tuple[object, ...]:
    return source.register, source.type, source.byte_order


def _hidden(at: Location, source: RegisterRead, other: RegisterRead) -> Iterator[LocatedProblem]:
    """What calibrates here and is a fault there."""
    key, both = "calibrating", set[int]()
    if isinstance(source, StatusRegister) and isinstance(other, StatusRegister):
        both = set(source.calibrating) & set(other.fault)
    elif isinstance(source, StatusBits) and isinstance(other, StatusBits):
        key, both = "calibrating_bits", set(source.calibrating_bits) & set(other.fault_bits)
    if both:
        yield (
            (*at, key),
            Phrase("{both} is a fault by another source with the same register, and the worst wins", both=min(both)),
            Phrase("leave it in one of them"),
        )


def _hidden_times(at: Location, schedules: Sequence[tuple[int, Schedule]]) -> Iterator[LocatedProblem]:
    faulty = frozenset[int]().union(*(minutes_of(one) for _, one in schedules if one.state == "fault"))
    for index, source in schedules:
        if source.state == "calibrating" and minutes_of(source) <= faulty:
            yield (
                (*at, index, "schedule"),
                Phrase("is all within the hours of a schedule that says fault, and the worst wins"),
                Phrase("check the times, or remove it"),
            )


def minutes_of(schedule: Schedule) -> frozenset[int]:
    """The minutes of the week, from Monday on, in which it holds."""
    begin, end = schedule.schedule
    length = (end - begin) % DAY_MINUTES or DAY_MINUTES
    order = list(Weekday)
    starts = {order.index(day) * DAY_MINUTES + begin for day in schedule.days}
    return frozenset((start + minute) % WEEK_MINUTES for start in starts for minute in range(length))
