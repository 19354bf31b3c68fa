"""What an instrument showed while one gas flowed → results."""

from __future__ import annotations

from collections.abc import Mapping

from gateway.calibrations.plan import CalibrationGas
from gateway.calibrations.results import CalibrationResults
from gateway.core.calibration_check import CalibrationCheck
from gateway.core.phrase import Phrase
from gateway.instruments.calibration_hold import CollectedMean
from gateway.readings.calibrations import BY_ITSELF


def keep_checks(
    gas: CalibrationGas,
    means: Mapping[str, CollectedMean],
    reason: str,
    results: CalibrationResults,
    now_ms: int,
    *,
    is_trusted: bool,
) -> list[str]:
    """One result for each parameter that the gas is meant for, none by a clock that is not trusted. `means`: of the
    readings while it was steady, by symbol. Returns in words what each showed, or why it is not kept."""
    words = []
    for parameter, reference in gas.reference.items():
        mean = means.get(parameter.symbol)
        if mean is None or not mean.readings or not is_trusted:
            why = Phrase("no reading") if is_trusted else Phrase("not kept, the clock is not trusted")
            words.append(f"{parameter.symbol} {gas.kind}: {why}")
            continue
        check = CalibrationCheck(
            parameter.symbol, parameter.unit, now_ms, gas.kind, reference, mean.mean, mean.readings, mean.spread
        )
        results.add(check, reason, BY_ITSELF, now_ms)
        words.append(f"{parameter.symbol} {gas.kind}: {check.deviation:+.4g} {parameter.unit}")
    return words
