"""What every parameter says of itself, whichever way its value comes: symbol, unit, scale, decimals, range, limit."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, ValidationInfo, field_validator

from gateway.config.catalogue import expected_units, symbols
from gateway.config.fault import Fault
from gateway.config.limits import Limit
from gateway.config.section import Flag, Number, Section, Token, Whole
from gateway.config.suggest import did_you_mean

DECIMALS = 3
"""Decimal places in the file where the configuration says nothing."""

Pair = tuple[Number, Number]


def _parse_exact(value: object) -> object:
    """0.1 becomes Decimal("0.1"): a float's shortest text is what stood in the file."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return Decimal(str(value))
    if isinstance(value, Decimal):
        return value
    raise Fault("is not a number", "write a number, with a decimal point and without quotes")


def _check_order(pair: tuple[float, float]) -> tuple[float, float]:
    if not pair[0] < pair[1]:
        raise Fault(f"{pair[0]:g} is not below {pair[1]:g}", "write the lower number first: [lower, upper]")
    return pair


Exact = Annotated[Decimal, BeforeValidator(_parse_exact), PlainSerializer(str)]
Rising = Annotated[Pair, AfterValidator(_check_order)]


class Quantity(Section):
    """A parameter with symbol and unit as the regulation writes them: `raw × scale + offset` is its value. A raw number
    of `invalid` is the device's way of saying that it has none."""

    custom: Flag = False
    symbol: Token = Field(description="the regulation's symbol, such as COD")
    unit: Token = Field(description="the regulation's unit, such as mg/L")
    scale: Exact = Decimal(1)
    offset: Exact = Decimal(0)
    invalid: tuple[Exact, ...] = ()
    decimals: Annotated[Whole, Field(ge=0, le=9)] | None = None
    range: Rising | None = None
    limit: Limit | None = None

    @property
    def shown_decimals(self) -> int:
        """Decimal places in the file."""
        return DECIMALS if self.decimals is None else self.decimals

    @field_validator("symbol")
    @classmethod
    def _be_known_or_custom(cls, symbol: str, siblings: ValidationInfo[Any]) -> str:
        if symbol not in symbols() and siblings.data.get("custom") is False:
            hint = did_you_mean(symbol, symbols())
            advice = f"{hint} Otherwise add custom: true" if hint else "add custom: true if the authority declared it"
            raise Fault(f"{symbol!r} is not a symbol of the regulation", advice)
        return symbol

    @field_validator("unit")
    @classmethod
    def _belong_to_the_symbol(cls, unit: str, siblings: ValidationInfo[Any]) -> str:
        symbol = siblings.data.get("symbol")
        expected = expected_units(symbol) if symbol is not None else ()
        if expected and unit not in expected:
            raise Fault(f"{unit!r} is not the unit of {symbol}", f"write {' or '.join(expected)}")
        return unit

    @field_validator("scale")
    @classmethod
    def _keep_the_value(cls, scale: Decimal) -> Decimal:
        if scale == 0:
            raise Fault("0 would make every value the same", "write the factor from raw to value; 1 changes nothing")
        return scale
