"""A Modbus device's registers → readings with value and status."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from gateway.config import ModbusDevice
from gateway.config.links.device_limits import DeviceTraits, traits_of
from gateway.core.errors import InstrumentError, InstrumentRefused
from gateway.core.reading import Readings
from gateway.instruments.device_profiles import DeviceMemory
from gateway.instruments.modbus.device_learning import DeviceLearning
from gateway.instruments.modbus.device_readings import DeviceReadings
from gateway.instruments.modbus.planned_read import PlannedRead
from gateway.instruments.modbus.poll import Poll, is_lost
from gateway.instruments.modbus.poll_in_parts import PollInParts
from gateway.instruments.modbus.poll_plan import PollPlan
from gateway.instruments.register_plan import Request
from gateway.instruments.registers import Registers

_log = logging.getLogger(__name__)


class ModbusInstrument:
    """One unit on a Modbus link. Implements `gateway.core.interfaces.Instrument`.

    Asks with as few requests as the device takes, as far as that is configured or has been learned. What is answered
    counts, whatever becomes of the rest of the poll; a value that cannot be had (not answered, NaN, out of a current
    loop's band) is a reading without value. Only if nothing at all is answered is the poll a failure.
    """

    def __init__(self, settings: ModbusDevice, registers: Registers, traits: DeviceTraits | None = None) -> None:
        """`traits`: what link and instrument say together of the device; by default the instrument alone."""
        self.name = settings.name
        self.parameters = tuple(one.measured for one in settings.parameters)
        self.period_s = settings.poll.total_seconds()
        self.is_there = False
        """Whether it answered something at least in the last poll that failed."""
        self._unit = settings.unit
        self._registers = registers
        self._traits = traits_of(settings.device) if traits is None else traits
        self._plan = PollPlan(settings, self._traits)
        self._readings = DeviceReadings(settings, self._plan.wanted)
        self._only: PlannedRead | None = None
        """Of a device that is asked one question, and in which nothing is amiss: that one."""
        self._was_lost = False
        """Whether nothing came of the last poll, and not because it was refused."""
        self._refused: frozenset[str] = frozenset()

    @property
    def learning(self) -> DeviceLearning:
        """What it has shown that it cannot do."""
        return self._plan.learning

    @property
    def longest_read_s(self) -> float:
        """How long one `read` may take at the worst: merged requests, then contiguous pieces, then each value, each
        lost as often as it may be, and the wait after a connect."""
        questions = (2 * len(self._plan.wanted) + 2) * (1 + self._traits.retries)
        return questions * self._registers.longest_answer_s + (self._traits.after_connect_s or 0.0)

    @property
    def requests(self) -> tuple[Request, ...]:
        """What a poll asks at present."""
        return tuple(read.request for read in self._plan.reads)

    def remember(self, memory: DeviceMemory) -> None:
        """Begin with what is known of the device, and keep what is learned. Called before the first read."""
        self._only = None
        self._plan.remember(memory, self._registers.now_s())

    def forget(self) -> None:
        """Another device is in its place."""
        if not self.learning.is_empty:
            self._only = None
            self._plan.forget()

    def read(self) -> Readings:
        """One poll of the device. The value is recorded as it was read, whatever the status says of it."""
        read = self._only
        if read is None:
            return self._read_in_parts(None)
        request = read.request
        try:
            words = self._registers.read(self._unit, request.table, request.address, request.count)
        except InstrumentError as error:
            return self._read_in_parts(error)
        numbers = read.scale(read.decode(words))  # of all that is wanted, and in that order
        return self._readings.of(numbers, [(read, words)], [], None)

    def _read_in_parts(self, lost: InstrumentError | None) -> Readings:
        """`lost`: the only request was asked already, and that came of it."""
        plan = self._plan
        self._only = None
        readings = self._poll(lost)
        if len(plan.reads) == 1 and plan.losses.are_none and not self._refused and plan.learning.is_empty:
            self._only = plan.reads[0]
        return readings

    def _poll(self, lost: InstrumentError | None) -> Readings:
        plan, registers = self._plan, self._registers
        began_s = registers.now_s() if lost is None else registers.asked_s
        poll = Poll(registers, self._unit, began_s + self.period_s)
        if self._was_lost and lost is None:
            self._look_for_life(poll)
        parts = PollInParts(plan, poll, registers, began_s, was_lost=self._was_lost)
        parts.run(lost)
        self._was_lost = False
        if not parts.answered:
            self._was_lost = is_lost(parts.error)
            self.is_there = poll.is_heard
            raise parts.error
        answered = {read.request for read, _ in parts.answered}
        plan.learn(parts.splits(answered), answered, registers.now_s())
        refusals = [(read, error) for read, error in parts.failed if isinstance(error, InstrumentRefused)]
        if refusals or self._refused:
            self._tell(refusals)
        if not parts.failed:
            self._ask_further(poll)
        instants_s = tuple(parts.instants_s[: len(self.parameters)]) if len(plan.reads) > 1 else None
        return self._readings.of(parts.numbers, parts.answered, parts.failed, instants_s)

    def _look_for_life(self, poll: Poll) -> None:
        """Who did not answer is asked for as little as can be, once: if it is dead that costs one time-out.

        Raises:
            InstrumentSilent, InstrumentGarbled: so it is still.
        """
        smallest = self._plan.begin_small()
        if smallest is None:
            return
        self.is_there = False
        if poll.ask(smallest, 0) is None and poll.error is not None and is_lost(poll.error):
            raise poll.error

    def _ask_further(self, poll: Poll) -> None:
        """One question more, for the sake of what it tells of the device."""
        plan, registers = self._plan, self._registers
        question = plan.learning.next_question(registers.now_s())
        if question is None:
            return
        is_answered = poll.ask(Request(*question, ()), 0) is not None
        is_refused = not is_answered and poll.error is not None and not is_lost(poll.error)
        plan.told(is_answered, is_refused, registers.now_s())

    def _tell(self, refusals: Iterable[tuple[PlannedRead, InstrumentRefused]]) -> None:
        """A line when a register begins or ceases to be refused."""
        refused = {f"{read.request.table}:{read.request.address}": error for read, error in refusals}
        for register in sorted(refused.keys() - self._refused):
            _log.warning('instrument=%s register=%s state=refused error="%s"', self.name, register, refused[register])
        for register in sorted(self._refused - refused.keys()):
            _log.info("instrument=%s register=%s state=answering", self.name, register)
        self._refused = frozenset(refused)
