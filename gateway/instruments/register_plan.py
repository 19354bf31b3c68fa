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


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Where one value lies: `width` registers (or bits) of a table from `address` on."""

    table: Table
    address: int
    width: int

    @property
    def end(self) -> int:
        return self.address + self.width


@dataclass(frozen=True, slots=True)
class Request:
    """One read. It begins with the first and ends with the last register of the spans it is for, sorted by address."""

    table: Table
    address: int
    count: int
    spans: tuple[Span, ...]

    def finer(self) -> tuple[Request, ...]:
        """The same spans with less in common: first without bridging holes, then one by one.

        Empty if this request already is for a single span.
        """
        if len(self.spans) < 2:
            return ()
        contiguous = plan(self.spans, near=0)
        return contiguous if len(contiguous) > 1 else tuple(_request([span]) for span in self.spans)


def plan(spans: Iterable[Span], near: int = NEAR) -> tuple[Request, ...]:
    """The fewest requests that read every span, bridging holes of at most `near` unwanted registers.

    Each span belongs to exactly one request; the result depends on the set of spans alone, not on their order.
    """
    requests: list[Request] = []
    together: list[Span] = []
    for span in sorted(set(spans)):
        if together and not _fits(together, span, near):
            requests.append(_request(together))
            together = []
        together.append(span)
    if together:
        requests.append(_request(together))
    return tuple(requests)


def widest(table: Table) -> int:
    return WIDEST_BITS if table in (Table.COIL, Table.DISCRETE) else WIDEST_REGISTERS


def _fits(together: list[Span], span: Span, near: int) -> bool:
    first = together[0]
    end = max(one.end for one in together)
    return (
        span.table is first.table
        and span.address <= end + near
        and max(end, span.end) - first.address <= widest(span.table)
    )


def _request(together: list[Span]) -> Request:
    address = together[0].address
    end = max(span.end for span in together)
    return Request(together[0].table, address, end - address, tuple(together))
