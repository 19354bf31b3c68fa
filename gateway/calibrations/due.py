"""When each instrument is due to be calibrated, and which deviations are greater than they may be. Reads only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from gateway.calibrations.ranges import ranges_of
from gateway.calibrations.results import CalibrationResult, CalibrationResults
from gateway.calibrations.runs import CalibrationRuns
from gateway.calibrations.schedule import schedule_of
from gateway.config import Configuration
from gateway.config.builtin_tables.catalogue import canonical
from gateway.config.instruments.calibration import CalibrationSettings
from gateway.config.instruments.instrument import Instrument
from gateway.core.calibration_check import CheckKind
from gateway.core.instants import HOUR_MS, milliseconds
from gateway.core.reading import Parameter
from gateway.db import Database

BY_CALIBRATION = (CheckKind.ZERO, CheckKind.SPAN)
SLACK_MS = HOUR_MS
"""One calibration takes a little longer than another: so late it is not overdue yet."""


@dataclass(frozen=True, slots=True)
class CalibrationDue:
    """One instrument that has an `every`. Instants in UTC milliseconds."""

    instrument: str
    last_ms: int | None
    """When every parameter that is to be checked had been; `None`: that is on no record."""
    due_ms: int
    planned_ms: int | None
    """When the gateway does it next; `None`: people do it."""
    is_overdue: bool


@dataclass(frozen=True, slots=True)
class GreatDrift:
    """The newest result of a kind, if it is farther off than `max_drift` allows. Shares of range or reference."""

    result: CalibrationResult
    share: float
    most: float


def dues(configuration: Configuration, database: Database, since_ms: int | None, now_ms: int) -> list[CalibrationDue]:
    """`since_ms`: from when on something is on record; an instrument that was never calibrated is due by that."""
    results, runs = CalibrationResults(database), CalibrationRuns(database)
    found = []
    for instrument, settings in calibrated(configuration):
        schedule = schedule_of(settings, configuration)
        if settings.every is None or schedule is None:
            continue
        last_ms = _last_ms(instrument, settings, results, now_ms)
        from_ms = last_ms if last_ms is not None else since_ms if since_ms is not None else now_ms
        due_ms = from_ms + milliseconds(settings.every)
        planned_ms = None
        if settings.phases:
            planned_ms = schedule.next_ms(now_ms, runs.last_began_ms(instrument.name, now_ms))
        is_overdue = now_ms > due_ms + SLACK_MS + milliseconds(settings.length)
        found.append(CalibrationDue(instrument.name, last_ms, due_ms, planned_ms, is_overdue))
    return found


def great_drifts(configuration: Configuration, database: Database) -> Iterator[GreatDrift]:
    """Of every parameter whose instrument has a `max_drift`."""
    results, ranges = CalibrationResults(database), ranges_of(configuration)
    for instrument, settings in calibrated(configuration):
        if settings.max_drift is None:
            continue
        for measured in instrument.parameters:
            for kind in BY_CALIBRATION:
                newest = results.newest_valid(measured.line, (kind,))
                share = None if newest is None else _share(newest, ranges)
                if newest is not None and share is not None and abs(share) > settings.max_drift:
                    yield GreatDrift(newest, share, settings.max_drift)


def calibrated(configuration: Configuration) -> Iterator[tuple[Instrument, CalibrationSettings]]:
    """The instruments that have a section `calibration`."""
    for instrument in configuration.instruments:
        if instrument.calibration is not None:
            yield instrument, instrument.calibration


def _share(result: CalibrationResult, ranges: Mapping[Parameter, tuple[float, float]]) -> float | None:
    check = result.check
    return check.share(ranges.get(Parameter(check.symbol, check.unit)))


def _last_ms(
    instrument: Instrument, settings: CalibrationSettings, results: CalibrationResults, now_ms: int
) -> int | None:
    """The oldest of the newest results of what its gases are for; without gases, the newest of any of its parameters. A
    result of a clock that was ahead counts as one of now."""
    named = {canonical(name) for name in (*settings.zero_reference, *settings.span_reference)}
    newest = [
        results.newest_valid(measured.line, BY_CALIBRATION)
        for measured in instrument.parameters
        if not named or measured.line in named
    ]
    instants = [min(one.check.at_ms, now_ms) for one in newest if one is not None]
    if not instants or (named and len(instants) < len(newest)):
        return None
    return min(instants) if named else max(instants)
