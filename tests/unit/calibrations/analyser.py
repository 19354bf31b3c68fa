"""An analyser with two valves and a link that a test can break, for sequences that run on a clock in the test's hand.

It is no Modbus device: what is commanded is carried out here as the link's thread would do it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC

from gateway.calibrations.plan import CalibrationGas, SequencePlan
from gateway.calibrations.results import CalibrationResults
from gateway.calibrations.runs import CalibrationRuns, RunWish
from gateway.calibrations.sequence import CalibrationSequence
from gateway.config import ByteOrder, RegisterAddress, RegisterType, Table
from gateway.core.calibration_check import CheckKind
from gateway.core.calibration_schedule import CalibrationSchedule
from gateway.core.reading import Parameter, Readings, Status
from gateway.db import Database
from gateway.instruments.calibration_hold import CalibrationHold, HeldInstrument
from gateway.instruments.register_command import CommandOutcome, CommandResult, RegisterCommand, RegisterCommands
from gateway.readings.calibrations import CalibrationStore
from tests.support.clock import FakeClock
from tests.support.trust import FakeTrust

SO2 = Parameter("SO2", "mg/Nm3")
ZERO, SPAN = 10, 11
GAS = {ZERO: 0.4, SPAN: 246.0}
"""What it shows of each gas: its zero is off by 0.4, its span by −4."""
STACK = 83.0


def command(coil: int, written: int | None, expected: int) -> RegisterCommand:
    place = RegisterAddress(Table.COIL, coil)
    return RegisterCommand(1, place, written, place, RegisterType.BOOL, ByteOrder.ABCD, expected, 2.0)


def gas(kind: CheckKind, coil: int, holds: float) -> CalibrationGas:
    commands = command(coil, 1, 1), command(coil, 0, 0), command(coil, None, 0)
    return CalibrationGas(kind, f"plc unit 1 coil:{coil}", *commands, 20.0, 10.0, {SO2: holds})


def plan(schedule: CalibrationSchedule | None = None) -> SequencePlan:
    gases = (gas(CheckKind.ZERO, ZERO, 0.0), gas(CheckKind.SPAN, SPAN, 250.0))
    return SequencePlan("rack", "plc", ("SO2",), gases, 30.0, schedule, "every 1d")


DAILY = CalibrationSchedule(86_400_000, 120, UTC)


@dataclass
class Analyser:
    """The device, and what happens to what is sent to it."""

    coils: dict[int, int] = field(default_factory=lambda: {ZERO: 0, SPAN: 0})
    is_linked: bool = True
    stuck: set[int] = field(default_factory=set)
    """Valves that do not obey."""
    inverted: set[int] = field(default_factory=set)
    """Valves that show the opposite of what they are."""
    deaf: set[int] = field(default_factory=set)
    """Valves that obey, and whose answers are lost."""
    writes: list[tuple[int, int]] = field(default_factory=list)
    polls: list[tuple[float | None, Status, bool]] = field(default_factory=list)
    """Each value with the status that it got, and whether gas flowed."""

    name = "rack"
    parameters = (SO2,)
    period_s = 1.0

    @property
    def flows(self) -> bool:
        return any(self.coils.values())

    def read(self) -> Readings:
        flowing = next((coil for coil, state in self.coils.items() if state), None)
        return Readings((STACK if flowing is None else GAS[flowing],), (Status.MEASURING,))

    def carry_out(self, one: RegisterCommand) -> CommandResult:
        coil = one.target.address
        if not self.is_linked:
            return CommandResult(CommandOutcome.NOT_DONE, "link plc is down")
        if one.written is not None:
            self.writes.append((coil, one.written))
            if coil not in self.stuck:
                self.coils[coil] = one.written
        if coil in self.deaf:
            return CommandResult(CommandOutcome.UNKNOWN, "unit 1 did not answer; cannot be read back")
        shown = self.coils[coil] ^ (coil in self.inverted)
        outcome = CommandOutcome.CONFIRMED if shown == one.expected else CommandOutcome.UNCONFIRMED
        return CommandResult(outcome, f"coil:{coil} shows {shown}", shown)


class Station:
    """The analyser, and one life after the other of the gateway at it."""

    def __init__(self, database: Database, schedule: CalibrationSchedule | None = None) -> None:
        self.database = database
        self.analyser = Analyser()
        self.clock = FakeClock()
        self.trust = FakeTrust(self.clock.wall_ms - round(self.clock.mono_s * 1000))
        self.runs, self.results = CalibrationRuns(database), CalibrationResults(database)
        self.declared = CalibrationStore(database)
        self.plan = plan(schedule)
        self.start()

    def start(self) -> None:
        """The gateway starts, whatever was before."""
        self.hold, self.commands = CalibrationHold(), RegisterCommands()
        self.sequence = CalibrationSequence(
            self.plan, self.hold, self.commands, self.runs, self.results, self.declared, self.trust
        )
        self.held = HeldInstrument(self.analyser, self.hold)

    def second(self) -> None:
        """The clerk looks, the link's thread carries out and polls; then a second passes."""
        self.sequence.step(self.clock.now())
        self.link()
        self.clock.advance(1.0)

    def link(self) -> None:
        flowed = self.analyser.flows
        said = self.held.read()
        self.analyser.polls.append((said.values[0], said.statuses[0], flowed))
        one = self.commands.take()
        if one is not None:
            self.commands.finish(self.analyser.carry_out(one))

    def live(self, seconds: int) -> None:
        for _ in range(seconds):
            self.second()

    def ask(self, wanted: RunWish = RunWish.SEQUENCE) -> int:
        return self.runs.ask("rack", wanted, "weekly", "Lan", self.clock.wall_ms)

    @property
    def sent_as_measured(self) -> list[float | None]:
        return [value for value, status, _ in self.analyser.polls if status is Status.MEASURING]
