"""The numbers of one poll → a reading for each parameter, with value, status and, where it is not MEASURING, reason.

Pure. A value is given as it was read, whatever the status says of it; one that cannot be had is `None`.
"""

from __future__ import annotations

from collections.abc import Sequence

from gateway.config import ModbusDevice
from gateway.core.errors import InstrumentError
from gateway.core.reading import Readings, Status
from gateway.core.reason import Reason
from gateway.core.scaling import Raw
from gateway.core.state import worst
from gateway.instruments.decode import Told
from gateway.instruments.modbus.planned_read import PlannedRead, Wanted
from gateway.instruments.modbus.reasons import not_answered, why_no_value, why_not_measuring
from gateway.instruments.modbus.state import status_reader
from gateway.instruments.modbus.wanted import status_registers

Answered = Sequence[tuple[PlannedRead, tuple[int, ...]]]
"""Reads, and the words of their answers."""
Failed = Sequence[tuple[PlannedRead, InstrumentError]]
"""Reads that brought nothing, and why."""


class DeviceReadings:
    """Of one device."""

    def __init__(self, settings: ModbusDevice, wanted: Sequence[Wanted]) -> None:
        """`wanted`: the parameters, then what tells the device's state."""
        self._settings = settings
        self._wanted = wanted
        self._count = len(settings.parameters)
        self._measuring = (Status.MEASURING,) * self._count
        self._sources = status_registers(settings)
        self._status_readers = [status_reader(source) for source in self._sources]

    def of(
        self,
        numbers: Sequence[Raw | None],
        answered: Answered,
        failed: Failed,
        instants_s: tuple[float, ...] | None,
    ) -> Readings:
        """`numbers`: of all that is wanted, scaled, in that order. `answered`, `failed`: what brought them, or did not.
        `instants_s`: when (monotonic) each parameter's answer was there; `None`: all at once, at the end."""
        values, told = tuple(numbers[: self._count]), numbers[self._count :]
        said = [read_status(number) for read_status, number in zip(self._status_readers, told, strict=True)]
        status = worst(said) if said else Status.MEASURING
        if status is Status.MEASURING and None not in values:
            return Readings(values, self._measuring, None, instants_s)
        without = Status.FAULT if status is Status.MEASURING else status
        statuses = tuple(without if value is None else status for value in values)
        return Readings(values, statuses, self._reasons(values, said, answered, failed), instants_s)

    def _reasons(
        self, values: Sequence[float | None], said: Sequence[Status], answered: Answered, failed: Failed
    ) -> tuple[Reason | None, ...]:
        """Why each reading is not MEASURING: what the device says of its state, or else what there is in the place of a
        value."""
        held = self._held(answered)
        errors = {position: error for read, error in failed for position in read.positions}
        status = worst(said)
        if status is not Status.MEASURING:
            place = said.index(status)
            position = len(values) + place
            number, _ = held.get(position, (None, ()))
            return (why_not_measuring(self._sources[place], number, status, errors.get(position)),) * len(values)
        return tuple(
            None
            if value is not None
            else not_answered(errors[position])
            if position in errors
            else why_no_value(self._settings.parameters[position], *held[position])
            for position, value in enumerate(values)
        )

    def _held(self, answered: Answered) -> dict[int, tuple[Told, tuple[int, ...]]]:
        """By position among the wanted: the number before it was scaled, and its words."""
        held: dict[int, tuple[Told, tuple[int, ...]]] = {}
        for read, words in answered:
            for position, number in zip(read.positions, read.decode(words), strict=True):
                span = self._wanted[position].span
                start = span.address - read.request.address
                held[position] = number, words[start : start + span.width]
        return held
