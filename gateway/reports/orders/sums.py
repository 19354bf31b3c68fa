"""Counts over transport orders: how many came, how many the authority accepted within three minutes, what made the
others late, and with which codes some were set aside. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gateway.core.transport_order import OrderState

if TYPE_CHECKING:
    from gateway.orders.fates import OrderFate


@dataclass(slots=True)
class OrderSums:
    """Of those that were submitted in some time. `late`: accepted after more than three minutes, or not accepted so
    long after they came; `causes`: what made them late, by `DelayCause` (`unknown`: nobody knows), or what state they
    are in; `codes`: of those that are set aside."""

    accepted: int = 0
    in_time: int = 0
    waiting: int = 0
    set_aside: int = 0
    late: int = 0
    causes: Counter[str] = field(default_factory=Counter)
    codes: Counter[int | None] = field(default_factory=Counter)
    latencies_ms: list[int] = field(default_factory=list)

    @property
    def submitted(self) -> int:
        return self.accepted + self.waiting + self.set_aside

    @property
    def share_in_time(self) -> float | None:
        """Of those whose three minutes are over or that were accepted within them; `None`: there are none."""
        judged = self.in_time + self.late
        return self.in_time / judged if judged else None

    @property
    def longest_ms(self) -> int | None:
        """From submitted to accepted."""
        return max(self.latencies_ms, default=None)

    @property
    def median_ms(self) -> int | None:
        ordered = sorted(self.latencies_ms)
        return ordered[(len(ordered) - 1) // 2] if ordered else None

    def add(self, fate: OrderFate, now_ms: int) -> None:
        is_late = fate.is_late(now_ms)
        self.late += is_late
        if fate.state is OrderState.WAITING:
            self.waiting += 1
        elif fate.state is OrderState.SET_ASIDE:
            self.set_aside += 1
            self.codes[fate.code] += 1
        else:
            self.accepted += 1
            self.in_time += not is_late
            if fate.latency_ms is not None:
                self.latencies_ms.append(fate.latency_ms)
        if is_late:
            is_over = fate.state is OrderState.ACCEPTED
            self.causes[(fate.late_cause or "unknown") if is_over else fate.state.value] += 1


def order_sums(fates: Iterable[OrderFate], now_ms: int) -> OrderSums:
    found = OrderSums()
    for one in fates:
        found.add(one, now_ms)
    return found
