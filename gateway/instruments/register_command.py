"""A command to a device: a coil or register that is written once, and read back until it shows.

Given in one thread, carried out in the link's own, between two polls. Never repeats a write: whether a command may be
given again is for whoever gives it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol

from gateway.config import ByteOrder, RegisterAddress, RegisterType, Table
from gateway.core.errors import InstrumentError, InstrumentRefused
from gateway.core.interfaces import Instant
from gateway.core.phrase import Phrase
from gateway.instruments.decode import decoder
from gateway.instruments.registers import Registers

CHECK_EVERY_S = 0.5
"""How long a command may lie before the link's thread sees it, and between two reads whether it shows."""

ACKNOWLEDGED = 5
"""An exception that is none: the device has taken the write and is still at it (Modbus application protocol, 7)."""


class CommandOutcome(Enum):
    """What became of a command."""

    CONFIRMED = "confirmed"
    UNCONFIRMED = "unconfirmed"
    UNKNOWN = "unknown"
    NOT_DONE = Phrase("not done")


@dataclass(frozen=True, slots=True)
class CommandResult:
    """`shown` is the number that was read last; `None`: none was."""

    outcome: CommandOutcome
    words: str
    shown: object = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class RegisterCommand:
    """What is written, where, and what is to be read back for how long. `written` is `None` where it is only looked
    whether the expected number shows."""

    unit: int
    target: RegisterAddress
    written: int | None
    shown: RegisterAddress
    shown_type: RegisterType
    shown_order: ByteOrder
    expected: int
    within_s: float


class WritableRegisters(Registers, Protocol):
    """Where registers are read and written; `modbus.link.ModbusLink` in life."""

    name: str

    def write(self, unit: int, table: Table, address: int, value: int) -> None: ...


@dataclass(frozen=True, slots=True)
class _Confirming:
    """Written; now it must show. `doubt` is what went wrong with the write, if its answer did not come."""

    command: RegisterCommand
    until_s: float
    doubt: str | None


class RegisterCommands:
    """Between the two threads: commands one way, results the other. One command at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._given: RegisterCommand | None = None
        self._result: CommandResult | None = None

    def send(self, command: RegisterCommand) -> None:
        """Have it written, once."""
        with self._lock:
            self._given = command
            self._result = None

    def result(self) -> CommandResult | None:
        """How the last command ended, told once; `None` while it is under way."""
        with self._lock:
            told, self._result = self._result, None
            return told

    def take(self) -> RegisterCommand | None:
        """The command, if there is one. Whoever takes it must `finish` it."""
        with self._lock:
            taken, self._given = self._given, None
            return taken

    def finish(self, result: CommandResult) -> None:
        with self._lock:
            if self._given is None:  # else this is the end of one that was given up, and the next one waits
                self._result = result


class RegisterCommandTask:
    """Carries commands out, in the link's thread. Implements `gateway.instruments.poller.SideTask`."""

    def __init__(self, commands: RegisterCommands, registers: WritableRegisters) -> None:
        self._commands = commands
        self._registers = registers
        self._confirming: _Confirming | None = None

    def step(self, now: Instant, is_up: Callable[[], bool]) -> float:
        """Carry out what is commanded. `is_up` connects if need be. Returns when to be called again (monotonic)."""
        command = self._commands.take()
        if command is not None:
            if is_up():
                self._write(command, now)
            else:
                self._end(CommandOutcome.NOT_DONE, Phrase("link {name} is down", name=self._registers.name))
        elif self._confirming is not None:
            self._confirm(self._confirming, now)
        return now.mono_s + CHECK_EVERY_S

    def _write(self, command: RegisterCommand, now: Instant) -> None:
        doubt = None
        if command.written is not None:
            place = command.target
            try:
                self._registers.write(command.unit, place.table, place.address, command.written)
            except InstrumentRefused as error:
                if error.code != ACKNOWLEDGED:
                    self._end(CommandOutcome.NOT_DONE, str(error))
                    return
                doubt = str(error)
            except InstrumentError as error:
                doubt = str(error)
        self._confirming = _Confirming(command, now.mono_s + command.within_s, doubt)
        self._confirm(self._confirming, now)

    def _confirm(self, confirming: _Confirming, now: Instant) -> None:
        command, shown = confirming.command, None
        place, kind = command.shown, command.shown_type
        try:
            words = self._registers.read(command.unit, place.table, place.address, kind.registers)
            shown = decoder(kind, command.shown_order, place.part)(words)
        except InstrumentError as error:
            seen = Phrase("cannot be read back: {error}", error=error)
        else:
            seen = Phrase(
                "{place} shows {shown!r}, and {expected!r} is expected",
                place=place,
                shown=shown,
                expected=command.expected,
            )
            if shown == command.expected:
                self._end(CommandOutcome.CONFIRMED, f"{place} shows {shown!r}", shown)
                return
        if now.mono_s >= confirming.until_s:
            said = seen if confirming.doubt is None else f"{confirming.doubt}; {seen}"
            outcome = CommandOutcome.UNCONFIRMED if confirming.doubt is None else CommandOutcome.UNKNOWN
            self._end(outcome, said, shown)

    def _end(self, outcome: CommandOutcome, words: str, shown: object = None) -> None:
        self._confirming = None
        self._commands.finish(CommandResult(outcome, words, shown))
