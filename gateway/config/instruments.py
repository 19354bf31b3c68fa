"""`instruments`: what is polled, over which link, and where each parameter stands in it."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, ValidationInfo, field_validator

from gateway.config.catalogue import expected_units, symbols
from gateway.config.fault import Fault
from gateway.config.limits import Limit
from gateway.config.register_read import RegisterRead
from gateway.config.registers import RegisterType
from gateway.config.section import Flag, Name, Number, Section, Token, Whole, not_empty
from gateway.config.suggest import did_you_mean
from gateway.config.units import Duration, within

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


class FromCurrent(Section):
    """An analog input: the converter's counts, the loop current in mA that they stand for, the value in the parameter's
    unit. `value` may fall while the current rises."""

    raw: Rising = Field(description="the counts at both ends, such as [0, 4095]")
    current: Rising = Field(description="the current at both ends in mA, such as [4, 20]")
    value: Pair = Field(description="the value at both ends, such as [0, 200]")


class StatusRegister(RegisterRead):
    """The register in which a device tells its state. A code in neither list means measuring."""

    type: RegisterType = RegisterType.UINT16
    calibrating: tuple[Whole, ...] = ()
    fault: tuple[Whole, ...] = ()

    @field_validator("type")
    @classmethod
    def _hold_codes(cls, kind: RegisterType) -> RegisterType:
        if kind in (RegisterType.FLOAT32, RegisterType.FLOAT64):
            raise Fault(f"{kind} holds no codes", "use an integer type, such as uint16")
        return kind

    @field_validator("fault")
    @classmethod
    def _mean_one_thing(cls, fault: tuple[int, ...], siblings: ValidationInfo[Any]) -> tuple[int, ...]:
        both = sorted(set(fault) & set(siblings.data.get("calibrating", ())))
        if both:
            raise Fault(f"code {both[0]} is in calibrating too", "leave it in one of the two lists")
        return fault


class Measured(RegisterRead):
    """One parameter of an instrument: symbol and unit as the regulation writes them, and the way from the register to
    the value: `raw × scale + offset`, or `from_current`."""

    custom: Flag = False
    symbol: Token = Field(description="the regulation's symbol, such as COD")
    unit: Token = Field(description="the regulation's unit, such as mg/L")
    scale: Exact = Decimal(1)
    offset: Exact = Decimal(0)
    from_current: FromCurrent | None = None
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

    @field_validator("from_current")
    @classmethod
    def _scale_in_one_way(cls, from_current: FromCurrent | None, siblings: ValidationInfo[Any]) -> FromCurrent | None:
        if from_current is None:
            return None
        if siblings.data.get("scale", 1) != 1 or siblings.data.get("offset", 0) != 0:
            raise Fault("stands beside scale or offset", "keep one of the two ways to scale")
        kind = siblings.data.get("type")
        if kind is not None and not kind.is_integer:
            raise Fault(f"needs counts, and {kind} is no integer type", "use an integer type, such as uint16")
        return from_current


class Instrument(Section):
    """One unit on a link, polled as a whole."""

    name: Name = Field(description="a short name for logs and commands, such as multiprobe")
    link: str = Field(description="the name of one of the links")
    unit: Annotated[Whole, Field(ge=0, le=255)] = 1
    poll: Annotated[Duration, AfterValidator(within("100ms", "1h"))] = Field(
        description="the time between two polls, such as 5s"
    )
    status: StatusRegister | None = None
    parameters: Annotated[tuple[Measured, ...], AfterValidator(not_empty)] = Field(
        description="a list of what it measures"
    )
