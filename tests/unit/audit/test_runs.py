"""When the daemon ran, and how each run ended."""

from __future__ import annotations

from gateway.audit import runs
from tests.support.journey import Journey


def test_a_run_that_was_killed_has_no_end(journey: Journey) -> None:
    assert runs.newest(journey.database) is None
    first = runs.begin(journey.database, 1000, "0.1.0")
    runs.end(journey.database, first, 2000)
    assert runs.newest(journey.database) == runs.Run(1000, 2000, "0.1.0")
    runs.begin(journey.database, 3000, "0.1.0")
    journey.restart()
    assert runs.newest(journey.database) == runs.Run(3000, None, "0.1.0")
