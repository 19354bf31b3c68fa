"""The command to the automatic sampler: a coil or register that is written once, and read back until it shows.

Given in one thread, carried out in the link's own, between two polls. Never repeats a write.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from gateway.config import Link, SamplerSettings, Table
from gateway.config.units import show_duration
from gateway.core.errors import InstrumentError, InstrumentRefused
from gateway.core.interfaces import Instant
from gateway.instruments.decode import decoder
from gateway.instruments.modbus.questions import read_question, write_question
from gateway.instruments.modbus.registers import Registers
from gateway.instruments.question import Question
from gateway.instruments.register_plan import Request

CHECK_EVERY_S = 0.5
"""How long a command may lie before the link's thread sees it, and between two reads whether it shows."""


class SamplerCommandOutcome(Enum):
    """What became of a command."""

    CONFIRMED = "confirmed"
    UNCONFIRMED = "unconfirmed"
    UNKNOWN = "unknown"
    NOT_DONE = "not done"


@dataclass(frozen=True, slots=True)
class SamplerCommandResult:
    outcome: SamplerCommandOutcome
    words: str


class WritableRegisters(Registers, Protocol):
    """Where registers are read and written; `modbus.link.ModbusLink` in life."""

    name: str

    def write(self, unit: int, table: Table, address: int, value: int) -> None: ...


@dataclass(frozen=True, slots=True)
class _Confirming:
    """Written; now it must show. `doubt` is what went wrong with the write, if its answer did not come."""

    until_s: float
    doubt: str | None


class SamplerCommands:
    """Between the two threads: commands one way, results the other. One command at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._is_given = False
        self._result: SamplerCommandResult | None = None

    def send(self) -> None:
        """Have it written, once."""
        with self._lock:
            self._is_given = True
            self._result = None

    def result(self) -> SamplerCommandResult | None:
        """How the last command ended, told once; `None` while it is under way."""
        with self._lock:
            told, self._result = self._result, None
            return told

    def take(self) -> bool:
        """Whether there is a command. Whoever takes it must `finish` it."""
        with self._lock:
            taken, self._is_given = self._is_given, False
            return taken

    def finish(self, result: SamplerCommandResult) -> None:
        with self._lock:
            self._result = result


class SamplerCommandTask:
    """Carries commands out, in the link's thread. Implements `gateway.instruments.poller.SideTask`."""

    def __init__(self, settings: SamplerSettings, commands: SamplerCommands, registers: WritableRegisters) -> None:
        self._settings = settings
        self._commands = commands
        self._registers = registers
        self._confirming: _Confirming | None = None
        target = settings.target
        self._target = (settings.unit, target.table, target.address)
        place, kind, order = settings.shown
        self._shown = (settings.unit, place.table, place.address, kind.registers)
        self._decode = decoder(kind, order, place.part)

    def step(self, now: Instant, is_up: Callable[[], bool]) -> float:
        """Carry out what is commanded. `is_up` connects if need be. Returns when to be called again (monotonic)."""
        if self._commands.take():
            if is_up():
                self._write(now)
            else:
                self._end(SamplerCommandOutcome.NOT_DONE, f"link {self._registers.name} is down")
        elif self._confirming is not None:
            self._confirm(self._confirming, now)
        return now.mono_s + CHECK_EVERY_S

    def _write(self, now: Instant) -> None:
        doubt = None
        try:
            self._registers.write(*self._target, self._settings.written)
        except InstrumentRefused as error:
            self._end(SamplerCommandOutcome.NOT_DONE, str(error))
            return
        except InstrumentError as error:
            doubt = str(error)
        self._confirming = _Confirming(now.mono_s + self._settings.within_s, doubt)
        self._confirm(self._confirming, now)

    def _confirm(self, confirming: _Confirming, now: Instant) -> None:
        try:
            shown = self._decode(self._registers.read(*self._shown))
        except InstrumentError as error:
            seen = f"cannot be read back: {error}"
        else:
            place = self._settings.shown[0]
            seen = f"{place} shows {shown!r}, and {self._settings.expected!r} is expected"
            if shown == self._settings.expected:
                self._end(SamplerCommandOutcome.CONFIRMED, f"{place} shows {shown!r}")
                return
        if now.mono_s >= confirming.until_s:
            words = seen if confirming.doubt is None else f"{confirming.doubt}; {seen}"
            self._end(
                SamplerCommandOutcome.UNCONFIRMED if confirming.doubt is None else SamplerCommandOutcome.UNKNOWN, words
            )

    def _end(self, outcome: SamplerCommandOutcome, words: str) -> None:
        self._confirming = None
        self._commands.finish(SamplerCommandResult(outcome, words))


def sampler_questions(sampler: SamplerSettings, link: Link) -> Iterator[Question]:
    """What a command sends, from the configuration alone."""
    once = f"for a sample, at most every {show_duration(sampler.min_interval)}"
    yield write_question(sampler.unit, str(sampler.target), sampler.written, link, once)
    place, kind, _ = sampler.shown
    until = f"after it, until it shows {sampler.expected}, at most {show_duration(sampler.confirm_within)}"
    yield read_question(sampler.unit, Request(place.table, place.address, kind.registers, ()), link, until)
