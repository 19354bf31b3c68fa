"""What an instrument said: the parameter with its unit, the value, the state of the device, the instant.

A missing value is `None`, never 0, NaN or -9999. A value is carried exactly as it was measured.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple, overload

from gateway.core.reason import Reason


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


@dataclass(frozen=True, slots=True)
class Reading:
    """One value of one parameter, in the parameter's unit, with the device's state while it was read.

    `value` is finite or `None`. A device that is measuring has a value: without one the status is not MEASURING.

    Raises:
        ValueError: a value that is not finite, or MEASURING without a value.
    """

    value: float | None
    status: Status

    def __post_init__(self) -> None:
        if self.value is None:
            if self.status is Status.MEASURING:
                raise ValueError("a reading without a value cannot be MEASURING")
        elif not math.isfinite(self.value):
            raise ValueError(f"a reading's value is finite or None, not {self.value}")


NO_ANSWER = Reading(None, Status.FAULT)
"""What is recorded when an instrument gave no usable answer: no value, and the fact itself."""


class TimedReading(NamedTuple):
    """A reading, and its time: UTC, ms."""

    at_ms: int
    reading: Reading


@dataclass(frozen=True, slots=True, eq=False)
class Readings(Sequence[Reading]):
    """Readings side by side, kept as columns: a station makes millions a day, and few are ever looked at alone.

    Equal to every sequence of the same readings, whatever their reasons and instants.

    Raises:
        ValueError: columns of different lengths, or a pair that is no `Reading`.
    """

    values: tuple[float | None, ...]
    statuses: tuple[Status, ...]
    reasons: tuple[Reason | None, ...] | None = None
    """Why each is not MEASURING; `None`: there is nothing to say of any, or nothing is known."""
    answered_s: tuple[float, ...] | None = None
    """When each one's answer was there, as the machine counts since its start; `None`: all when the poll ended."""

    def __post_init__(self) -> None:
        if len(self.values) != len(self.statuses):
            raise ValueError(f"{len(self.values)} values with {len(self.statuses)} statuses")
        if self.reasons is not None and len(self.reasons) != len(self.values):
            raise ValueError(f"{len(self.values)} values with {len(self.reasons)} reasons")
        if self.answered_s is not None and len(self.answered_s) != len(self.values):
            raise ValueError(f"{len(self.values)} values with {len(self.answered_s)} instants")
        try:  # a sum is as finite as what is in it, but for the greatest: a look at each is four times as slow
            is_sound = math.isfinite(sum(self.values))  # type: ignore[arg-type]  # None has no sum
        except TypeError:
            is_sound = False
        if not is_sound:
            for value, status in zip(self.values, self.statuses, strict=True):
                Reading(value, status)  # says what is wrong

    @classmethod
    def of(cls, readings: Iterable[Reading]) -> Readings:
        pairs = [(reading.value, reading.status) for reading in readings]
        return cls(tuple(value for value, _ in pairs), tuple(status for _, status in pairs))

    def with_states(self, statuses: tuple[Status, ...], reasons: tuple[Reason | None, ...] | None = None) -> Readings:
        """The same values at the same instants, with other states, and with these reasons if they are given."""
        return Readings(self.values, statuses, self.reasons if reasons is None else reasons, self.answered_s)

    def __len__(self) -> int:
        return len(self.values)

    def __iter__(self) -> Iterator[Reading]:
        return map(Reading, self.values, self.statuses)

    @overload
    def __getitem__(self, index: int) -> Reading: ...
    @overload
    def __getitem__(self, index: slice) -> Readings: ...
    def __getitem__(self, index: int | slice) -> Reading | Readings:
        if isinstance(index, slice):
            return Readings(
                self.values[index],
                self.statuses[index],
                None if self.reasons is None else self.reasons[index],
                None if self.answered_s is None else self.answered_s[index],
            )
        return Reading(self.values[index], self.statuses[index])

    def __eq__(self, other: object) -> bool:
        return tuple(self) == tuple(other) if isinstance(other, Sequence) else NotImplemented

    def __hash__(self) -> int:
        return hash(tuple(self))


@dataclass(frozen=True, slots=True)
class Sample:
    """Everything one poll of one instrument yielded.

    `readings[i]` belongs to `parameters[i]`.
    """

    instrument: str
    at_ms: int
    """What the wall clock showed (UTC, ms) when the answer was complete: the reading's time only if it is trusted."""
    mono_s: float
    """The same instant as the machine counts since its start: what the reading's time is told by."""
    parameters: tuple[Parameter, ...]
    readings: Readings

    def __post_init__(self) -> None:
        if len(self.parameters) != len(self.readings):
            raise ValueError(f"{self.instrument}: {len(self.readings)} readings for {len(self.parameters)} parameters")
