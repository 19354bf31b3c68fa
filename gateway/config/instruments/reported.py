"""A parameter whose value a device reports as text."""

from __future__ import annotations

from decimal import Decimal

from pydantic import field_validator

from gateway.config.file.bit_pattern import BitPattern
from gateway.config.file.form_error import FormError
from gateway.config.instruments.codes import Code
from gateway.config.parameters.quantity import Quantity
from gateway.core.phrase import Phrase


class Reported(Quantity):
    """The number as reported is scaled."""

    invalid: tuple[Code, ...] = ()

    @field_validator("invalid")
    @classmethod
    def _be_numbers(cls, codes: tuple[Decimal, ...]) -> tuple[Decimal, ...]:
        for code in codes:
            if isinstance(code, BitPattern):
                raise FormError(
                    Phrase("0x{code:X} is a raw word, and the device reports numbers as text", code=code),
                    Phrase("write the number as it prints it, such as {code}", code=int(code)),
                )
        return codes
