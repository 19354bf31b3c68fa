"""`identity`: the number by which a device is known, so that a swapped adapter or unit is noticed before its values are
taken for another's."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any

from pydantic import AfterValidator, Field, Strict, ValidationInfo, field_validator

from gateway.config.file.form_error import FormError
from gateway.config.instruments.codes import WholeCode, number_of
from gateway.config.instruments.register_read import RegisterRead
from gateway.config.instruments.registers import LAST_ADDRESS, RegisterType
from gateway.config.section import Whole
from gateway.config.units import Duration, within
from gateway.core.phrase import Phrase

LONGEST = 250
"""Characters: as many as one read brings."""


class Identity(RegisterRead):
    """A serial number in the device, as text or as a number. `length` is in characters, two to a register; blanks and
    zero bytes around the text do not count."""

    length: Annotated[Whole, Field(ge=1, le=LONGEST)] | None = Field(None, validate_default=True)
    equals: Annotated[str, Strict()] | WholeCode = Field(
        description=Phrase('the number of this device, such as "SN-1234"')
    )
    check_every: Annotated[Duration, AfterValidator(within("10s", "7d"))] = timedelta(minutes=10)

    @property
    def registers(self) -> int:
        """How many registers it takes."""
        return (self.length + 1) // 2 if self.length else self.type.registers

    @field_validator("type")
    @classmethod
    def _be_exact(cls, kind: RegisterType) -> RegisterType:
        if not kind.is_integer and kind is not RegisterType.STRING:
            raise FormError(
                Phrase("{kind} is no serial number", kind=kind),
                Phrase("use string with a length, or an integer type, such as uint32"),
            )
        return kind

    @field_validator("length")
    @classmethod
    def _be_of_a_string(cls, length: int | None, siblings: ValidationInfo[Any]) -> int | None:
        kind, register = siblings.data.get("type"), siblings.data.get("register")
        if kind is RegisterType.STRING and length is None:
            raise FormError(
                Phrase("is missing"), Phrase("add length: how many characters the device has for it, such as 8")
            )
        if kind is not None and kind is not RegisterType.STRING and length is not None:
            raise FormError(
                Phrase("is for strings, and this is {kind}", kind=kind), Phrase("leave it out, or write type: string")
            )
        if length and register is not None and register.address + (length + 1) // 2 - 1 > LAST_ADDRESS:
            raise FormError(
                Phrase("runs past the last register {last_address}", last_address=LAST_ADDRESS),
                Phrase("check register and length"),
            )
        return length

    @field_validator("equals")
    @classmethod
    def _be_of_the_type(cls, equals: str | int, siblings: ValidationInfo[Any]) -> str | int:
        kind = siblings.data.get("type")
        if kind is RegisterType.STRING and not isinstance(equals, str):
            raise FormError(Phrase("is a number, and the device holds a text"), Phrase("put it in quotes"))
        if kind is not None and kind is not RegisterType.STRING and isinstance(equals, str):
            raise FormError(
                Phrase("is a text, and the device holds a number"), Phrase("write it without quotes, or type: string")
            )
        if isinstance(equals, str) and (not equals.strip() or not equals.isascii() or not equals.isprintable()):
            raise FormError(
                Phrase("is empty or has characters that no device has"), Phrase("write it as on the device's plate")
            )
        if isinstance(equals, str):
            return _fitting(equals.strip(), siblings.data.get("length"))
        return equals if kind is None else number_of(equals, kind)


def _fitting(text: str, length: int | None) -> str:
    longest = 2 * ((length + 1) // 2) if length else LONGEST
    if len(text) > longest:
        raise FormError(
            Phrase("has {text} characters, and length is {length}", text=len(text), length=length),
            Phrase("write as much as the device has, or its length"),
        )
    return text
