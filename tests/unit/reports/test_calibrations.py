"""The report of calibrations: deviations and drift, reckoned by hand."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from gateway.calibrations.results import CalibrationResults, ReferenceStandard
from gateway.config import Configuration, Language, load
from gateway.core.calibration_check import CalibrationCheck, CheckKind
from gateway.readings.calibrations import CalibrationStore
from gateway.reports import period
from gateway.reports.document import ReportKind
from gateway.reports.formats import ReportFormat, render
from gateway.reports.registry import build
from tests.support.journey import DAY_MS, HOUR_MS, MIDNIGHT_MS, Journey
from tests.support.three_days import YAML

FEBRUARY_MS = MIDNIGHT_MS + 31 * DAY_MS
NOW_MS = FEBRUARY_MS + 40 * DAY_MS
SPAN, ZERO = CheckKind.SPAN, CheckKind.ZERO


@pytest.fixture
def configuration(tmp_path: Path) -> Configuration:
    file = tmp_path / "gateway.yaml"
    with_range = YAML.replace("symbol: COD, unit: mg/L,", "symbol: COD, unit: mg/L, range: [0, 200],")
    file.write_text(with_range.format(storage=tmp_path), "utf-8")
    return load(file, {"HOME": "secret"})


def check(at_ms: int, measured: float, kind: CheckKind = SPAN, reference: float = 50.0) -> CalibrationCheck:
    return CalibrationCheck("COD", "mg/L", at_ms, kind, reference, measured)


def told(configuration: Configuration, journey: Journey, month: str = "2026-02") -> dict[str, Any]:
    asked = period.month(month, "Asia/Ho_Chi_Minh")
    made = build(ReportKind.CALIBRATIONS, configuration, journey.database, asked, NOW_MS)
    content: dict[str, Any] = json.loads(render(made, ReportFormat.JSON, Language.ENGLISH))
    for file_format in ReportFormat:
        for language in Language:
            assert render(made, file_format, language)
    return content


def test_drift_is_told_against_the_first_check_since_the_instrument_was_adjusted(
    configuration: Configuration, journey: Journey
) -> None:
    store = CalibrationResults(journey.database)
    store.add(check(FEBRUARY_MS - 20 * DAY_MS, 44.0), "", "Lan", NOW_MS, was_adjusted=True)
    store.add(check(FEBRUARY_MS - 10 * DAY_MS, 50.5), "", "Lan", NOW_MS)
    wrong = store.add(check(FEBRUARY_MS + DAY_MS, 94.2), "", "Lan", NOW_MS)
    store.add(check(FEBRUARY_MS + DAY_MS, 49.2), "digits swapped", "Lan", NOW_MS, corrects=wrong)
    store.add(check(FEBRUARY_MS + 8 * DAY_MS, 48.5), "", "gateway", NOW_MS)
    content = told(configuration, journey)
    assert content["summary"] == {
        "calibration_results": 3,
        "corrected_results": 1,
        "worst_deviation": 0.0075,  # 1.5 mg/L of a range of 200
        "declared_calibrations": 0,
    }
    assert [(one["deviation"], one["remark"]) for one in content["calibration_results"]] == [
        (44.2, "corrected"),
        (-0.8, "correction"),
        (-1.5, None),
    ]
    (drift,) = content["calibration_drift"]
    assert (drift["checks"], drift["first_deviation"], drift["newest_deviation"]) == (3, 0.5, -1.5)
    assert (drift["drift"], drift["drift_of_range"], drift["worst_deviation"]) == (-2.0, -0.01, -1.5)


def test_zero_and_span_drift_apart(configuration: Configuration, journey: Journey) -> None:
    store = CalibrationResults(journey.database)
    for day in (1, 2):
        store.add(check(FEBRUARY_MS + day * DAY_MS, 0.1 * day, ZERO, 0.0), "", "gateway", NOW_MS)
        store.add(check(FEBRUARY_MS + day * DAY_MS, 50.0 + day), "", "gateway", NOW_MS)
    drifts = {one["check"]: one["drift"] for one in told(configuration, journey)["calibration_drift"]}
    assert drifts == {"zero": 0.1, "span": 1.0}
    assert [one["of_reference"] for one in told(configuration, journey)["calibration_results"]][0] is None


def test_who_declared_what_and_for_how_long(configuration: Configuration, journey: Journey) -> None:
    declared = CalibrationStore(journey.database)
    declared.begin(["pH"], None, "buffer 7.00", "Lan", FEBRUARY_MS + DAY_MS)
    declared.end(["pH"], "Minh", FEBRUARY_MS + DAY_MS + HOUR_MS)
    (one,) = told(configuration, journey)["declared_calibrations"]
    assert (one["parameter"], one["length"], one["done_by"], one["ended_by"]) == ("pH", 3600.0, "Lan", "Minh")
    assert told(configuration, journey, "2026-03")["declared_calibrations"] == []


def test_a_standard_that_had_expired_is_remarked(configuration: Configuration, journey: Journey) -> None:
    old = ReferenceStandard("VMI-1", date(2026, 1, 31))
    CalibrationResults(journey.database).add(check(FEBRUARY_MS + DAY_MS, 50.0), "", "Lan", NOW_MS, old)
    (one,) = told(configuration, journey)["calibration_results"]
    assert (one["certificate"], one["remark"]) == ("VMI-1", "expired")


def test_a_parameter_that_has_left_the_configuration_is_still_told(
    configuration: Configuration, journey: Journey
) -> None:
    gone = CalibrationCheck("TOC", "mg/L", FEBRUARY_MS + DAY_MS, SPAN, 10.0, 10.25)
    CalibrationResults(journey.database).add(gone, "", "Lan", NOW_MS)
    assert [one["parameter"] for one in told(configuration, journey)["calibration_drift"]] == ["TOC"]
