"""What comes again and again for days neither fills the journal nor is left out of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from gateway.audit import clock_sets, runs
from gateway.audit.event_entries import RestlessEvents
from gateway.core.clock_set import ClockSet
from gateway.core.instants import DAY_MS, HOUR_MS, SECOND_MS
from gateway.core.telling import SINGLY_IN_DAY, SINGLY_IN_HOUR
from gateway.db import Database
from tests.support.clock import FakeClock
from tests.support.journey import Journey, at

T0 = FakeClock().wall_ms


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    journey = Journey(tmp_path)
    with closing(journey.database):
        yield journey.database


def entries(database: Database, kind: str) -> list[dict[str, Any]]:
    rows = database.read("SELECT what FROM sound_journal WHERE kind = ? ORDER BY seq", (kind,))
    return [json.loads(what) for (what,) in rows]


def times(told: list[dict[str, Any]]) -> int:
    return sum(one.get("times", 1) for one in told)


def test_a_daemon_that_crashes_all_day_long_does_not_fill_the_journal(database: Database) -> None:
    starts = range(T0, T0 + DAY_MS, 120 * SECOND_MS)
    for at_ms in starts:
        runs.begin(database, at_ms, "1")
    told = entries(database, "start")
    assert len(told) <= SINGLY_IN_DAY + 25
    assert [one["run"] for one in told[:SINGLY_IN_HOUR]] == list(range(1, SINGLY_IN_HOUR + 1))
    RestlessEvents(database).step(at(starts[-1] + HOUR_MS))
    told = entries(database, "start")
    assert times(told) == len(starts)
    assert told[-1]["run"] == len(starts)
    RestlessEvents(database).step(at(starts[-1] + 3 * HOUR_MS))
    assert entries(database, "start") == told


def test_a_day_later_a_start_is_news_again(database: Database) -> None:
    for number in range(10):
        runs.begin(database, T0 + number * SECOND_MS, "1")
    RestlessEvents(database).step(at(T0 + 2 * HOUR_MS))
    before = len(entries(database, "start"))
    runs.begin(database, T0 + 2 * DAY_MS, "1")
    assert len(entries(database, "start")) == before + 1


@pytest.mark.parametrize("apart_ms", [7 * HOUR_MS, 3 * DAY_MS, 1024 * 7 * DAY_MS], ids=["zone", "days", "gps"])
def test_two_programs_that_set_the_clock_in_turns_do_not_fill_the_journal(database: Database, apart_ms: int) -> None:
    steps = [ClockSet(0, *one) for second in range(0, 86_400, 120) for one in _back_and_forth(second, apart_ms)]
    run = runs.begin(database, T0, "1")
    for step in steps:
        clock_sets.keep(database, run, step)
    told = entries(database, "clock")
    assert len(told) <= 2 * (SINGLY_IN_DAY + 25)
    RestlessEvents(database).step(at(T0 + 10 * DAY_MS))
    assert times(entries(database, "clock")) == len(steps)


def _back_and_forth(second: int, apart_ms: int) -> list[tuple[int, int]]:
    now_ms = T0 + second * SECOND_MS
    return [(now_ms, -apart_ms), (now_ms + 30 * SECOND_MS - apart_ms, apart_ms)]


def test_starts_that_fail_with_other_words_each_time_do_not_fill_the_journal(database: Database) -> None:
    for number in range(100):
        run = runs.begin(database, T0 + number * SECOND_MS, "1")
        runs.end(database, run, T0 + number * SECOND_MS, f"it could not start: error {number}")
    assert len(entries(database, "stop")) == SINGLY_IN_HOUR


def test_what_cannot_be_read_of_what_is_held_stops_no_start(database: Database) -> None:
    runs.begin(database, T0, "1")
    with database.write() as connection:
        connection.execute("UPDATE watch SET state = '[]'")
    runs.begin(database, T0 + 1, "1")
    assert len(entries(database, "start")) == 2
