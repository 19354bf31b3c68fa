"""Results of calibrations stay as they were noted, whoever corrects them."""

from __future__ import annotations

from datetime import date

import pytest

from gateway.calibrations.results import CalibrationResults, ReferenceStandard, in_force
from gateway.core.calibration_check import CalibrationCheck, CheckKind
from gateway.readings.calibrations import CalibrationStore
from tests.support.journey import MIDNIGHT_MS, Journey

NOON_MS = MIDNIGHT_MS + 43_200_000


def check(measured: float = 49.2, symbol: str = "COD", kind: CheckKind = CheckKind.SPAN) -> CalibrationCheck:
    return CalibrationCheck(symbol, "mg/L", NOON_MS, kind, 50.0, measured)


def test_what_was_noted_is_there_after_a_restart(journey: Journey) -> None:
    standard = ReferenceStandard("VMI-2026-114", date(2026, 12, 31))
    kept = CalibrationResults(journey.database).add(check(), "weekly", "Lan", NOON_MS + 60_000, standard)
    journey.restart()
    assert CalibrationResults(journey.database).newest(10) == [kept]
    assert (kept.check, kept.reason, kept.kept_by, kept.standard) == (check(), "weekly", "Lan", standard)


def test_a_correction_leaves_what_it_corrects_and_counts_in_its_place(journey: Journey) -> None:
    store = CalibrationResults(journey.database)
    wrong = store.add(check(94.2), "", "Lan", NOON_MS)
    right = store.add(check(49.2), "digits swapped", "Lan", NOON_MS, corrects=wrong)
    assert [one.check.measured for one in store.newest(10)] == [49.2, 94.2]
    assert in_force(store.newest(10)) == [right]
    assert store.newest_valid("COD") == right


def test_one_result_is_not_corrected_twice_nor_by_another_parameter_s(journey: Journey) -> None:
    store = CalibrationResults(journey.database)
    wrong = store.add(check(94.2), "", "Lan", NOON_MS)
    store.add(check(49.2), "digits swapped", "Lan", NOON_MS, corrects=wrong)
    with pytest.raises(ValueError, match="was corrected by 2: correct that"):
        store.add(check(48.2), "again", "Minh", NOON_MS + 1, corrects=wrong)
    with pytest.raises(ValueError, match="is one of COD"):
        store.add(check(symbol="TSS"), "other", "Minh", NOON_MS + 1, corrects=wrong)
    assert len(store.newest(10)) == 2


def test_two_results_of_one_millisecond_are_two(journey: Journey) -> None:
    store = CalibrationResults(journey.database)
    names = {store.add(check(), "", "gateway", NOON_MS).kept_ms for _ in range(3)}
    assert len(names) == 3


def test_it_belongs_to_the_calibration_that_lasted_then_or_shortly_before(journey: Journey) -> None:
    declared, store = CalibrationStore(journey.database), CalibrationResults(journey.database)
    declared.begin(["COD", "TSS"], None, "weekly", "Lan", NOON_MS - 120_000)
    declared.end(["COD"], "Lan", NOON_MS - 60_000)
    assert store.add(check(), "", "Lan", NOON_MS).calibration_ms == NOON_MS - 120_000
    assert store.add(check(symbol="TSS"), "", "Lan", NOON_MS).calibration_ms == NOON_MS - 120_000
    assert store.add(check(symbol="NH4"), "", "Lan", NOON_MS).calibration_ms is None


def test_a_result_whose_row_is_damaged_is_absent_and_the_others_stay(journey: Journey) -> None:
    store = CalibrationResults(journey.database)
    for _ in range(2):
        store.add(check(), "", "Lan", NOON_MS)
    with journey.database.write() as connection:
        connection.execute("UPDATE calibration_result SET kind = 'sp?n' WHERE id = 1")
    assert [one.id for one in store.newest(10)] == [2]
