"""Report: what calibrations and comparisons showed, how deviations drift, who declared which, and how much of the time
bore status 01. Nothing that was measured is changed by what stands here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from gateway.calibrations.results import CalibrationResult, CalibrationResults, in_force
from gateway.core.calibration_check import CheckKind, exact_difference
from gateway.core.instants import DAY_MS, HOUR_MS
from gateway.core.reading import Parameter, Status
from gateway.readings.calibrations import CalibrationStore
from gateway.records.columns import STATE_OF
from gateway.reports.document import (
    Cell,
    Chart,
    DurationCell,
    OngoingCell,
    RatioCell,
    Report,
    ReportKind,
    ReportSection,
    ReportTable,
    TermCell,
    TimeCell,
    ValueCell,
    heads,
)
from gateway.reports.report_data import ReportData

_DECIMALS = 3
"""Of a parameter of which nothing else is known, and one more than a parameter's own for deviations."""
_MOST_STEPS = 750


@dataclass(frozen=True, slots=True)
class _Series:
    """What was found of one parameter in one way, oldest first: from the last adjustment on, and at least once in the
    report's time."""

    parameter: Parameter
    kind: CheckKind
    results: Sequence[CalibrationResult]
    decimals: int


def calibrations(data: ReportData) -> Report:
    period = data.period
    known = CalibrationResults(data.database).measured_in(0, period.until_ms)
    found = [one for one in known if one.check.at_ms >= period.from_ms]
    valid = in_force(known)
    counted = [one for one in valid if one.check.at_ms >= period.from_ms]
    series = list(_series(valid, data))
    declared = CalibrationStore(data.database).touching(period.from_ms, period.until_ms)
    shares = [share for one in counted if (share := one.check.share(data.ranges.get(_parameter(one)))) is not None]
    return Report(
        ReportKind.CALIBRATIONS,
        data.heading,
        (
            ("calibration_results", len(found)),
            ("corrected_results", len(found) - len(counted)),
            ("worst_deviation", RatioCell(max(map(abs, shares))) if shares else None),
            ("declared_calibrations", len(declared)),
        ),
        (
            ReportSection("calibration_results", _results(found, {one.id for one in valid}, data)),
            ReportSection("calibration_drift", _drifts(series, data), [_picture(one, data) for one in series]),
            ReportSection(
                "declared_calibrations",
                ReportTable(
                    heads("parameter", "begin", "end", "length", "done_by", "reason", "ended_by"),
                    tuple(
                        (
                            one.symbol,
                            TimeCell(one.began_ms),
                            OngoingCell() if one.until_ms is None else TimeCell(one.until_ms),
                            DurationCell(max(0, (one.until_ms or data.heading.made_ms) - one.began_ms)),
                            one.begun_by,
                            one.reason,
                            one.ended_by,
                        )
                        for one in declared
                    ),
                ),
            ),
            ReportSection("calibration_share", _shares(data)),
        ),
    )


def _parameter(one: CalibrationResult) -> Parameter:
    return Parameter(one.check.symbol, one.check.unit)


def _decimals(symbol: str, data: ReportData) -> int:
    return next((one.decimals + 1 for one in data.measured if one.parameter.symbol == symbol), _DECIMALS)


def _ratio(share: float | None) -> RatioCell | None:
    return None if share is None else RatioCell(share)


def _results(found: Iterable[CalibrationResult], valid: set[int], data: ReportData) -> ReportTable:
    columns = (
        *heads("measured_at", "parameter", "unit", "check", "reference", "measured", "deviation"),
        *heads("of_reference", "of_range", "readings", "done_by", "reason", "certificate", "remark"),
    )
    rows: list[tuple[Cell, ...]] = []
    for one in found:
        check, decimals = one.check, _decimals(one.check.symbol, data)
        rows.append(
            (
                TimeCell(check.at_ms),
                check.symbol,
                check.unit,
                TermCell(check.kind, "check"),
                ValueCell.exact(check.reference, 0),
                ValueCell(check.measured, decimals)
                if check.readings is not None
                else ValueCell.exact(check.measured, 0),
                ValueCell(check.deviation, decimals),
                _ratio(check.of_reference),
                _ratio(check.of_range(data.ranges.get(_parameter(one)))),
                check.readings,
                one.kept_by,
                one.reason or None,
                one.standard.certificate,
                _remark(one, one.id in valid, data),
            )
        )
    return ReportTable(columns, tuple(rows))


def _remark(one: CalibrationResult, is_valid: bool, data: ReportData) -> TermCell | None:
    """What weighs most."""
    if not is_valid:
        return TermCell("corrected", "remark")
    if one.standard.had_expired(one.check.at_ms, data.period.zone):
        return TermCell("expired", "remark", is_alarming=True)
    if one.was_adjusted:
        return TermCell("adjusted", "remark")
    return TermCell("correction", "remark") if one.corrects_ms is not None else None


def _series(valid: Iterable[CalibrationResult], data: ReportData) -> Iterator[_Series]:
    """An adjustment after a check of any kind begins every series of its parameter anew."""
    alike: dict[tuple[Parameter, CheckKind], list[CalibrationResult]] = {}
    adjusted_ms: dict[str, int] = {}
    for one in valid:
        alike.setdefault((_parameter(one), one.check.kind), []).append(one)
        if one.was_adjusted:
            adjusted_ms[one.check.symbol] = one.check.at_ms
    for (parameter, kind), results in alike.items():
        since_ms = adjusted_ms.get(parameter.symbol, -1)
        later = [one for one in results if one.check.at_ms > since_ms]
        if later and later[-1].check.at_ms >= data.period.from_ms:
            yield _Series(parameter, kind, later, _decimals(parameter.symbol, data))


def _drifts(series: Iterable[_Series], data: ReportData) -> ReportTable:
    columns = (
        *heads("parameter", "unit", "check", "checks", "since", "first_deviation", "newest_deviation"),
        *heads("drift", "drift_of_range", "worst_deviation"),
    )
    rows: list[tuple[Cell, ...]] = []
    for one in series:
        deviations = [result.check.deviation for result in one.results]
        drift = exact_difference(deviations[-1], deviations[0])
        bounds = data.ranges.get(one.parameter)
        rows.append(
            (
                one.parameter.symbol,
                one.parameter.unit,
                TermCell(one.kind, "check"),
                len(deviations),
                TimeCell(one.results[0].check.at_ms),
                ValueCell(deviations[0], one.decimals),
                ValueCell(deviations[-1], one.decimals),
                ValueCell(drift, one.decimals) if len(deviations) > 1 else None,
                RatioCell(drift / (bounds[1] - bounds[0])) if bounds and len(deviations) > 1 else None,
                ValueCell(max(deviations, key=abs), one.decimals),
            )
        )
    return ReportTable(columns, tuple(rows))


def _picture(one: _Series, data: ReportData) -> Chart:
    """The deviation that was found last, through the report's time: nobody knows what it was between two checks, and
    what was known is told."""
    begin_ms = data.period.from_ms
    length_ms = max(HOUR_MS, data.period.until_ms - begin_ms)
    step_ms = HOUR_MS if length_ms <= _MOST_STEPS * HOUR_MS else DAY_MS
    steps: list[tuple[float, float, float] | None] = []
    position, last = 0, None
    for end_ms in range(begin_ms + step_ms, begin_ms + length_ms + step_ms, step_ms):
        while position < len(one.results) and one.results[position].check.at_ms < end_ms:
            last = one.results[position].check.deviation
            position += 1
        steps.append(None if last is None else (last, last, last))
    return Chart(f"{one.parameter.symbol} ({one.kind})", one.parameter.unit, begin_ms, step_ms, tuple(steps))


def _shares(data: ReportData) -> ReportTable:
    slots = data.columns.slots
    rows: list[tuple[Cell, ...]] = []
    for measured in data.measured:
        calibrating = measured.column.count(STATE_OF[Status.CALIBRATING], 0, slots)
        rows.append(
            (
                measured.parameter.symbol,
                measured.parameter.unit,
                slots,
                calibrating,
                DurationCell(calibrating * data.columns.length_ms),
                RatioCell(calibrating / slots) if slots else None,
            )
        )
    return ReportTable(
        heads("parameter", "unit", "expected", "calibrating", "length", "calibrating_share"), tuple(rows)
    )
