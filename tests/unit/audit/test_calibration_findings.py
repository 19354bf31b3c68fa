"""What is told of calibrations: too great a drift, one that is overdue, a valve that is not known to be closed."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.audit.calibration_findings import CalibrationFindings
from gateway.audit.events import EventStore
from gateway.calibrations.results import CalibrationResults
from gateway.calibrations.runs import CalibrationRuns, RunState, RunWish
from gateway.cli.notes import notes
from gateway.config import Configuration, load
from gateway.core.calibration_check import CalibrationCheck, CheckKind
from gateway.core.findings import Topic
from gateway.reports.status import collect
from gateway.reports.status_json import to_json
from tests.support.journey import DAY_MS, HOUR_MS, MIDNIGHT_MS, Journey, at, record
from tests.support.three_days import YAML

SPAN, ZERO = CheckKind.SPAN, CheckKind.ZERO


@pytest.fixture
def configuration(tmp_path: Path) -> Configuration:
    file = tmp_path / "gateway.yaml"
    text = YAML.replace("symbol: COD, unit: mg/L,", "symbol: COD, unit: mg/L, range: [0, 200],")
    text = text.replace("    poll: 5s\n", "    poll: 5s\n    calibration: {{every: 7d, max_drift: 5%}}\n")
    file.write_text(text.format(storage=tmp_path), "utf-8")
    return load(file, {"HOME": "secret"})


def check(measured: float, at_ms: int, kind: CheckKind = SPAN) -> CalibrationCheck:
    return CalibrationCheck("COD", "mg/L", at_ms, kind, 100.0 if kind is SPAN else 0.0, measured)


def told(configuration: Configuration, journey: Journey, now_ms: int) -> list[tuple[str, str, bool]]:
    """Subject, kind and whether it lasts, of all that was ever told."""
    events = EventStore(journey.database)
    CalibrationFindings(configuration, journey.database, events).step(at(now_ms))
    found = events.findings(Topic.QUALITY, 0, 1 << 60)
    return [(one.subject, str(one.episode.kind), one.episode.end_ms is None) for one in found]


def test_a_drift_beyond_what_is_allowed_lasts_until_a_result_is_within_it(
    configuration: Configuration, journey: Journey
) -> None:
    results, now_ms = CalibrationResults(journey.database), MIDNIGHT_MS + DAY_MS
    results.add(check(109.9, MIDNIGHT_MS), "", "Lan", MIDNIGHT_MS)  # 4.95 % of 200
    assert told(configuration, journey, now_ms) == []
    results.add(check(89.9, MIDNIGHT_MS + HOUR_MS), "", "Lan", MIDNIGHT_MS + HOUR_MS)
    assert told(configuration, journey, now_ms) == [("COD", "drift", True)]
    assert told(configuration, journey, now_ms + 60_000) == [("COD", "drift", True)]
    results.add(check(12.0, now_ms, ZERO), "", "Lan", now_ms)  # zero and span drift apart
    assert [kind for _, kind, lasts in told(configuration, journey, now_ms + 90_000) if lasts] == ["drift", "drift"]
    for kind, good in ((SPAN, 100.0), (ZERO, 0.0)):
        results.add(check(good, now_ms + HOUR_MS, kind), "", "Lan", now_ms + HOUR_MS)
    assert not any(lasts for *_, lasts in told(configuration, journey, now_ms + 2 * HOUR_MS))


def test_a_calibration_that_does_not_come_is_overdue_and_shown(configuration: Configuration, journey: Journey) -> None:
    journey.records.add(record(MIDNIGHT_MS), MIDNIGHT_MS)
    assert told(configuration, journey, MIDNIGHT_MS + 7 * DAY_MS) == []
    late_ms = MIDNIGHT_MS + 8 * DAY_MS
    assert told(configuration, journey, late_ms) == [("multiprobe", "calibration_overdue", True)]
    status = collect(configuration, journey.database, at(late_ms))
    assert to_json(status)["calibrations"] == [
        {
            "instrument": "multiprobe",
            "last": None,
            "due": "2026-01-08T00:00:00.000+07:00",
            "planned": None,
            "overdue": True,
        }
    ]
    assert any("multiprobe: calibration overdue since" in str(line) for line in notes(status))
    CalibrationResults(journey.database).add(check(100.0, late_ms), "", "Lan", late_ms)
    assert told(configuration, journey, late_ms + 60_000) == [("multiprobe", "calibration_overdue", False)]
    soon = collect(configuration, journey.database, at(late_ms + DAY_MS))
    assert any("multiprobe: calibration due" in str(line) for line in notes(soon))


def test_a_comparison_is_no_calibration(configuration: Configuration, journey: Journey) -> None:
    journey.records.add(record(MIDNIGHT_MS), MIDNIGHT_MS)
    late_ms = MIDNIGHT_MS + 8 * DAY_MS
    compared = check(100.0, late_ms, CheckKind.COMPARISON)
    CalibrationResults(journey.database).add(compared, "", "Lan", late_ms)
    assert told(configuration, journey, late_ms) == [("multiprobe", "calibration_overdue", True)]


def test_a_valve_that_does_not_close_is_told_after_a_minute(configuration: Configuration, journey: Journey) -> None:
    runs = CalibrationRuns(journey.database)
    number = runs.ask("multiprobe", RunWish.SEQUENCE, "weekly", "Lan", MIDNIGHT_MS)
    runs.begin(number, RunState.RESTORING, MIDNIGHT_MS)
    step = runs.begin_step(number, "close span", "plc unit 1 coil:11", MIDNIGHT_MS)
    runs.end_step(step, "unconfirmed", "coil:11 shows 1", MIDNIGHT_MS + 10_000)
    assert told(configuration, journey, MIDNIGHT_MS + 30_000) == []
    assert told(configuration, journey, MIDNIGHT_MS + 90_000) == [("multiprobe", "valve_not_closed", True)]
    runs.end(number, RunState.FAILED, "closed by hand", MIDNIGHT_MS + 120_000)
    assert told(configuration, journey, MIDNIGHT_MS + 150_000) == [("multiprobe", "valve_not_closed", False)]


def test_the_watch_over_records_does_not_forget_what_calibrations_showed(
    configuration: Configuration, journey: Journey
) -> None:
    from gateway.audit.record_watch import RecordWatch

    journey.records.add(record(MIDNIGHT_MS), MIDNIGHT_MS)
    told(configuration, journey, MIDNIGHT_MS + 8 * DAY_MS)
    RecordWatch(journey.records, EventStore(journey.database), configuration.finding_rules).step(
        at(MIDNIGHT_MS + 8 * DAY_MS)
    )
    assert EventStore(journey.database).lasting((Topic.QUALITY,)) != []
