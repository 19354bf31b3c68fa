"""A Modbus device's registers → readings with value and status."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from gateway.config import ModbusDevice
from gateway.config.links.device_limits import DeviceTraits, traits_of
from gateway.core.backoff import instrument_pause_s
from gateway.core.errors import InstrumentError, InstrumentRefused, InstrumentSilent
from gateway.core.reading import Readings, Status
from gateway.core.reason import Reason
from gateway.core.scaling import Raw
from gateway.core.state import worst
from gateway.instruments.decode import Told
from gateway.instruments.device_profiles import DeviceMemory
from gateway.instruments.modbus.device_learning import DeviceLearning, Split
from gateway.instruments.modbus.lesson import from_text, to_text, words_of
from gateway.instruments.modbus.planned_read import PlannedRead, prepare
from gateway.instruments.modbus.poll import BUSY_CODES, Poll
from gateway.instruments.modbus.reasons import not_answered, why_no_value, why_not_measuring
from gateway.instruments.modbus.registers import Registers
from gateway.instruments.modbus.state import status_reader
from gateway.instruments.modbus.wanted import plan_limits, planned_requests, status_registers, wanted_values
from gateway.instruments.register_plan import WIDEST_BITS, Request, alone

_log = logging.getLogger(__name__)

NOT_YET = InstrumentSilent("not asked again yet: it did not answer several times")
NOT_REACHED = InstrumentSilent("not asked: the device fell silent before")

EVIDENCE = 2
"""Polls in a row in which a read must have been lost, while something else was answered, before it is taken apart."""
MOST_LOST = 5
"""Questions of one poll that may be lost before nothing more is taken apart in it: its neighbours wait meanwhile."""


@dataclass(slots=True)
class _Outcome:
    """What came of a poll so far."""

    numbers: list[Raw | None]
    instants_s: list[float]
    answered: list[tuple[PlannedRead, tuple[int, ...]]] = field(default_factory=list)
    failed: list[tuple[PlannedRead, InstrumentError]] = field(default_factory=list)
    splits: list[tuple[Request, int | None, tuple[Request, ...]]] = field(default_factory=list)
    too_long: int = WIDEST_BITS + 1
    """A read of so many was lost again and taken apart: others of that length are not tried in this poll."""


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
        self._measuring = (Status.MEASURING,) * len(self.parameters)
        self._unit = settings.unit
        self._registers = registers
        self._settings = settings
        self._traits = traits_of(settings.device) if traits is None else traits
        self._status_readers = [status_reader(source) for source in status_registers(settings)]
        self._wanted = wanted_values(settings)
        self.learning = DeviceLearning(plan_limits(self._traits))
        self._reads: tuple[PlannedRead, ...] = ()
        self._only: PlannedRead | None = None
        """Of a device that is asked one question, and in which nothing is amiss: that one."""
        self._plan()
        self._memory: DeviceMemory | None = None
        self._refused: frozenset[str] = frozenset()
        self._was_lost = False
        self.is_there = False
        """Whether it answered something at least in the last poll that failed."""
        self._lost: dict[Request, int] = {}
        """Requests that were lost while others were answered: in how many polls in a row."""
        self._rest_until_s: dict[Request, float] = {}

    def remember(self, memory: DeviceMemory) -> None:
        """Begin with what is known of the device, and keep what is learned. Called before the first read."""
        self._memory = memory
        if memory.lesson is None:
            return
        try:
            self.learning.lesson = from_text(memory.lesson)
        except ValueError:
            return  # damaged: it is learned anew
        self.learning.learned_s = self._registers.now_s() - memory.age_s
        self._plan()

    def forget(self) -> None:
        """Another device is in its place."""
        if not self.learning.is_empty:
            self.learning = DeviceLearning(plan_limits(self._traits))
            self._replan()

    @property
    def longest_read_s(self) -> float:
        """How long one `read` may take at the worst: merged requests, then contiguous pieces, then each value, each
        lost as often as it may be, and the wait after a connect."""
        questions = (2 * len(self._wanted) + 2) * (1 + self._traits.retries)
        return questions * self._registers.longest_answer_s + (self._traits.after_connect_s or 0.0)

    @property
    def requests(self) -> tuple[Request, ...]:
        """What a poll asks at present."""
        return tuple(read.request for read in self._reads)

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
        return self._readings(numbers, [(read, words)], [], None)

    def _readings(
        self,
        numbers: Sequence[Raw | None],
        answered: Sequence[tuple[PlannedRead, tuple[int, ...]]],
        failed: Sequence[tuple[PlannedRead, InstrumentError]],
        instants_s: tuple[float, ...] | None,
    ) -> Readings:
        values, told = tuple(numbers[: len(self.parameters)]), numbers[len(self.parameters) :]
        said = [read_status(number) for read_status, number in zip(self._status_readers, told, strict=True)]
        status = worst(said) if said else Status.MEASURING
        if status is Status.MEASURING and None not in values:
            return Readings(values, self._measuring, None, instants_s)
        without = Status.FAULT if status is Status.MEASURING else status
        statuses = tuple(without if value is None else status for value in values)
        return Readings(values, statuses, self._reasons(values, said, answered, failed), instants_s)

    def _reasons(
        self,
        values: Sequence[float | None],
        said: Sequence[Status],
        answered: Sequence[tuple[PlannedRead, tuple[int, ...]]],
        failed: Sequence[tuple[PlannedRead, InstrumentError]],
    ) -> tuple[Reason | None, ...]:
        """Why each reading is not MEASURING: what the device says of its state, or else what there is in the place of a
        value."""
        held: dict[int, tuple[Told, tuple[int, ...]]] = {}
        for read, words in answered:
            for position, number in zip(read.positions, read.decode(words), strict=True):
                span = self._wanted[position].span
                start = span.address - read.request.address
                held[position] = number, words[start : start + span.width]
        errors = {position: error for read, error in failed for position in read.positions}
        status = worst(said)
        if status is not Status.MEASURING:
            place = said.index(status)
            position = len(values) + place
            number, _ = held.get(position, (None, ()))
            source = status_registers(self._settings)[place]
            return (why_not_measuring(source, number, status, errors.get(position)),) * len(values)
        return tuple(
            None
            if value is not None
            else not_answered(errors[position])
            if position in errors
            else why_no_value(self._settings.parameters[position], *held[position])
            for position, value in enumerate(values)
        )

    # A poll of more than one request, or of a device that is in trouble

    def _read_in_parts(self, lost: InstrumentError | None) -> Readings:
        """`lost`: the only request was asked already, and that came of it."""
        self._only = None
        readings = self._poll(lost)
        if len(self._reads) == 1 and not (self._lost or self._refused or not self.learning.is_empty):
            self._only = self._reads[0]
        return readings

    def _poll(self, lost: InstrumentError | None) -> Readings:
        registers = self._registers
        began_s = registers.now_s() if lost is None else registers.asked_s
        poll = Poll(registers, self._unit, began_s + self.period_s)
        outcome = _Outcome([None] * len(self._wanted), [began_s] * len(self._wanted))
        if self._was_lost and lost is None:
            self._look_for_life(poll)
        waiting = deque(sorted(self._reads, key=lambda read: self._lost.get(read.request, 0)))
        while waiting:
            self._ask(waiting.popleft(), poll, outcome, waiting, lost)
            lost = None
        self._was_lost = False
        if not outcome.answered:
            error = next((error for _, error in reversed(outcome.failed) if error is not NOT_REACHED), NOT_REACHED)
            self._was_lost = _is_lost(error)
            self.is_there = poll.is_heard
            raise error
        self._learn(outcome)
        if not outcome.failed:
            self._ask_further(poll)
        instants_s = tuple(outcome.instants_s[: len(self.parameters)]) if len(self._reads) > 1 else None
        return self._readings(outcome.numbers, outcome.answered, outcome.failed, instants_s)

    def _look_for_life(self, poll: Poll) -> None:
        """Who did not answer is asked for as little as can be, once: if it is dead that costs one time-out.

        Raises:
            InstrumentSilent, InstrumentGarbled: so it is still.
        """
        smallest = min((one.span for one in self._wanted), key=lambda span: (self._is_emptied(span), span.width))
        if self._is_emptied(smallest) or any(read.request.spans == (smallest,) for read in self._reads):
            read = min(self._reads, key=lambda one: one.request.count)
            self._reads = (read, *(one for one in self._reads if one is not read))
            return
        self.is_there = False
        if poll.ask(alone(smallest), 0) is None and poll.error is not None and _is_lost(poll.error):
            raise poll.error

    def _is_emptied(self, span: object) -> bool:
        return any(one.is_emptied for one in self._wanted if one.span == span)

    def _ask(
        self,
        read: PlannedRead,
        poll: Poll,
        outcome: _Outcome,
        waiting: deque[PlannedRead],
        lost: InstrumentError | None,
    ) -> None:
        request, lost_before = read.request, self._lost.get(read.request, 0)
        error = self._not_now(request, poll) if lost is None else None
        is_hopeless = lost_before >= EVIDENCE or (not request.gaps and request.count >= outcome.too_long)
        if error is None and is_hopeless and self._may_be_split(request, poll):
            self._split(request, None, outcome, waiting)
            return
        if error is None:
            is_first = not poll.is_heard
            words = poll.ask(request, self._retries(read, poll, lost_before), lost)
            now_s = self._registers.now_s()
            for position in read.positions:
                outcome.instants_s[position] = now_s
            if words is not None:
                outcome.answered.append((read, words))
                self._lost.pop(request, None)
                for position, number in zip(read.positions, read.scale(read.decode(words)), strict=True):
                    outcome.numbers[position] = number
                return
            error = poll.error or NOT_REACHED
            if self._was_lost and is_first and isinstance(error, InstrumentSilent):
                poll.silences += 2  # it is dead still, and nothing more is asked of it
            if self._is_to_be_split(request, error, lost_before, poll):
                self._split(request, error, outcome, waiting)
                return
            self._note_loss(request, error, lost_before, now_s)
        outcome.failed.append((read, error))

    def _not_now(self, request: Request, poll: Poll) -> InstrumentError | None:
        """Why it is not asked in this poll, if so."""
        if poll.is_given_up:
            return NOT_REACHED
        until_s = self._rest_until_s.get(request)
        if until_s is not None and self._registers.now_s() < until_s:
            return NOT_YET
        return None

    def _retries(self, read: PlannedRead, poll: Poll, lost_before: int) -> int:
        """Who was silent is not asked twice until it has answered, nor what was lost again and again."""
        return 0 if (self._was_lost and not poll.is_heard) or lost_before >= EVIDENCE else read.retries

    def _is_to_be_split(self, request: Request, error: InstrumentError, lost_before: int, poll: Poll) -> bool:
        if not _is_lost(error):
            return len(request.spans) > 1 and not self._is_emptied(request.spans[0])
        return lost_before + 1 >= EVIDENCE and self._may_be_split(request, poll)

    def _may_be_split(self, request: Request, poll: Poll) -> bool:
        """What was lost, and not refused, is asked for in pieces if the device is there, and not without end."""
        return (
            poll.is_heard
            and not poll.is_given_up
            and poll.lost < MOST_LOST
            and len(request.spans) > 1
            and not self._is_emptied(request.spans[0])
        )

    def _split(
        self, request: Request, error: InstrumentError | None, outcome: _Outcome, waiting: deque[PlannedRead]
    ) -> None:
        parts = request.finer()
        if error is not None and _is_lost(error):
            self._lost[request] = EVIDENCE
            if not request.gaps:
                outcome.too_long = min(outcome.too_long, request.count)
        code = error.code if isinstance(error, InstrumentRefused) and not _is_lost(error) else None
        outcome.splits.append((request, code, parts))
        waiting.extendleft(reversed(prepare(self._wanted, parts, 0)))

    def _note_loss(self, request: Request, error: InstrumentError, lost_before: int, now_s: float) -> None:
        if not _is_lost(error):
            return
        self._lost[request] = lost_before + 1
        if lost_before >= EVIDENCE and len(request.spans) == 1:
            self._rest_until_s[request] = now_s + instrument_pause_s(lost_before + 1 - EVIDENCE)

    def _learn(self, outcome: _Outcome) -> None:
        answered = {read.request for read, _ in outcome.answered}
        unreached = {read.request for read, error in outcome.failed if error is NOT_REACHED}
        before, now_s = self.learning.lesson, self._registers.now_s()
        for request, code, parts in outcome.splits:
            self.learning.conclude(
                Split(
                    request,
                    code,
                    tuple(part for part in parts if part in answered),
                    tuple(part for part in parts if part not in answered and part not in unreached),
                ),
                now_s,
            )
        for request in answered if self.learning.lesson.alone else ():
            if request.spans[0] in self.learning.lesson.alone:
                self.learning.answers_alone(request.spans[0], now_s)
        if self.learning.lesson != before:
            self._replan()
        refusals = [(read, error) for read, error in outcome.failed if isinstance(error, InstrumentRefused)]
        if refusals or self._refused:
            self._tell(refusals)

    def _ask_further(self, poll: Poll) -> None:
        """One question more, for the sake of what it tells of the device."""
        question = self.learning.next_question(self._registers.now_s())
        if question is None:
            return
        table, address, count = question
        before = self.learning.lesson
        request = Request(table, address, count, ())
        is_answered = poll.ask(request, 0) is not None
        is_refused = not is_answered and poll.error is not None and not _is_lost(poll.error)
        self.learning.told(is_answered, is_refused, self._registers.now_s())
        if self.learning.lesson != before:
            self._replan()

    def _plan(self) -> None:
        requests = planned_requests(self._wanted, self._traits, self.learning.limits)
        self._reads = prepare(self._wanted, requests, self._traits.retries)
        self._only = None

    def _replan(self) -> None:
        """After something was learned."""
        before, lesson = len(self._reads), self.learning.lesson
        self._plan()
        self._lost.clear()
        self._rest_until_s.clear()
        _log.info("instrument=%s event=smaller_reads before=%d after=%d", self.name, before, len(self._reads))
        if self._memory is not None:
            self._memory.keep(None if self.learning.is_empty else to_text(lesson), words_of(lesson))

    def _tell(self, refusals: Iterable[tuple[PlannedRead, InstrumentRefused]]) -> None:
        """A line when a register begins or ceases to be refused."""
        refused = {f"{read.request.table}:{read.request.address}": error for read, error in refusals}
        for register in sorted(refused.keys() - self._refused):
            _log.warning('instrument=%s register=%s state=refused error="%s"', self.name, register, refused[register])
        for register in sorted(self._refused - refused.keys()):
            _log.info("instrument=%s register=%s state=answering", self.name, register)
        self._refused = frozenset(refused)


def _is_lost(error: InstrumentError) -> bool:
    """Whether it may be answered another time: no refusal, or that of a device that is busy."""
    return not isinstance(error, InstrumentRefused) or error.code in BUSY_CODES
