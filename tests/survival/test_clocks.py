"""A wrong clock costs no slot, sends nothing of the future, and gives no reading another time."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import pytest

from gateway.readings.recorder import COMMIT_INTERVAL_S
from tests.support.live.expectation import COLUMNS, Shown, end_of, outcomes, shown
from tests.support.live.long_runs import ENOUGH_S, result_of
from tests.survival.clocks import SLOT_MS, STORIES, ClockRun, told

pytestmark = [
    pytest.mark.timeout(ENOUGH_S),
    pytest.mark.thorough,  # tests/unit/clock and tests/e2e/test_clock_command.py: the same without a box that lives
]

NAMES = list(told())
LOST_AT_MOST_MS = round(COMMIT_INTERVAL_S * 1000) + 1000
"""A commit takes its time."""
each_story = pytest.mark.parametrize("name", NAMES)
_CLOSED = re.compile(r"slot closed end=(\S+)")


@pytest.fixture(scope="session")
def clocks_run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, ClockRun]:
    found = result_of("clocks_run", request, tmp_path_factory)
    assert isinstance(found, dict)
    return found


@each_story
def test_no_file_comes_before_its_time(clocks_run: dict[str, ClockRun], name: str) -> None:
    run = clocks_run[name]
    early = {file for file, at_ms in run.completed_ms.items() if at_ms < end_of(file)}
    assert early == set()
    assert set(run.completed_ms) == set(run.files), "what lies there is complete"
    assert bool(run.files) == STORIES[name].has_authority


@each_story
def test_no_slot_is_lost_and_none_is_invented(clocks_run: dict[str, ClockRun], name: str) -> None:
    run = clocks_run[name]
    ends = sorted(map(end_of, run.files))
    if not ends:
        closed = _CLOSED.findall(run.log)
        assert len(closed) == len(set(closed)) > 0
        return
    first_ms = (min(one["t_ms"] for one in run.truth) // SLOT_MS + 1) * SLOT_MS  # however long it took to start
    assert ends[0] <= first_ms + SLOT_MS
    assert ends == list(range(ends[0], ends[-1] + 1, SLOT_MS))


@each_story
def test_each_file_says_what_the_instruments_showed_in_its_time(clocks_run: dict[str, ClockRun], name: str) -> None:
    run = clocks_run[name]
    said = shown(run.truth)
    for file, content in sorted(run.files.items())[1:]:
        lines = content.decode("utf-8").removesuffix("\r\n").split("\r\n")
        assert len(lines) == len(COLUMNS)
        for column, line in zip(COLUMNS, lines, strict=True):
            right = set[str]()
            for kept in _kept(said[column.symbol], run.killed_ms):
                right |= outcomes(column, kept, end_of(file), SLOT_MS)
            assert line in right, file


def _kept(readings: Sequence[Shown], killed_ms: int | None) -> Iterator[Sequence[Shown]]:
    """What there may be of them: the newest of those that were not committed yet are lost with a killed process."""
    yield readings
    if killed_ms is None:
        return
    after = [one for one in readings if one.at_ms > killed_ms]
    before = [one for one in readings if one.at_ms <= killed_ms]
    while before and before[-1].at_ms > killed_ms - LOST_AT_MOST_MS:
        before.pop()
        yield [*before, *after]


@each_story
def test_status_says_that_readings_wait_for_their_time_and_shows_them(
    clocks_run: dict[str, ClockRun], name: str
) -> None:
    run = clocks_run[name]
    if run.status_while_wrong and STORIES[name].has_authority:
        assert run.status_while_wrong["readings_without_time"]["waiting"] > 0
        assert any(parameter["value"] is not None for parameter in run.status_while_wrong["parameters"])
    assert run.status["readings_without_time"] == {"waiting": 0, "of_earlier_starts": 0}


@each_story
def test_it_is_said_once_and_nothing_breaks(clocks_run: dict[str, ClockRun], name: str) -> None:
    run = clocks_run[name]
    assert run.stopped.code == 0
    assert "Traceback" not in run.log
    assert "worker failed" not in run.log
    assert "stage failed" not in run.log
    assert "kept and flagged" not in run.log
