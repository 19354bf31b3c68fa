"""A reading that is computed from other readings: converted, or by formula. What went in is kept beside it."""

from __future__ import annotations

from collections.abc import Sequence

from gateway.core.reading import Reading, Status


def derived(value: float | None, inputs: Sequence[Reading]) -> Reading:
    """The computed value with the state of the worst device that had a part in it.

    FAULT if one of them failed, otherwise CALIBRATING if one calibrates: SO2 referred to the oxygen of an analyser that
    is shown span gas is no measurement. Where all measure and yet there is no value (division by zero, oxygen of air)
    it is FAULT: status 02 (TT10/2021), never a 00 without a value.
    """
    states = {reading.status for reading in inputs}
    if Status.FAULT in states or (value is None and Status.CALIBRATING not in states):
        return Reading(value, Status.FAULT)
    return Reading(value, Status.CALIBRATING if Status.CALIBRATING in states else Status.MEASURING)
