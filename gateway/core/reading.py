"""What an instrument said: the parameter with its unit, the value, the state of the device, the instant.

A missing value is `None`, never 0, NaN or -9999. A value is carried exactly as it was measured.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum


class Status(Enum):
    """State of the device, in the codes of TT10/2021, appendix 15."""

    MEASURING = "00"
    CALIBRATING = "01"
    FAULT = "02"


@dataclass(frozen=True, slots=True)
class Parameter:
    """A measured quantity by the regulation's symbol, and the unit its values are in: they never part."""

    symbol: str
    unit: str


@dataclass(frozen=True, slots=True, init=False)
class Reading:
    """One value of one parameter, in the parameter's unit, with the device's state while it was read.

    `value` is finite or `None`. A device that is measuring has a value: without one the status is not MEASURING.

    Raises:
        ValueError: a value that is not finite, or MEASURING without a value.
    """

    value: float | None
    status: Status

    def __init__(self, value: float | None, status: Status) -> None:
        """Written out, because a station makes millions a day: what `dataclass` writes takes half as long again."""
        if value is None:
            if status is _MEASURING:
                raise ValueError("a reading without a value cannot be MEASURING")
        elif not math.isfinite(value):
            raise ValueError(f"a reading's value is finite or None, not {value}")
        _set_value(self, value)
        _set_status(self, status)


_MEASURING = Status.MEASURING
_set_value, _set_status = Reading.__dict__["value"].__set__, Reading.__dict__["status"].__set__
"""How the slots of a frozen object are filled, once."""


NO_ANSWER = Reading(None, Status.FAULT)
"""What is recorded when an instrument gave no usable answer: no value, and the fact itself."""


@dataclass(frozen=True, slots=True)
class Sample:
    """Everything one poll of one instrument yielded.

    `readings[i]` belongs to `parameters[i]`; `at_ms` is the wall clock (UTC, ms) when the answer was complete.
    """

    instrument: str
    at_ms: int
    parameters: tuple[Parameter, ...]
    readings: tuple[Reading, ...]

    def __post_init__(self) -> None:
        if len(self.parameters) != len(self.readings):
            raise ValueError(f"{self.instrument}: {len(self.readings)} readings for {len(self.parameters)} parameters")
