"""What is calculated of several registers of one answer: the numbers in them → a value, or why there is none. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from gateway.config import ModbusCalculated
from gateway.core.formula import parse_formula
from gateway.core.formula_exact import exactly
from gateway.core.phrase import Phrase
from gateway.core.reason import Cause, Reason
from gateway.core.scaling import Raw


class NoResult(Exception):
    """There is no value, and `reason` says why."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.detail)
        self.reason = reason


class Calculation:
    """`codes`: of each register, in the order of the configuration, the numbers by which it says that it has none."""

    def __init__(self, settings: ModbusCalculated, codes: Mapping[str, frozenset[Any]]) -> None:
        self._text = settings.calculate
        self._compute = exactly(parse_formula(settings.calculate))
        self._inputs = [(name, str(one.register), codes[name]) for name, one in settings.registers.items()]

    def of(self, numbers: tuple[Raw | None, ...] | None) -> float | None:
        """The value; `None` if a register holds no number, or if the formula has no finite real result of them."""
        if numbers is None:
            return None
        try:
            return self.result(numbers)
        except NoResult:
            return None

    def result(self, numbers: tuple[Raw | None, ...]) -> float:
        """Raises NoResult."""
        values: dict[str, Fraction] = {}
        for (name, register, codes), number in zip(self._inputs, numbers, strict=True):
            if number is None:
                raise NoResult(
                    Reason(Cause.NO_NUMBER, Phrase("{name} ({register}) holds no number", name=name, register=register))
                )
            if number in codes:
                raise NoResult(
                    Reason(
                        Cause.INVALID,
                        Phrase(
                            "{name} ({register}) is {number}: a code in invalid",
                            name=name,
                            register=register,
                            number=number,
                        ),
                    )
                )
            values[name] = Fraction(number)
        try:
            return self._compute(values)
        except ArithmeticError as fault:
            told = ", ".join(f"{name} {number}" for name, number in zip(values, numbers, strict=True))
            raise NoResult(Reason(Cause.NO_RESULT, f"{self._text} of {told}: {fault}")) from None
