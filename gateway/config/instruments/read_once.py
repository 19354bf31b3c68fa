"""Registers that each read empties: nothing else may read them, for what it reads is gone."""

from __future__ import annotations

from collections.abc import Sequence

from gateway.config.file.form_error import FormError
from gateway.config.instruments.calculated import ModbusCalculated
from gateway.config.instruments.register_read import RegisterRead
from gateway.config.instruments.registers import Table
from gateway.config.parameters.counting import Counter
from gateway.config.parameters.quantity import Quantity


def refuse_other_readers(parameters: Sequence[Quantity], sources: Sequence[RegisterRead]) -> None:
    """Raises FormError: what a parameter's reading empties, another's or the status reads too."""
    for emptied in parameters:
        if emptied.counter is Counter.SINCE_READ:
            for other in (*parameters, *sources):
                if other is not emptied and _overlap(emptied, other):
                    raise FormError(
                        f"each read empties the registers of {emptied.line}, and another reads {_stretch(other)} too",
                        f"read {_stretch(emptied)} for {emptied.line} only; what follows from it is computed",
                    )


def _overlap(one: object, other: object) -> bool:
    first, second = _stretch(one), _stretch(other)
    if first is None or second is None:
        return False
    return first.table is second.table and first.first <= second.last and second.first <= first.last


class _Stretch:
    """Registers (or bits) `first` to `last` of a table, which one request reads."""

    def __init__(self, reads: Sequence[RegisterRead]) -> None:
        self.table: Table = reads[0].register.table
        self.first = min(one.register.address for one in reads)
        self.last = max(one.register.address + one.type.registers - 1 for one in reads)

    def __str__(self) -> str:
        shown = f"{self.table}:{self.first}"
        return shown if self.first == self.last else f"{shown} to {self.last}"


def _stretch(one: object) -> _Stretch | None:
    if isinstance(one, ModbusCalculated):
        return _Stretch(list(one.registers.values()))
    return _Stretch([one]) if isinstance(one, RegisterRead) else None
