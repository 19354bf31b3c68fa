"""Which registers are wanted → which requests to send.

A request costs a round trip, and on a 9,600 baud line the frame around it costs more than ten registers. So adjacent
and near values share one request; but some devices refuse a request that touches a register they do not have, so every
merged request can be taken apart again, in two steps.

Pure. A value is never split between requests: its words must be from one instant.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from gateway.config import Table

WIDEST_REGISTERS = 125
WIDEST_BITS = 2000
"""Modbus application protocol 1.1b3, 6.1–6.4: the most that one request may ask for."""

NEAR = 16
"""Unwanted registers (or bits) that are read along rather than asking twice: 16 registers are 33 ms at 9,600 baud, a
second request with its answer's frame and the device's reaction is more."""

_STEPS = {False: (16, 4), True: (128, 16)}
"""How long the pieces of a read that failed are, of registers and of bits, before each value is asked for alone: many
devices end at 16 or 32, and a step costs one lost question."""


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Where one value lies: `width` registers (or bits) of a table from `address` on."""

    table: Table
    address: int
    width: int

    @property
    def end(self) -> int:
        return self.address + self.width


@dataclass(frozen=True, slots=True, order=True)
class Hole:
    """Registers (or bits) `[first, end)` of a table that nobody wants and that must not be read along."""

    table: Table
    first: int
    end: int


@dataclass(frozen=True, slots=True)
class PlanLimits:
    """What a device takes: the most registers and bits at once, gaps that are bridged (of at most `near`) and holes
    that are not, and values that must be asked for alone."""

    registers: int = WIDEST_REGISTERS
    bits: int = WIDEST_BITS
    near: int = NEAR
    holes: frozenset[Hole] = frozenset()
    alone: frozenset[Span] = frozenset()

    def widest(self, table: Table) -> int:
        return self.bits if is_of_bits(table) else self.registers

    def bars(self, table: Table, first: int, end: int) -> bool:
        """Whether something in `[first, end)` must not be read along."""
        return any(one.table is table and one.first < end and first < one.end for one in self.holes)


NO_LIMITS = PlanLimits()
EXACT = PlanLimits(near=0)
"""Nothing is read along."""


@dataclass(frozen=True, slots=True)
class Request:
    """One read. It begins with the first and ends with the last register of the spans it is for, sorted by address."""

    table: Table
    address: int
    count: int
    spans: tuple[Span, ...]

    @property
    def gaps(self) -> tuple[Hole, ...]:
        """What it reads along between its spans."""
        found: list[Hole] = []
        end = self.address
        for span in self.spans:
            if span.address > end:
                found.append(Hole(self.table, end, span.address))
            end = max(end, span.end)
        return tuple(found)

    def finer(self) -> tuple[Request, ...]:
        """The same spans with less in common: first without bridging gaps, then in shorter pieces, then one by one.

        Empty if this request already is for a single span.
        """
        if len(self.spans) < 2:
            return ()
        lengths = (self.count, *(step for step in _STEPS[is_of_bits(self.table)] if step < self.count))
        for longest in lengths:
            parts = plan(self.spans, PlanLimits(longest, longest, near=0))
            if len(parts) > 1:
                return parts
        return tuple(map(alone, self.spans))


def alone(span: Span) -> Request:
    """The read of this value and nothing else."""
    return _request([span])


def plan(spans: Iterable[Span], limits: PlanLimits = NO_LIMITS) -> tuple[Request, ...]:
    """The fewest requests that read every span within the limits. A span that is longer than they allow is asked for
    nevertheless.

    Each span belongs to exactly one request; the result depends on the set of spans alone, not on their order.
    """
    requests: list[Request] = []
    together: list[Span] = []
    for span in sorted(set(spans)):
        if together and not _fits(together, span, limits):
            requests.append(_request(together))
            together = []
        together.append(span)
    if together:
        requests.append(_request(together))
    return tuple(requests)


def is_of_bits(table: Table) -> bool:
    return table in (Table.COIL, Table.DISCRETE)


def _fits(together: list[Span], span: Span, limits: PlanLimits) -> bool:
    first = together[0]
    end = max(one.end for one in together)
    return (
        span.table is first.table
        and span.address <= end + limits.near
        and max(end, span.end) - first.address <= limits.widest(span.table)
        and not (limits.alone and (span in limits.alone or together[-1] in limits.alone))
        and not (limits.holes and span.address > end and limits.bars(span.table, end, span.address))
    )


def _request(together: list[Span]) -> Request:
    address = together[0].address
    end = max(span.end for span in together)
    return Request(together[0].table, address, end - address, tuple(together))
