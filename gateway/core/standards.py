"""Limits by standard: a national technical regulation's table, its column and the site's coefficients → limits.

The tables are data (`core/data/qcvn-*.yaml`): a newer regulation is a file more, not code.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from gateway.core.limits import Limit
from gateway.core.reading import Parameter


class StandardError(ValueError):
    """A standard that does not say what it is asked. What is wrong, and what would be right."""

    def __init__(self, wrong: str, right: str) -> None:
        super().__init__(f"{wrong}; {right}")
        self.wrong = wrong
        self.right = right


@dataclass(frozen=True, slots=True)
class StandardLimit:
    """One line of a table. `column` is `None` in a table without columns; `is_scaled`: the coefficients apply."""

    parameter: Parameter
    column: str | None
    limit: Limit
    is_scaled: bool


@dataclass(frozen=True, slots=True)
class Standard:
    """A regulation's table. `coefficients`: names of the factors that the site's permit sets, such as kq and kf."""

    name: str
    columns: tuple[str, ...]
    coefficients: tuple[str, ...]
    entries: tuple[StandardLimit, ...]


def standard_named(name: str, standards: Sequence[Standard]) -> Standard:
    """The standard of this name, with or without "/BTNMT" behind it.

    Raises:
        StandardError: there is none.
    """
    for standard in standards:
        if standard.name == name.removesuffix("/BTNMT"):
            return standard
    raise StandardError(f"{name!r} is not known", f"use one of {', '.join(one.name for one in standards)}")


def limits_by(
    standard: Standard, parameter: Parameter, column: str | None = None, coefficients: Mapping[str, float] | None = None
) -> tuple[Limit, ...]:
    """The limits of a parameter, one for each averaging time: Cmax = C × Kq × Kf, or C × Kp × Kv, exactly.

    A coefficient that is not given is 1. Those of wastewater do not apply to temperature, colour and pH.
    Worked, QCVN 40:2011 B with Kq 0.9, Kf 1.1: COD 150 × 0.99 = 148.5 mg/L; pH 5.5 to 9 as it stands.

    Raises:
        StandardError: a column or coefficient that the standard does not have, or none where it needs one; a parameter
            that is not in it, or in another unit.
    """
    given = dict(coefficients or {})
    if foreign := sorted(set(given) - set(standard.coefficients)):
        known = " and ".join(standard.coefficients) or "no coefficients"
        raise StandardError(f"{standard.name} has no {', '.join(foreign)}", f"it has {known}")
    if standard.columns and column is None:
        raise StandardError(f"{standard.name} has columns", f"write column: {' or '.join(standard.columns)}")
    if column is not None and column not in standard.columns:
        known = " and ".join(standard.columns) or "none"
        raise StandardError(f"{standard.name} has no column {column}", f"its columns: {known}")
    entries = [entry for entry in standard.entries if entry.parameter.symbol == parameter.symbol]
    if not entries:
        known = ", ".join(dict.fromkeys(entry.parameter.symbol for entry in standard.entries))
        raise StandardError(f"{standard.name} has no limit for {parameter.symbol}", f"it has {known}")
    if all(entry.parameter != parameter for entry in entries):
        raise StandardError(
            f"{standard.name} limits {parameter.symbol} in {entries[0].parameter.unit}, not {parameter.unit}",
            "write the limit as max",
        )
    factor = Decimal(1)
    for value in given.values():
        factor *= Decimal(repr(value))
    return tuple(
        _scaled(entry.limit, factor) if entry.is_scaled else entry.limit
        for entry in entries
        if entry.column == column and entry.parameter == parameter
    )


def _scaled(limit: Limit, factor: Decimal) -> Limit:
    return Limit(_product(limit.lowest, factor), _product(limit.highest, factor), limit.averaging_ms)


def _product(bound: float | None, factor: Decimal) -> float | None:
    return None if bound is None else float(Decimal(repr(bound)) * factor)
