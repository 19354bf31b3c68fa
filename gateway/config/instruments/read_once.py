"""Registers that each read empties: nothing else may read them, for what it reads is gone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gateway.config.file.form_error import FormError
from gateway.config.file.location import LocatedProblem
from gateway.config.instruments.calculated import ModbusCalculated
from gateway.config.instruments.register_read import RegisterRead
from gateway.config.instruments.registers import Table
from gateway.config.parameters.counting import Counter
from gateway.config.parameters.quantity import Quantity
from gateway.core.phrase import Phrase


def refuse_other_readers(parameters: Sequence[Quantity], sources: Sequence[RegisterRead]) -> None:
    """Raises FormError: what a parameter's reading empties, another's or the status reads too."""
    for emptied in parameters:
        if emptied.counter is Counter.SINCE_READ:
            for other in (*parameters, *sources):
                if other is not emptied and _overlap(emptied, other):
                    raise FormError(
                        Phrase(
                            "each read empties the registers of {line}, and another reads {other} too",
                            line=emptied.line,
                            other=stretch_of(other),
                        ),
                        Phrase(
                            "read {emptied} for {line} only; what follows from it is computed",
                            emptied=stretch_of(emptied),
                            line=emptied.line,
                        ),
                    )


def read_over(parameters: Sequence[Quantity], others: Sequence[Quantity], name: str) -> Iterator[LocatedProblem]:
    """What each read empties of these, and another section of the same unit, of that name, may read along."""
    for position, emptied in enumerate(parameters):
        own = stretch_of(emptied) if emptied.counter is Counter.SINCE_READ else None
        read = [found for one in others if (found := stretch_of(one)) is not None]
        same = [] if own is None else [one for one in read if one.table is own.table]
        if own is None or not same:
            continue
        if min(one.first for one in same) <= own.last and own.first <= max(one.last for one in same):
            yield (
                ("parameters", position, "counter"),
                Phrase(
                    "is since_read, and {name} reads registers on both sides of {own}, of the same unit",
                    name=name,
                    own=own,
                ),
                Phrase("move the parameters of {name} into this section: then they are read around it", name=name),
            )


def _overlap(one: object, other: object) -> bool:
    first, second = stretch_of(one), stretch_of(other)
    if first is None or second is None:
        return False
    return first.table is second.table and first.first <= second.last and second.first <= first.last


class RegisterStretch:
    """Registers (or bits) `first` to `last` of a table, which one request reads."""

    def __init__(self, reads: Sequence[RegisterRead]) -> None:
        self.table: Table = reads[0].register.table
        self.first = min(one.register.address for one in reads)
        self.last = max(one.register.address + one.type.registers - 1 for one in reads)

    def __str__(self) -> str:
        shown = f"{self.table}:{self.first}"
        return shown if self.first == self.last else f"{shown} to {self.last}"


def stretch_of(one: object) -> RegisterStretch | None:
    """What is read for a parameter or a state; `None`: no registers."""
    if isinstance(one, ModbusCalculated):
        return RegisterStretch(list(one.registers.values()))
    return RegisterStretch([one]) if isinstance(one, RegisterRead) else None
