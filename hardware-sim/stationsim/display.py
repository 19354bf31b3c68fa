"""What an instrument shows of a quantity: its signal, as the faults of the moment bend it. Pure."""

from collections.abc import Callable

from stationsim.condition import Moment
from stationsim.faults import Fault, FaultKind

Display = Callable[[str, Moment], float]
"""Symbol and moment → engineering value."""

_SPIKE = 5.0
_DRIFT_PER_MINUTE = 0.1


def display(signal: Callable[[str, int], float]) -> Display:
    """`signal(symbol, at_ms)` is the quantity itself."""

    def value(symbol: str, moment: Moment) -> float:
        at_ms = moment.at_ms
        bending = [fault for fault in moment.faults if fault.kind.bends_values and fault.symbol in (None, symbol)]
        for fault in bending:
            if fault.kind is FaultKind.FLATLINE:
                at_ms = moment.at_ms - (moment.elapsed_ms - fault.start_ms)
        shown = signal(symbol, at_ms)
        for fault in bending:
            shown = _bent(shown, fault, moment)
        return shown

    return value


def _bent(value: float, fault: Fault, moment: Moment) -> float:
    if fault.kind is FaultKind.SPIKE:
        return value * (_SPIKE if fault.by is None else fault.by)
    if fault.kind is FaultKind.DRIFT:
        per_minute = _DRIFT_PER_MINUTE if fault.by is None else fault.by
        return value * (1 + per_minute * (moment.elapsed_ms - fault.start_ms) / 60_000)
    if fault.kind is FaultKind.NEGATIVE:
        return -abs(value)
    return 0.0 if fault.kind is FaultKind.ZERO else value
