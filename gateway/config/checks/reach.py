"""How far the values of each line can go, by the types and scalings of the registers that they are made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gateway.config.builtin_tables.catalogue import default_averaging
from gateway.config.configuration import Sections
from gateway.config.parameters.computed import ComputedSettings
from gateway.config.parameters.quantity import Quantity
from gateway.core.averaging import Averaging
from gateway.core.formula import parse_formula
from gateway.core.formula_range import ANYTHING, Range

_MOST = ANYTHING[1]
_DIRECTIONS: Range = (0.0, 360.0)
_ROUNDING = 1e-9
"""By so much, relatively, what is computed with floats may go beyond what is computed here."""


@dataclass(frozen=True, slots=True)
class LineReach:
    """`said`: of a slot's value as the instrument means it; `sent`: as it stands in the file. Either holds every value,
    and may hold more."""

    said: Range
    sent: Range


def reaches_of(sections: Sections) -> Mapping[str, LineReach]:
    """Of every line. Their derivations are sound: nothing needs itself."""
    found = {one.line: _measured(one) for instrument in sections.instruments for one in instrument.parameters}
    waiting = {one.line: one for one in sections.computed}
    while waiting:
        ready = [one for one in waiting.values() if not waiting.keys() & set(one.step.needs)]
        if not ready:
            break
        for one in ready:
            found[one.line] = _computed(one, found)
            del waiting[one.line]
    return found


def is_known(reach: Range) -> bool:
    """Whether it has an end on either side."""
    return reach[0] > -_MOST or reach[1] < _MOST


def _measured(measured: Quantity) -> LineReach:
    said = _of_slot(measured, measured.reach or ANYTHING)
    if measured.convert is None:
        return LineReach(said, said)
    return LineReach(said, _of_one_sign(said))  # a conversion multiplies by something above zero


def _of_slot(measured: Quantity, reading: Range) -> Range:
    averaging = measured.average or default_averaging(measured.symbol, measured.unit)
    if averaging is Averaging.VECTOR:
        return _DIRECTIONS
    return _of_one_sign(reading) if averaging is Averaging.SUM else reading


def _of_one_sign(reach: Range) -> Range:
    """Of what is multiplied or summed nothing is known but its sign."""
    return (0.0 if reach[0] >= 0 else -_MOST), (0.0 if reach[1] <= 0 else _MOST)


def _computed(computed: ComputedSettings, found: Mapping[str, LineReach]) -> LineReach:
    if computed.formula is None:
        inputs = [found[symbol].sent for symbol in computed.step.needs if symbol in found]
        reach = (0.0, _MOST) if inputs and all(low >= 0 for low, _ in inputs) else ANYTHING
        return LineReach(reach, reach)
    low, high = parse_formula(computed.formula, {symbol: one.sent for symbol, one in found.items()}).range
    reach = (max(low - _ROUNDING * abs(low), -_MOST), min(high + _ROUNDING * abs(high), _MOST))
    return LineReach(reach, reach)
