"""`sampler`: the automatic sampler, told to take a sample by setting a coil or a register."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, field_validator, model_validator

from gateway.config.file.form_error import FormError
from gateway.config.instruments.codes import WholeCode, number_of
from gateway.config.instruments.register_read import RegisterRead
from gateway.config.instruments.registers import ByteOrder, Register, RegisterAddress, RegisterType, Table
from gateway.config.section import Section, Whole, not_empty
from gateway.config.units import Duration, within
from gateway.core.phrase import Phrase

Occasion = Literal["exceeded", "command"]


class Confirm(RegisterRead):
    """Where it shows that the sampler obeyed."""

    type: RegisterType = RegisterType.UINT16
    equals: WholeCode = Field(description=Phrase("the number that shows it, such as 1"))

    @field_validator("type")
    @classmethod
    def _be_whole(cls, kind: RegisterType) -> RegisterType:
        if not kind.is_integer and kind is not RegisterType.BOOL:
            raise FormError(Phrase("{kind} is not compared", kind=kind), Phrase("use an integer type, such as uint16"))
        return kind

    @field_validator("equals")
    @classmethod
    def _occur(cls, number: int, siblings: ValidationInfo[Any]) -> int:
        kind = siblings.data.get("type")
        return number if kind is None else number_of(number, kind)


def _as_list(value: object) -> object:
    return [value] if isinstance(value, str) else value


class SamplerSettings(Section):
    """`coil` is set to 1, `register` to `value`. Without `confirm` it must read back as it was written."""

    link: str = Field(description=Phrase("the name of a modbus link"))
    unit: Annotated[Whole, Field(ge=0, le=255)] = 1
    coil: Annotated[Whole, Field(ge=0, le=65535)] | None = None
    register: Register | None = None
    value: Annotated[Whole, Field(ge=0, le=65535)] = 1
    on: Annotated[tuple[Occasion, ...], BeforeValidator(_as_list), AfterValidator(not_empty)] = ("command",)
    min_interval: Annotated[Duration, AfterValidator(within("1min", "30d"))] = timedelta(hours=1)
    confirm: Confirm | None = None
    confirm_within: Annotated[Duration, AfterValidator(within("0ms", "5min"))] = timedelta(seconds=10)

    @field_validator("register")
    @classmethod
    def _be_writable(cls, register: RegisterAddress | None, _: ValidationInfo[Any]) -> RegisterAddress | None:
        if register is not None and (register.table is not Table.HOLDING or register.part is not None):
            raise FormError(
                Phrase("{register} cannot be written", register=register),
                Phrase("write a whole holding register, or coil: with its number"),
            )
        return register

    @model_validator(mode="after")
    def _have_one_target(self) -> SamplerSettings:
        if (self.coil is None) == (self.register is None):
            raise FormError(
                Phrase("needs a coil or a register, and not both"), Phrase("add coil: 0, or register: holding:0")
            )
        if self.coil is not None and "value" in self.model_fields_set:
            raise FormError(
                Phrase("has a coil and a value, and a coil is set to 1"), Phrase("remove value, or write register:")
            )
        return self

    @property
    def target(self) -> RegisterAddress:
        """What is written."""
        if self.register is not None:
            return self.register
        return RegisterAddress(Table.COIL, self.coil or 0)

    @property
    def written(self) -> int:
        return self.value if self.register is not None else 1

    @property
    def shown(self) -> tuple[RegisterAddress, RegisterType, ByteOrder]:
        """What is read to see whether it obeyed."""
        if self.confirm is not None:
            return self.confirm.register, self.confirm.type, self.confirm.byte_order
        kind = RegisterType.UINT16 if self.register is not None else RegisterType.BOOL
        return self.target, kind, ByteOrder.ABCD

    @property
    def expected(self) -> int:
        return self.confirm.equals if self.confirm is not None else self.written

    @property
    def within_s(self) -> float:
        return self.confirm_within.total_seconds()
