"""Which orders are in the next request: those that can still be in time before those that are late, each oldest first,
as many as a request may hold and the line carries in a few seconds.

A request that was refused as a whole is taken apart: its halves go by themselves, until the culprit is alone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from gateway.core.transport_order import PROMISED_MS, TransportOrder

BATCH_S = 5.0
"""How long a request should take: whoever comes meanwhile waits for it."""
FIRST_BYTES = 1_000_000
FEWEST_BYTES = 64_000
ENVELOPE = 2_000
"""Bytes around the orders of a request, at the most."""
MOST_ORDERS = 500


class RequestSize:
    """How many bytes of orders a request has, learned from how long the last ones took."""

    def __init__(self, most_bytes: int) -> None:
        """`most_bytes`: of a whole request, that the authority takes."""
        self.most_bytes = most_bytes - ENVELOPE
        self.bytes = min(FIRST_BYTES, self.most_bytes)

    def took(self, sent_bytes: int, seconds: float) -> None:
        """A request was answered. One that was far from full says little about the line."""
        if sent_bytes * 2 < self.bytes and seconds < BATCH_S:
            return
        fitting = round(sent_bytes / max(seconds, 0.001) * BATCH_S)
        self.bytes = max(FEWEST_BYTES, min(self.most_bytes, fitting, 4 * self.bytes))

    def failed(self) -> None:
        """A request was not answered: perhaps the line is too slow for so much."""
        self.bytes = max(FEWEST_BYTES, self.bytes // 2)


class SuspectGroups:
    """What is left of requests that were refused as a whole. Lost with the process, and harmless to lose."""

    def __init__(self) -> None:
        self._groups: list[list[int]] = []

    def refused(self, numbers: Sequence[int]) -> None:
        """The orders of a request of at least two."""
        middle = len(numbers) // 2
        self._groups += [list(numbers[middle:]), list(numbers[:middle])]

    def next(self, waiting: Collection[int]) -> list[int]:
        """The next group, as far as it waits still; empty: nobody is suspected."""
        while self._groups:
            group = [one for one in self._groups.pop() if one in waiting]
            if group:
                return group
        return []

    def again(self, numbers: Sequence[int]) -> None:
        """The group was not decided on."""
        self._groups.append(list(numbers))

    def __bool__(self) -> bool:
        return bool(self._groups)

    @property
    def numbers(self) -> set[int]:
        return {number for group in self._groups for number in group}


def in_turn(waiting: Iterable[TransportOrder], now_ms: int) -> list[TransportOrder]:
    """Those that can still be in time first."""
    return sorted(waiting, key=lambda one: (now_ms - one.submitted_ms > PROMISED_MS, one.number))


def fitting(orders: Iterable[TransportOrder], most_bytes: int) -> list[TransportOrder]:
    """The first of them, until a request is full; at least one."""
    chosen: list[TransportOrder] = []
    left = most_bytes
    for one in orders:
        left -= one.size + 1
        if chosen and (left < 0 or len(chosen) >= MOST_ORDERS):
            break
        chosen.append(one)
    return chosen
