"""What a status register and a parameter have in common: a place, a type, a byte order, and what fits with what."""

from __future__ import annotations

from typing import Any

from pydantic import Field, ValidationInfo, field_validator, model_validator

from gateway.config.file.form_error import FormError
from gateway.config.instruments.registers import LAST_ADDRESS, ByteOrder, Register, RegisterType, parse_register
from gateway.config.section import Section
from gateway.core.phrase import Phrase

_NUMBERS = [kind for kind in RegisterType if kind is not RegisterType.STRING]


class RegisterRead(Section):
    """A value in a Modbus device. `type` may be left out for a single bit: it can only be bool."""

    register: Register = Field(description=Phrase("where it stands, such as holding:0 or 4x:40001"))
    type: RegisterType = Field(description=Phrase("how it is stored, one of {numbers}", numbers=", ".join(_NUMBERS)))
    byte_order: ByteOrder = ByteOrder.ABCD

    @model_validator(mode="before")
    @classmethod
    def _know_the_type_of_a_bit(cls, content: Any) -> Any:
        if isinstance(content, dict) and "type" not in content and _is_bit(content.get("register")):
            return {**content, "type": RegisterType.BOOL}
        return content

    @field_validator("type")
    @classmethod
    def _fit_the_register(cls, kind: RegisterType, siblings: ValidationInfo[Any]) -> RegisterType:
        register = siblings.data.get("register")
        if register is None:
            return kind
        if register.is_bit and kind is not RegisterType.BOOL:
            raise FormError(
                Phrase("{register} is a single bit, not {kind}", register=register, kind=kind),
                Phrase("write type: bool, or leave it out"),
            )
        if register.is_half and not kind.is_half:
            raise FormError(
                Phrase("{register} is half a register, and {kind} is not", register=register, kind=kind),
                Phrase("use int8 or uint8, or leave the .{part} out", part=register.part),
            )
        if kind.is_half and not register.is_half:
            raise FormError(
                Phrase("{kind} stands in half a register, and {register} is a whole one", kind=kind, register=register),
                Phrase(
                    "write {register}.high or {register}.low, or uint16 where the number has the register for itself",
                    register=register,
                ),
            )
        if not register.is_bit and kind is RegisterType.BOOL:
            raise FormError(
                Phrase("bool needs a single bit, and {register} is a whole register", register=register),
                Phrase("write {register}.0 for bit 0", register=register),
            )
        if register.address + kind.registers - 1 > LAST_ADDRESS:
            raise FormError(
                Phrase(
                    "{kind} at {register} runs past the last register {last_address}",
                    kind=kind,
                    register=register,
                    last_address=LAST_ADDRESS,
                ),
                Phrase("{kind} takes {registers} registers", kind=kind, registers=kind.registers),
            )
        return kind

    @field_validator("byte_order")
    @classmethod
    def _leave_a_half_where_it_is(cls, order: ByteOrder, siblings: ValidationInfo[Any]) -> ByteOrder:
        register = siblings.data.get("register")
        if register is not None and register.is_half and order is not ByteOrder.ABCD:
            raise FormError(
                Phrase("has no effect on {register}, which is one byte", register=register),
                Phrase("leave it out: .high and .low say which byte"),
            )
        return order


def _is_bit(value: object) -> bool:
    try:
        return parse_register(value).is_bit
    except FormError:
        return False
