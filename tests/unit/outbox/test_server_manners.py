"""What was learned of a server outlives a restart, and is no vital path: what the card loses is learned anew."""

from __future__ import annotations

import logging
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from gateway.core.errors import StoreFull
from gateway.core.instants import DAY_MS, HOUR_MS
from gateway.core.manner import Manner
from gateway.outbox.server_manners import known_manners, manners_of
from gateway.uplinks.manners import Manners
from tests.support.clock import FakeClock
from tests.support.journey import MIDNIGHT_MS, Journey
from tests.support.three_days import configuration

NAME = "so-tnmt"


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(MIDNIGHT_MS)


def manners(journey: Journey, folder: Path, clock: FakeClock, name: str = NAME) -> Manners:
    return manners_of(journey.database, configuration(folder).destinations, clock)[name]


def test_it_outlives_a_restart_for_a_day(journey: Journey, tmp_path: Path, clock: FakeClock) -> None:
    manners(journey, tmp_path, clock).learn(Manner.ONE_FILE, "too many open files", 4)
    journey.restart()
    clock.advance(23 * 3600)
    again = manners(journey, tmp_path, clock)
    assert again.number(Manner.ONE_FILE) == 4
    clock.advance(3600)
    assert not again.has(Manner.ONE_FILE)
    assert [one.words for one in again.known()] == ["too many open files"]


@pytest.mark.parametrize("jump_ms", [-400 * DAY_MS, 400 * DAY_MS])
def test_a_clock_that_was_wrong_keeps_nothing_believed_for_ever(
    journey: Journey, tmp_path: Path, clock: FakeClock, jump_ms: int
) -> None:
    manners(journey, tmp_path, clock).learn(Manner.NO_SIZE, "550")
    clock.jump_wall(jump_ms)
    assert not manners(journey, tmp_path, clock).has(Manner.NO_SIZE)


def test_what_a_thousand_files_show_is_written_once(journey: Journey, tmp_path: Path, clock: FakeClock) -> None:
    found = manners(journey, tmp_path, clock)
    found.learn(Manner.NO_STAT, "permission denied")
    before = known_manners(journey.database, NAME)
    for n in range(1000):
        found.learn(Manner.NO_STAT, f"permission denied {n}")
        clock.advance(1)
    assert known_manners(journey.database, NAME) == before
    clock.advance(HOUR_MS / 1000)
    found.learn(Manner.NO_STAT, "permission denied still")
    assert [one.words for one in known_manners(journey.database, NAME)] == ["permission denied still"]


def test_another_limit_is_written_at_once(journey: Journey, tmp_path: Path, clock: FakeClock) -> None:
    found = manners(journey, tmp_path, clock)
    found.learn(Manner.SLOW_COMMANDS, "421", 60)
    found.learn(Manner.SLOW_COMMANDS, "421", 20)
    assert [one.number for one in known_manners(journey.database, NAME)] == [20]


def test_what_is_forgotten_is_gone_after_a_restart(journey: Journey, tmp_path: Path, clock: FakeClock) -> None:
    found = manners(journey, tmp_path, clock)
    found.learn(Manner.ONE_FILE, "x")
    found.learn(Manner.NO_STAT, "y")
    found.forget(Manner.ONE_FILE)
    assert [one.manner for one in manners(journey, tmp_path, clock).known()] == [Manner.NO_STAT]


@pytest.mark.parametrize(
    "damage", ["learned_ms = learned_ms + 123456", "words = 'other'", "manner = 'of-a-newer-gateway'"]
)
def test_a_damaged_row_is_learned_anew(journey: Journey, tmp_path: Path, clock: FakeClock, damage: str) -> None:
    manners(journey, tmp_path, clock).learn(Manner.NO_STAT, "permission denied")
    journey.database.close()
    with closing(sqlite3.connect(journey.file)) as connection, connection:
        for (trigger,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {trigger}")
        connection.execute(f"UPDATE server_manner SET {damage}")  # noqa: S608  # those above
    journey.reopen()
    found = manners(journey, tmp_path, clock)
    assert not found.has(Manner.NO_STAT)
    found.learn(Manner.NO_STAT, "permission denied again")
    journey.restart()
    assert [one.words for one in manners(journey, tmp_path, clock).known()] == ["permission denied again"]
    with journey.database.write() as connection:
        connection.execute("DELETE FROM server_manner WHERE manner <> 'no-stat'")


def test_a_full_card_costs_the_note_and_nothing_else(
    journey: Journey,
    tmp_path: Path,
    clock: FakeClock,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = manners(journey, tmp_path, clock)

    def full(*_: object) -> None:
        raise StoreFull("no room")

    monkeypatch.setattr(journey.database, "write", full)
    with caplog.at_level(logging.WARNING):
        found.learn(Manner.NO_STAT, "permission denied")
        assert found.has(Manner.NO_STAT)
        found.forget(Manner.NO_STAT)
    assert "what was learned of a server is not kept" in caplog.text
    monkeypatch.undo()
    assert known_manners(journey.database, NAME) == ()
