"""Formulas over the averages of a slot that are meant for single readings: a mantissa and its exponent, a number and
the factor of its range. Whoever reads both from one device has `calculate` for it."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.config.configuration import Sections
from gateway.config.file.location import LocatedProblem
from gateway.config.instruments.modbus import ModbusMeasured
from gateway.config.instruments.registers import RegisterType
from gateway.config.parameters.quantity import Quantity
from gateway.core.formula import parse_formula
from gateway.core.formula_shape import bends
from gateway.core.phrase import Phrase

_REMEDY = Phrase(
    "calculate, at the instrument's parameter, works on the registers of each reading: "
    'calculate: "[mant] * 10 ** [exp]", registers: {mant: {register: …, type: …}, exp: {…}}'
)


def averaged_inputs(sections: Sections) -> Iterator[LocatedProblem]:
    """Warnings. What is measured in a unit of its own may be multiplied as anybody likes: that is how emissions are
    computed. An exponent that is measured, and a bare factor beside a number of the same device, are odd."""
    measured = {
        one.line: (index, one) for index, instrument in enumerate(sections.instruments) for one in instrument.parameters
    }
    bare = {line for line, (_, one) in measured.items() if _is_bare(one)}
    for index, computed in enumerate(sections.computed):
        if computed.formula is None:
            continue
        found = bends(parse_formula(computed.formula))
        exponents = sorted(found.exponents | (found.exponentials & bare))
        pairs = [
            (factor, other)
            for product in found.products
            for factor in sorted(product & bare)
            for other in sorted(product - {factor})
            if other in measured and measured[other][0] == measured[factor][0]
        ]
        wrong = None
        if exponents:
            wrong = Phrase(
                "takes the average of {exponents} over a slot for an exponent: if it changes within the slot",
                exponents=exponents[0],
            )
        elif pairs:
            factor, other = pairs[0]
            wrong = Phrase(
                "multiplies the averages of {other} and {factor} over a slot, and {factor} looks like "
                "what tells the range of {other}: if it changes within the slot",
                other=other,
                factor=factor,
            )
        if wrong is not None:
            yield (
                ("computed", index, "formula"),
                Phrase("{wrong}, the result is none that the device ever meant", wrong=wrong),
                _REMEDY,
            )


def _is_bare(measured: Quantity) -> bool:
    """Whether this is what a device needs to tell another number: nobody's quantity, as it stands in the register."""
    if not measured.custom or measured.scale != 1 or measured.offset != 0 or measured.convert is not None:
        return False
    if isinstance(measured, ModbusMeasured):
        if measured.from_current is not None:
            return False
        return measured.unit == "-" or measured.type.is_integer or measured.type is RegisterType.BOOL
    return measured.unit == "-" or measured.decimals == 0
