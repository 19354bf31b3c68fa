"""A Modbus device's registers → readings with value and status."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from gateway.config import ModbusDevice, Table
from gateway.core.errors import InstrumentRefused
from gateway.core.reading import Readings, Status
from gateway.core.reason import Reason
from gateway.core.scaling import Raw
from gateway.core.state import worst
from gateway.instruments.decode import AnswerDecoder, Told, answer_decoder
from gateway.instruments.modbus.reasons import refused, why_no_value, why_not_measuring
from gateway.instruments.modbus.state import status_reader
from gateway.instruments.modbus.wanted import Scale, planned_requests, status_registers, wanted_values
from gateway.instruments.register_plan import Request

_log = logging.getLogger(__name__)

ILLEGAL_ADDRESS = 2
ILLEGAL_VALUE = 3
"""How devices say that a request touches registers they do not have, or is longer than they like."""


class Registers(Protocol):
    """Where registers come from; `modbus.link.ModbusLink` in life."""

    @property
    def longest_answer_s(self) -> float: ...
    def read(self, unit: int, table: Table, address: int, count: int) -> tuple[int, ...]: ...


@dataclass(frozen=True, slots=True)
class _Read:
    """A request with what its answer holds: the numbers' positions among the wanted, and what becomes of each."""

    request: Request
    decode: AnswerDecoder
    positions: tuple[int, ...]
    scales: tuple[Scale, ...]


_Answered = tuple[_Read, tuple[int, ...]]
_Refused = tuple[_Read, InstrumentRefused]


class ModbusInstrument:
    """One unit on a Modbus link. Implements `gateway.core.interfaces.Instrument`.

    Asks with as few requests as possible. A device that refuses a merged request is asked in smaller pieces from then
    on, until the gateway restarts. A value that cannot be had (refused, NaN, out of a current loop's band) is a reading
    without value; only if nothing at all is answered is the poll a failure.
    """

    def __init__(self, settings: ModbusDevice, registers: Registers) -> None:
        self.name = settings.name
        self.parameters = tuple(one.measured for one in settings.parameters)
        self.period_s = settings.poll.total_seconds()
        self._unit = settings.unit
        self._registers = registers
        self._settings = settings
        self._status_readers = [status_reader(source) for source in status_registers(settings)]
        self._wanted = wanted_values(settings)
        self._reads = self._prepare(planned_requests(settings))
        self._refused: frozenset[str] = frozenset()

    @property
    def longest_read_s(self) -> float:
        """How long one `read` may take at the worst: one merged request, then contiguous pieces, then each value."""
        return (2 * len(self._wanted) + 1) * self._registers.longest_answer_s

    def read(self) -> Readings:
        """One poll of the device. The value is recorded as it was read, whatever the status says of it."""
        numbers, answered, refusals = self._ask()
        values, told = tuple(numbers[: len(self.parameters)]), numbers[len(self.parameters) :]
        said = [read_status(number) for read_status, number in zip(self._status_readers, told, strict=True)]
        status = worst(said)
        if status is Status.MEASURING and None not in values:
            return Readings(values, (status,) * len(values))
        without = Status.FAULT if status is Status.MEASURING else status
        statuses = tuple(without if value is None else status for value in values)
        return Readings(values, statuses, self._reasons(values, said, answered, refusals))

    def _reasons(
        self,
        values: Sequence[float | None],
        said: Sequence[Status],
        answered: Sequence[_Answered],
        refusals: Sequence[_Refused],
    ) -> tuple[Reason | None, ...]:
        """Why each reading is not MEASURING: what the device says of its state, or else what there is in the place of a
        value."""
        held: dict[int, tuple[Told, tuple[int, ...]]] = {}
        for read, words in answered:
            for position, number in zip(read.positions, read.decode(words), strict=True):
                span = self._wanted[position].span
                start = span.address - read.request.address
                held[position] = number, words[start : start + span.width]
        errors = {position: error for read, error in refusals for position in read.positions}
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
            else refused(errors[position])
            if position in errors
            else why_no_value(self._settings.parameters[position], *held[position])
            for position, value in enumerate(values)
        )

    def _ask(self) -> tuple[list[Raw | None], list[_Answered], list[_Refused]]:
        """The wanted numbers in their order, `None` for one that cannot be had; and what was answered and refused."""
        numbers: list[Raw | None] = [None] * len(self._wanted)
        waiting = deque(self._reads)
        done: list[_Read] = []
        answered: list[_Answered] = []
        refusals: list[_Refused] = []
        while waiting:
            read = waiting.popleft()
            request = read.request
            try:
                words = self._registers.read(self._unit, request.table, request.address, request.count)
            except InstrumentRefused as error:
                finer = request.finer() if error.code in (ILLEGAL_ADDRESS, ILLEGAL_VALUE) else ()
                if finer:
                    waiting.extendleft(reversed(self._prepare(finer)))
                    continue
                refusals.append((read, error))
            else:
                answered.append((read, words))
                for position, scale, number in zip(read.positions, read.scales, read.decode(words), strict=True):
                    numbers[position] = scale(number)
            done.append(read)
        if len(refusals) == len(done):
            raise refusals[-1][1]
        if len(done) != len(self._reads):
            self._remember(tuple(done))
        if refusals or self._refused:
            self._tell(refusals)
        return numbers, answered, refusals

    def _remember(self, reads: tuple[_Read, ...]) -> None:
        _log.info("instrument=%s event=smaller_reads before=%d after=%d", self.name, len(self._reads), len(reads))
        self._reads = reads

    def _tell(self, refusals: list[_Refused]) -> None:
        """A line when a register begins or ceases to be refused."""
        refused = {f"{read.request.table}:{read.request.address}": error for read, error in refusals}
        for register in sorted(refused.keys() - self._refused):
            _log.warning('instrument=%s register=%s state=refused error="%s"', self.name, register, refused[register])
        for register in sorted(self._refused - refused.keys()):
            _log.info("instrument=%s register=%s state=answering", self.name, register)
        self._refused = frozenset(refused)

    def _prepare(self, requests: Iterable[Request]) -> tuple[_Read, ...]:
        return tuple(map(self._read, requests))

    def _read(self, request: Request) -> _Read:
        spans = set(request.spans)
        told = [(position, one) for position, one in enumerate(self._wanted) if one.span in spans]
        return _Read(
            request,
            answer_decoder([one.field(request.address) for _, one in told], request.count),
            tuple(position for position, _ in told),
            tuple(one.scale for _, one in told),
        )
