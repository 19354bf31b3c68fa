"""What every parameter that an instrument measures says of itself, whichever way its value comes."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import BeforeValidator, PlainSerializer, field_validator

from gateway.config.fault import Fault
from gateway.config.sent import Sent
from gateway.core.reading import Parameter


def _parse_exact(value: object) -> object:
    """0.1 becomes Decimal("0.1"): a float's shortest text is what stood in the file."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return Decimal(str(value))
    if isinstance(value, Decimal):
        return value
    raise Fault("is not a number", "write a number, with a decimal point and without quotes")


Exact = Annotated[Decimal, BeforeValidator(_parse_exact), PlainSerializer(str)]


class Quantity(Sent):
    """`raw × scale + offset` is its value. A raw number of `invalid` is the device's way of saying that it has none."""

    scale: Exact = Decimal(1)
    offset: Exact = Decimal(0)
    invalid: tuple[Exact, ...] = ()

    @property
    def measured(self) -> Parameter:
        """As the instrument measures it."""
        return self.parameter

    @field_validator("scale")
    @classmethod
    def _keep_the_value(cls, scale: Decimal) -> Decimal:
        if scale == 0:
            raise Fault("0 would make every value the same", "write the factor from raw to value; 1 changes nothing")
        return scale
