"""`gateway check` of limits: each is shown with its standard and days, and what today's law says is warned of."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from gateway.cli.limit_notes import limit_lines, limit_problems, limits_configured
from gateway.config import Configuration
from tests.unit.cli.test_limits import AIR, water
from tests.unit.config.wording import STATION, load_text

WATER = '{standard: "QCVN 40:2011", column: B, kq: 0.9, kf: 1.1}'


def warned(configuration: Configuration, day: str) -> list[str]:
    return [f"{one.path}: {one.wrong}" for one in limit_problems(configuration, date.fromisoformat(day))]


def test_each_limit_is_shown_with_its_standard_and_days(tmp_path: Path) -> None:
    configuration = load_text(water(WATER), tmp_path)
    assert limit_lines(configuration) == [
        "  limit of COD: at most 148.5 mg/L (QCVN 40:2011, column B, Kq = 0.9, Kf = 1.1; the table says 150), from"
        " 2012-02-15 until 2031-12-31"
    ]
    (told,) = limits_configured(configuration, date(2026, 1, 1))
    assert (told["symbol"], told["max"], told["coefficients"], told["in_force"]) == (
        "COD",
        148.5,
        {"kq": 0.9, "kf": 1.1},
        True,
    )
    assert limit_lines(load_text(STATION, tmp_path)) == []


@pytest.mark.parametrize(
    ("day", "wrongs"),
    [
        ("2012-02-14", ["no limit is in force today (the next begins with 2012-02-15)"]),
        (
            "2025-08-31",
            ["QCVN 40:2011 is to be replaced by QCVN 40:2025 from 2025-09-01; existing sites may follow this"],
        ),
        (
            "2025-09-01",
            ["QCVN 40:2011 is replaced by QCVN 40:2025 from 2025-09-01; existing sites may follow this one"],
        ),
        ("2031-06-01", ["QCVN 40:2011 is replaced by", "ends with 2031-12-31, and none follows"]),
        ("2032-01-01", ["no limit is in force today (the last ended with 2031-12-31)"]),
    ],
)
def test_the_standard_is_held_against_today(tmp_path: Path, day: str, wrongs: list[str]) -> None:
    found = warned(load_text(water(WATER), tmp_path), day)
    at = "instruments.probe.parameters.COD.limit: "
    assert [one[: len(at + wrong)] for one, wrong in zip(found, wrongs, strict=True)] == [at + one for one in wrongs]


def test_what_is_followed_by_another_does_not_end(tmp_path: Path) -> None:
    configuration = load_text(AIR, tmp_path)
    assert warned(configuration, "2025-12-31") == warned(configuration, "2026-01-01") == []
    gap = load_text(water("[{max: 60, until: 2026-03-31}, {max: 50, from: 2026-04-02}]"), tmp_path)
    assert [one.partition(": ")[2] for one in warned(gap, "2026-03-31")] == ["ends with 2026-03-31, and none follows"]
    closed = load_text(water("[{max: 60, until: 2026-03-31}, {max: 50, from: 2026-04-01}]"), tmp_path)
    assert warned(closed, "2026-03-31") == []


def test_the_last_day_of_the_calendar_is_no_fault(tmp_path: Path) -> None:
    configuration = load_text(water("{max: 60, until: 9999-12-31}"), tmp_path)
    assert warned(configuration, "2026-03-31") == []
    assert configuration.finding_rules.lines
