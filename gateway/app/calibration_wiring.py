"""The sequences at instruments, built from the configuration."""

from __future__ import annotations

from collections.abc import Mapping

from gateway.calibrations.orphans import end_orphans
from gateway.calibrations.plan import SequencePlan
from gateway.calibrations.results import CalibrationResults
from gateway.calibrations.runs import CalibrationRuns
from gateway.calibrations.sequence import CalibrationSequence
from gateway.core.interfaces import ClockTrust
from gateway.db import Database
from gateway.instruments.calibration_hold import CalibrationAccess
from gateway.readings.calibrations import CalibrationStore


def calibration_sequences(
    plans: tuple[SequencePlan, ...],
    calibrated: Mapping[str, CalibrationAccess],
    database: Database,
    declared: CalibrationStore,
    trust: ClockTrust,
    now_ms: int,
) -> dict[str, CalibrationSequence]:
    """By instrument: one for each plan of the `calibrated` ones, which are held from here on until their valves are
    known to be closed."""
    runs, results = CalibrationRuns(database), CalibrationResults(database)
    end_orphans(runs, plans, now_ms)
    return {
        plan.instrument: CalibrationSequence(
            plan,
            calibrated[plan.instrument].hold,
            calibrated[plan.instrument].commands,
            runs,
            results,
            declared,
            trust,
        )
        for plan in plans
        if plan.instrument in calibrated
    }
