"""When the daemon ran, and how each run ended."""

from __future__ import annotations

import json
from typing import Any

from gateway.audit import runs
from tests.support.journey import Journey


def test_a_run_that_was_killed_has_no_end(journey: Journey) -> None:
    assert runs.newest(journey.database) is None
    first = runs.begin(journey.database, 1000, "0.1.0")
    runs.end(journey.database, first, 2000, "SIGTERM")
    assert runs.newest(journey.database) == runs.Run(1000, 2000, "0.1.0")
    runs.begin(journey.database, 3000, "0.1.0")
    journey.restart()
    assert runs.newest(journey.database) == runs.Run(3000, None, "0.1.0")


def told(journey: Journey) -> list[tuple[str, dict[str, Any]]]:
    rows = journey.database.read("SELECT kind, what FROM journal ORDER BY seq")
    return [(kind, json.loads(what)) for kind, what in rows]


def test_the_journal_tells_of_the_first_start_and_why_it_ended(journey: Journey) -> None:
    runs.end(journey.database, runs.begin(journey.database, 1000, "0.1.0", "boot-1"), 2000, "SIGTERM")
    assert told(journey) == [
        ("start", {"run": 1, "version": "0.1.0", "before": None}),
        ("stop", {"run": 1, "why": "SIGTERM"}),
    ]


def test_a_start_tells_how_the_run_before_it_ended(journey: Journey) -> None:
    runs.end(journey.database, runs.begin(journey.database, 1000, "1", "boot-1"), 2000, "SIGTERM")
    runs.begin(journey.database, 3000, "1", "boot-1")
    in_order = {"run": 1, "started_ms": 1000, "machine": "ran on", "end": "in order", "ended_ms": 2000}
    assert told(journey)[-1][1]["before"] == in_order


def test_of_a_sudden_end_the_next_start_tells_and_of_a_power_cut_that_the_machine_was_started(journey: Journey) -> None:
    runs.begin(journey.database, 1000, "1", "boot-1")
    runs.begin(journey.database, 3000, "1", "boot-2")
    sudden = {"run": 1, "started_ms": 1000, "machine": "was started", "end": "sudden", "last_trace_ms": 1000}
    assert told(journey)[-1] == ("start", {"run": 2, "version": "1", "before": sudden})


def test_of_a_run_that_knew_no_boot_nobody_says_what_the_machine_did(journey: Journey) -> None:
    runs.begin(journey.database, 1000, "1")
    runs.begin(journey.database, 3000, "1", "boot-2")
    assert told(journey)[-1][1]["before"]["machine"] is None
