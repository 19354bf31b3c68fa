"""A card that takes long is told once, with the worst, and once more when it is well again."""

from __future__ import annotations

import logging

import pytest

from gateway.core.component import ComponentKind, ComponentState
from gateway.db.board import Board, components
from gateway.db.commits import COMMITS, QUICK_AGAIN_S, CommitWatch, worst_s
from tests.support.clock import FakeClock
from tests.support.journey import MIDNIGHT_MS, Journey


def test_slow_commits_are_told_once_with_the_worst(journey: Journey, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    clock, board = FakeClock(MIDNIGHT_MS), Board(journey.database)
    watch = CommitWatch(clock.now, board.report)
    for took_s in (0.01, 1.2, 4.0, 2.0, 0.01):
        began = clock.now()
        clock.advance(took_s)
        watch.committed(began)
    board.step(clock.now())
    shown = components(journey.database)[ComponentKind.STORAGE, COMMITS]
    assert (shown.state, worst_s(shown)) == (ComponentState.SLOW, 4.0)
    assert [one.levelname for one in caplog.records] == ["WARNING"]
    clock.advance(QUICK_AGAIN_S)
    watch.committed(clock.now())
    assert caplog.records[-1].message == "the storage is quick again slow_commits=3 worst_s=4.0"
    board.step(clock.now())
    assert components(journey.database)[ComponentKind.STORAGE, COMMITS].state is ComponentState.UP


def test_the_database_times_its_commits(journey: Journey) -> None:
    clock, told = FakeClock(MIDNIGHT_MS), list[str | None]()

    def slower() -> object:
        clock.advance(2.5)
        return clock.now()

    journey.database.commits = CommitWatch(slower, lambda kind, name, state, error, at_ms: told.append(error))  # type: ignore[arg-type]
    with journey.database.write() as connection:
        connection.execute("INSERT INTO destination (name) VALUES ('so-tnmt')")
    assert "2.5 s" in (told[0] or "")
