"""The stages run in their order, and the clerk rests until the first of them is due."""

from __future__ import annotations

import logging

import pytest

from gateway.core.component import ComponentKind, ComponentState
from gateway.core.errors import StoreCorrupt, StoreError, StoreFull
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


class Broken:
    """A stage that fails as long as it has errors."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)

    def step(self, now: Instant) -> float:
        if self.errors:
            raise self.errors.pop(0)
        return now.mono_s + 60.0


class Told:
    """A board that keeps what it was told."""

    def __init__(self) -> None:
        self.states: list[tuple[str, str, str | None]] = []

    def report(self, kind: ComponentKind, name: str, state: ComponentState, error: str | None, at_ms: int) -> bool:
        assert kind is ComponentKind.STAGE
        self.states.append((name, state.value, error))
        return True


def test_a_stage_that_fails_holds_up_no_other_and_is_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    order: list[str] = []
    board = Told()
    clerk = Clerk([Broken(StoreError("x"), ValueError("y")), Stage("close", 30.0, order)], board=board)
    assert clerk.step(Instant(0, 100.0)) == 101.0
    assert clerk.step(Instant(0, 100.5)) == 101.0  # not yet
    assert clerk.step(Instant(0, 101.0)) == 103.0
    assert clerk.step(Instant(0, 103.0)) == 133.0
    assert order == ["close"] * 4
    assert board.states == [
        ("broken", "failing", "x"),
        ("stage", "working", None),
        ("broken", "failing", "y"),
        ("broken", "working", None),
    ]
    assert [line.levelno for line in caplog.records] == [logging.ERROR, logging.DEBUG, logging.INFO]


@pytest.mark.parametrize("error", [StoreCorrupt("x"), StoreFull("x")])
def test_what_concerns_all_stages_is_the_supervisors(error: StoreError) -> None:
    with pytest.raises(type(error)):
        Clerk([Broken(error)]).step(Instant(0, 100.0))


class FakeGate:
    def __init__(self) -> None:
        self.opens_at_s = 0.0

    def is_open(self, now: Instant) -> bool:
        return now.mono_s >= self.opens_at_s


def test_what_needs_the_time_waits_until_somebody_vouches_for_the_clock() -> None:
    order: list[str] = []
    gate = FakeGate()
    gate.opens_at_s = 102.0
    kept, closes = [Stage("keep", 10.0, order)], [Stage("close", 0.5, order), Stage("file", 60.0, order)]
    clerk = Clerk(kept, closes, gate)
    assert clerk.step(Instant(0, 100.0)) == 101.0  # and looks again soon
    assert clerk.step(Instant(0, 101.0)) == 102.0
    assert order == ["keep", "keep"]
    assert clerk.step(Instant(0, 102.0)) == 102.5
    assert order == ["keep", "keep", "keep", "close", "file"]


def test_the_machines_clock_tells_milliseconds_since_1970_and_never_goes_back() -> None:
    looks = [SystemClock().now() for _ in range(1000)]
    assert looks[0].wall_ms > 1_700_000_000_000
    assert [look.mono_s for look in looks] == sorted(look.mono_s for look in looks)
