"""What goes wrong, where and when: a scenario's faults as a plan that can be asked. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class FaultKind(StrEnum):
    SILENT = "silent"  # no answer
    EXCEPTION = "exception"  # every request is answered with a Modbus exception
    CALIBRATING = "calibrating"  # the status register says so; values go on
    FAULT = "fault"  # the same, for a device that reports an error of its own

    @property
    def default_code(self) -> int:
        """Exception 4 is "device failure"; 1 and 2 are the usual status codes of analysers."""
        return {FaultKind.EXCEPTION: 4, FaultKind.CALIBRATING: 1, FaultKind.FAULT: 2}.get(self, 0)

    @property
    def shows_in_status(self) -> bool:
        return self in (FaultKind.CALIBRATING, FaultKind.FAULT)


@dataclass(frozen=True, slots=True)
class Fault:
    """Holds during [start_ms, end_ms) after the start of the run. `unit` None: all units of the instrument."""

    kind: FaultKind
    instrument: str
    unit: int | None
    start_ms: int
    end_ms: int
    code: int


class FaultPlan:
    def __init__(self, faults: Iterable[Fault]) -> None:
        self._faults = tuple(faults)

    def active(self, instrument: str, unit: int, elapsed_ms: int) -> tuple[Fault, ...]:
        """In the scenario's order: of two that contradict each other, the later one counts."""
        return tuple(
            fault
            for fault in self._faults
            if fault.instrument == instrument
            and fault.unit in (None, unit)
            and fault.start_ms <= elapsed_ms < fault.end_ms
        )
