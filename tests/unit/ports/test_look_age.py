"""That nobody looks any more is shown by somebody else, and stops nothing."""

from __future__ import annotations

import logging

import pytest

from gateway.core.component import ComponentKind, ComponentState
from gateway.db.board import Board
from gateway.ports.look_age import LOOK_EVERY_S, OLD_S, LookAge
from tests.support.clock import FakeClock
from tests.support.journey import Journey


class FakeWatch:
    def __init__(self) -> None:
        self.looked_s: float | None = None


def test_a_look_that_never_returns_is_told_once_and_so_is_that_it_did(
    journey: Journey, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="gateway.ports")
    board, clock, watch = Board(journey.database), FakeClock(), FakeWatch()
    stage = LookAge(watch, board)

    def pass_time(seconds: float) -> None:
        for _ in range(int(seconds / LOOK_EVERY_S)):
            assert stage.step(clock.now()) == clock.mono_s + LOOK_EVERY_S
            clock.advance(LOOK_EVERY_S)

    pass_time(OLD_S)
    assert caplog.records == []
    for _ in range(10):
        watch.looked_s = clock.mono_s
        pass_time(LOOK_EVERY_S)
    assert caplog.records == []
    pass_time(10 * OLD_S)
    assert board.state(ComponentKind.STAGE, "ports") is ComponentState.FAILING
    watch.looked_s = clock.mono_s
    pass_time(LOOK_EVERY_S)
    assert [one.levelname for one in caplog.records] == ["ERROR", "INFO"]
