"""What lies across an edge: of a month, and of a time that the clock jumped over."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from gateway.config import Language
from gateway.core.clock_set import ClockSet
from gateway.db import clock_sets, runs
from gateway.outbox.store import Result
from gateway.reports import period
from gateway.reports.forms import Form, render
from gateway.reports.kinds import Kind, build
from tests.support.journey import DAY_MS, HOUR_MS, MIDNIGHT_MS, SLOT_MS, Journey
from tests.support.kept import configuration, record_at

ZONE = "Asia/Ho_Chi_Minh"


def lived(journey: Journey, from_ms: int, to_ms: int) -> None:
    """Every slot that ends in `(from_ms, to_ms]`, each delivered four seconds after its end."""
    for end_ms in range(from_ms // SLOT_MS * SLOT_MS + SLOT_MS, to_ms + 1, SLOT_MS):
        file_id = journey.file_of(record_at(end_ms))
        journey.outbox.plan(file_id, ["so-tnmt", "bo-tnmt"], end_ms + 2000)
        numbers = journey.database.read("SELECT id FROM delivery WHERE file_id = ?", (file_id,))
        journey.outbox.settle(
            [Result(number, "delivered", end_ms + 3000, end_ms + 4000, "renamed") for (number,) in numbers]
        )


def told(journey: Journey, folder: Path, kind: Kind, month: str, now_ms: int) -> dict[str, Any]:
    made = build(kind, configuration(folder), journey.database, period.month(month, ZONE), now_ms)
    content: dict[str, Any] = json.loads(render(made, Form.JSON, Language.ENGLISH))
    return content


def test_hours_that_the_clock_jumped_over_are_missing_slots_and_no_outage(journey: Journey, tmp_path: Path) -> None:
    journey.database.read("PRAGMA synchronous = OFF")
    jump_ms = MIDNIGHT_MS + 6 * HOUR_MS
    run = runs.begin(journey.database, MIDNIGHT_MS, "1")
    lived(journey, MIDNIGHT_MS, jump_ms)
    clock_sets.keep(journey.database, run, ClockSet(MIDNIGHT_MS, jump_ms + 60_000, 13 * HOUR_MS))
    lived(journey, jump_ms + 13 * HOUR_MS, MIDNIGHT_MS + DAY_MS)
    runs.end(journey.database, run, MIDNIGHT_MS + DAY_MS + 5000)
    content = told(journey, tmp_path, Kind.OUTAGES, "2026-01", MIDNIGHT_MS + DAY_MS + 6000)
    seen = [(one["scope"], one["cause"], one["length"], one["slots"]) for one in content["outages"]]
    assert seen == [
        ("station", "clock", 60.0, 156),
        ("destination", "clock", 300.0, 156),
        ("destination", "clock", 300.0, 156),
    ]
    assert content["summary"]["reportable"] == 0
    missing = told(journey, tmp_path, Kind.COMPLETENESS, "2026-01", MIDNIGHT_MS + DAY_MS + 6000)
    assert missing["summary"]["expected_slots"] - missing["summary"]["recorded_slots"] == 156 + 1  # and midnight's
