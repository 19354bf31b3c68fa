"""The stages run in their order, and the clerk rests until the first of them is due."""

from __future__ import annotations

from gateway.core.interfaces import Instant
from gateway.runtime.clerk import Clerk
from gateway.runtime.clock import SystemClock


class Stage:
    def __init__(self, name: str, pause_s: float, order: list[str]) -> None:
        self._name, self._pause_s, self._order = name, pause_s, order

    def step(self, now: Instant) -> float:
        self._order.append(self._name)
        return now.mono_s + self._pause_s


def test_all_stages_run_in_order_and_the_earliest_sets_the_pace() -> None:
    order: list[str] = []
    clerk = Clerk([Stage("keep", 10.0, order), Stage("close", 0.5, order), Stage("file", 60.0, order)])
    assert clerk.step(Instant(0, 100.0)) == 100.5
    assert order == ["keep", "close", "file"]
    clerk.interrupt()
    clerk.close()


def test_the_machines_clock_tells_milliseconds_since_1970_and_never_goes_back() -> None:
    looks = [SystemClock().now() for _ in range(1000)]
    assert looks[0].wall_ms > 1_700_000_000_000
    assert [look.mono_s for look in looks] == sorted(look.mono_s for look in looks)
