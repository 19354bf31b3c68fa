"""What goes wrong, where and when: a scenario's faults as a plan that can be asked. Pure."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from hashlib import blake2b


class FaultKind(StrEnum):
    # On the wire: the frame is late, or not the one that the instrument meant.
    SILENT = "silent"  # no answer; the request was heard all the same
    LATE = "late"  # the answer comes `delay` later than it should
    SLOW = "slow"  # it dribbles, a few bytes at a time, until `delay` has passed
    WRONG_UNIT = "wrong_unit"  # it bears the number of another unit
    HALF_FRAME = "half_frame"  # its first half, then nothing
    BAD_CHECKSUM = "bad_checksum"
    GARBAGE = "garbage"  # noise before it
    GARBAGE_ONLY = "garbage_only"  # noise instead of it
    UNPLUG = "unplug"  # the device or the port is gone, and comes back
    # From the instrument: what it says is true, and bad.
    EXCEPTION = "exception"  # every request is answered with a Modbus exception
    CALIBRATING = "calibrating"  # the status says so; values go on
    FAULT = "fault"  # the same, for a device that reports an error of its own
    DOOR = "door"  # the maintenance door stands open
    # In the quantity: what is shown is wrong, and nothing tells.
    FLATLINE = "flatline"  # the value of the moment at which it began
    SPIKE = "spike"  # `by` times the value
    DRIFT = "drift"  # farther away by `by` × the value each minute
    NEGATIVE = "negative"  # the value below zero
    ZERO = "zero"

    @property
    def shows_in_status(self) -> bool:
        return self in (FaultKind.CALIBRATING, FaultKind.FAULT)

    @property
    def bends_values(self) -> bool:
        return self in _BENDING

    @property
    def befalls_the_frame(self) -> bool:
        return self in _UNREADABLE or self in _READABLE

    @property
    def makes_unreadable(self) -> bool:
        """Nobody can take a value from such an answer."""
        return self in _UNREADABLE

    @property
    def may_be_by_chance(self) -> bool:
        return self.befalls_the_frame or self in (FaultKind.SPIKE, FaultKind.NEGATIVE, FaultKind.ZERO)


_BENDING = {FaultKind.FLATLINE, FaultKind.SPIKE, FaultKind.DRIFT, FaultKind.NEGATIVE, FaultKind.ZERO}
_READABLE = {FaultKind.LATE, FaultKind.SLOW, FaultKind.GARBAGE}
_UNREADABLE = {
    FaultKind.SILENT,
    FaultKind.WRONG_UNIT,
    FaultKind.HALF_FRAME,
    FaultKind.BAD_CHECKSUM,
    FaultKind.GARBAGE_ONLY,
    FaultKind.EXCEPTION,
}


@dataclass(frozen=True, slots=True)
class Fault:
    """Holds during [start_ms, end_ms) after the start of the run; with a `chance` below 1, for so many of the answers.

    `unit` None: all units of the instrument. `symbol` None: all its parameters. `code` None: the usual one.
    """

    kind: FaultKind
    instrument: str
    unit: int | None = None
    start_ms: int = 0
    end_ms: float = math.inf
    code: int | None = None
    symbol: str | None = None
    chance: float = 1.0
    by: float | None = None
    delay_ms: int | None = None


class FaultPlan:
    def __init__(self, faults: Iterable[Fault], seed: int = 0) -> None:
        self._faults = tuple(faults)
        self._standing: tuple[Fault, ...] = ()
        self._seed = seed

    def begin(self, fault: Fault) -> None:
        """By hand: it holds until `end`."""
        self._standing = (*self._standing, fault)

    def end(self, instrument: str, unit: int | None) -> None:
        """Whatever was begun by hand there."""
        self._standing = tuple(one for one in self._standing if (one.instrument, one.unit) != (instrument, unit))

    def active(self, instrument: str, unit: int | None, elapsed_ms: int, turn: int = 0) -> tuple[Fault, ...]:
        """In the scenario's order: of two that contradict each other, the later one counts.

        `turn` counts the answers of this unit: chance is drawn for each, the same in every run with the same seed.
        """
        return tuple(
            fault
            for n, fault in enumerate((*self._faults, *self._standing))
            if fault.instrument == instrument
            and fault.unit in (None, unit)
            and fault.start_ms <= elapsed_ms < fault.end_ms
            and (fault.chance >= 1 or self._draw(n, instrument, unit, turn) < fault.chance)
        )

    def unpluggings(self, instrument: str) -> tuple[Fault, ...]:
        """In the order of time."""
        pulled = (f for f in self._faults if f.instrument == instrument and f.kind is FaultKind.UNPLUG)
        return tuple(sorted(pulled, key=lambda fault: fault.start_ms))

    def _draw(self, *what: object) -> float:
        """Even in [0, 1)."""
        text = ":".join(str(part) for part in (self._seed, *what))
        return int.from_bytes(blake2b(text.encode(), digest_size=6).digest(), "big") / 2**48
