"""What a Modbus device's registers say of its state. Pure."""

from __future__ import annotations

from collections.abc import Callable

from gateway.config import StatusBits, StatusRegister
from gateway.core.reading import Status
from gateway.core.scaling import Raw

StatusReader = Callable[[Raw | None], Status]
"""The number in a status register → the state. One that cannot be learnt is a fault: nobody vouches for the values."""


def status_reader(source: StatusRegister | StatusBits) -> StatusReader:
    if isinstance(source, StatusBits):
        return _by_bits(_mask(source.fault_bits), _mask(source.calibrating_bits))
    return _by_code(frozenset(source.fault), frozenset(source.calibrating))


def _by_code(fault: frozenset[int], calibrating: frozenset[int]) -> StatusReader:
    def read_status(code: Raw | None) -> Status:
        if code is None or code in fault:
            return Status.FAULT
        return Status.CALIBRATING if code in calibrating else Status.MEASURING

    return read_status


def _by_bits(fault: int, calibrating: int) -> StatusReader:
    def read_status(flags: Raw | None) -> Status:
        if not isinstance(flags, int) or flags & fault:
            return Status.FAULT
        return Status.CALIBRATING if flags & calibrating else Status.MEASURING

    return read_status


def _mask(bits: tuple[int, ...]) -> int:
    return sum(1 << bit for bit in set(bits))
