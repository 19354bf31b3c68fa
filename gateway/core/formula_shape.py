"""Where a formula of averages is not the average of the formula: what stands in an exponent, what is multiplied with or
divided by another. Sums, and products with constants, are the same either way. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gateway.core.formula import Formula, Step


@dataclass(frozen=True, slots=True)
class Bends:
    """`exponents`: the symbols in exponents of `**`; `exponentials`: those in `exp`. `products`: for each product, and
    each quotient by what is measured, the symbols that take part."""

    exponents: frozenset[str]
    exponentials: frozenset[str]
    products: tuple[frozenset[str], ...]


def bends(formula: Formula) -> Bends:
    exponents, exponentials, products = frozenset[str](), frozenset[str](), list[frozenset[str]]()
    for step in _steps(formula.step):
        inputs = [_symbols(one) for one in step.inputs]
        if step.name == "**":
            exponents |= inputs[1]
        elif step.name == "exp":
            exponentials |= inputs[0]
        elif (step.name == "*" and all(inputs)) or (step.name == "/" and inputs[1]):
            products.append(inputs[0] | inputs[1])
    return Bends(exponents, exponentials, tuple(products))


def _steps(step: Step) -> Iterator[Step]:
    yield step
    for one in step.inputs:
        yield from _steps(one)


def _symbols(step: Step) -> frozenset[str]:
    return frozenset(one.text for one in _steps(step) if one.name == "symbol")
