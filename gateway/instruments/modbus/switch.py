"""A coil or register that is set once when told, and a look whether it took: the automatic sampler's end of the wire.

Told from one thread, carried out in the link's own, between two polls. Never repeats a write.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from gateway.config import Sampler, Table
from gateway.core.errors import InstrumentError, InstrumentRefused
from gateway.core.interfaces import Instant
from gateway.instruments.decode import decoder
from gateway.instruments.modbus.instrument import Registers

LOOK_EVERY_S = 0.5
"""How long an order may lie before the link's thread sees it, and between two looks whether it took."""


class Turned(Enum):
    """What became of an order."""

    CONFIRMED = "confirmed"
    UNCONFIRMED = "unconfirmed"
    UNKNOWN = "unknown"
    NOT_DONE = "not done"


@dataclass(frozen=True, slots=True)
class Result:
    turned: Turned
    words: str


class Wire(Registers, Protocol):
    """Where registers are read and written; `modbus.link.ModbusLink` in life."""

    name: str

    def write(self, unit: int, table: Table, address: int, value: int) -> None: ...


@dataclass(frozen=True, slots=True)
class _Looking:
    """Written; now it must show. `doubt` is what went wrong with the write, if its answer did not come."""

    until_s: float
    doubt: str | None


class Orders:
    """Between the two threads: orders one way, results the other. One order at a time."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._is_given = False
        self._result: Result | None = None

    def give(self) -> None:
        """Have it written, once."""
        with self._turn:
            self._is_given = True
            self._result = None

    def result(self) -> Result | None:
        """How the last order ended, told once; `None` while it is under way."""
        with self._turn:
            told, self._result = self._result, None
            return told

    def take(self) -> bool:
        """Whether there is an order. Whoever takes it must `settle` it."""
        with self._turn:
            taken, self._is_given = self._is_given, False
            return taken

    def settle(self, result: Result) -> None:
        with self._turn:
            self._result = result


class Switch:
    """Carries orders out, in the link's thread. Implements `gateway.instruments.poller.Errand`."""

    def __init__(self, settings: Sampler, orders: Orders, wire: Wire) -> None:
        self._settings = settings
        self._orders = orders
        self._wire = wire
        self._looking: _Looking | None = None
        target = settings.target
        self._target = (settings.unit, target.table, target.address)
        place, kind, order = settings.shown
        self._shown = (settings.unit, place.table, place.address, kind.registers)
        self._decode = decoder(kind, order, place.bit)

    def step(self, now: Instant, is_up: Callable[[], bool]) -> float:
        """Carry out what is ordered. `is_up` connects if need be. Returns when to be called again (monotonic)."""
        if self._orders.take():
            if is_up():
                self._write(now)
            else:
                self._end(Turned.NOT_DONE, f"link {self._wire.name} is down")
        elif self._looking is not None:
            self._look(self._looking, now)
        return now.mono_s + LOOK_EVERY_S

    def _write(self, now: Instant) -> None:
        doubt = None
        try:
            self._wire.write(*self._target, self._settings.written)
        except InstrumentRefused as error:
            self._end(Turned.NOT_DONE, str(error))
            return
        except InstrumentError as error:
            doubt = str(error)
        self._looking = _Looking(now.mono_s + self._settings.within_s, doubt)
        self._look(self._looking, now)

    def _look(self, looking: _Looking, now: Instant) -> None:
        try:
            shown = self._decode(self._wire.read(*self._shown))
        except InstrumentError as error:
            seen = f"cannot be read back: {error}"
        else:
            place = self._settings.shown[0]
            seen = f"{place} shows {shown!r}, and {self._settings.expected!r} is expected"
            if shown == self._settings.expected:
                self._end(Turned.CONFIRMED, f"{place} shows {shown!r}")
                return
        if now.mono_s >= looking.until_s:
            words = seen if looking.doubt is None else f"{looking.doubt}; {seen}"
            self._end(Turned.UNCONFIRMED if looking.doubt is None else Turned.UNKNOWN, words)

    def _end(self, turned: Turned, words: str) -> None:
        self._looking = None
        self._orders.settle(Result(turned, words))
