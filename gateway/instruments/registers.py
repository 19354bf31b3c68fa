"""Where registers come from, and what a driver must know of the way there; `modbus.link.ModbusLink` in life."""

from __future__ import annotations

from typing import Protocol

from gateway.config import Table


class Registers(Protocol):
    """The registers of all units on a link. Times are monotonic seconds."""

    @property
    def asked_s(self) -> float:
        """When the last question was asked."""

    @property
    def longest_answer_s(self) -> float: ...
    def read(self, unit: int, table: Table, address: int, count: int) -> tuple[int, ...]: ...
    def now_s(self) -> float: ...
    def listens_s(self, unit: int) -> float: ...
    def rest(self, seconds: float) -> None: ...
