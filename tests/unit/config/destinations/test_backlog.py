"""`since` and `backlog`: days of the calendar, rates with a unit."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.unit.config.wording import STATION, faults, load_text


def _with(line: str) -> str:
    return STATION.rstrip("\n") + f"\n    {line}\n"


def test_without_them_nothing_old_is_planned_and_the_backlog_is_quick(tmp_path: Path) -> None:
    (destination,) = load_text(STATION, tmp_path).destinations
    assert destination.since is None
    assert destination.backlog.rate == 200.0


@pytest.mark.parametrize(
    ("text", "rate"), [("20/s", 20.0), ("0.5/s", 0.5), ("600/min", 10.0), ("90 / h", 0.025), ("1/min", 1 / 60)]
)
def test_a_rate_has_a_unit(tmp_path: Path, text: str, rate: float) -> None:
    (destination,) = load_text(_with(f"backlog: {{rate: {text}}}"), tmp_path).destinations
    assert destination.backlog.rate == pytest.approx(rate)


@pytest.mark.parametrize("text", ["2026-01-31", '"2026-01-31"'])
def test_a_day_may_be_quoted(tmp_path: Path, text: str) -> None:
    (destination,) = load_text(_with(f"since: {text}"), tmp_path).destinations
    assert destination.since == date(2026, 1, 31)


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("backlog: {rate: 20}", "is not a rate; write files per second"),
        ("backlog: {rate: 20.5}", "is not a rate"),
        ("backlog: {rate: fast}", "is not a rate"),
        ("backlog: {rate: 0/s}", "is out of bounds; write 1/min to 1000/s"),
        ("backlog: {rate: 5000/s}", "is out of bounds"),
        ("backlog: 20/s", "is not a section"),
        ("backlog: {speed: 20/s}", "is an unknown key"),
        ("since: 2026-02-30", "is not in the calendar"),
        ("since: 31.01.2026", "is not a day; write year-month-day: 2026-01-31"),
        ("since: 2026", "is not a day"),
    ],
)
def test_anything_else_is_refused_with_what_would_be_right(tmp_path: Path, line: str, wrong: str) -> None:
    (problem,) = faults(_with(line), tmp_path)
    assert wrong in problem
