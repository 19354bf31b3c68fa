"""`calculate`: a parameter whose value follows from several registers of one answer: mantissa and exponent, the parts
of a total, a ratio of two counts."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, Field, ValidationInfo, field_validator, model_validator

from gateway.config.file.form_error import FormError
from gateway.config.instruments.codes import Code, occurring
from gateway.config.instruments.register_read import RegisterRead
from gateway.config.instruments.registers import RegisterType, Table
from gateway.config.parameters.computed import check_formula
from gateway.config.parameters.quantity import Quantity
from gateway.config.section import Token
from gateway.core.formula import parse_formula
from gateway.core.formula_range import Range
from gateway.core.phrase import Phrase

MOST_REGISTERS = 125
"""Modbus application protocol 1.1b3, 6.3: the most that one request may ask for."""
_ONCE = Phrase("or write what is set once into the formula, such as 10 ** -2")
_ELSEWHERE = {
    "register": Phrase("write each register below registers, with its name in the formula"),
    "type": Phrase("write the type of each register below registers"),
    "byte_order": Phrase("write the byte order of each register below registers"),
    "from_current": Phrase("write the line of the current into the formula"),
    "scale": Phrase("multiply in the formula"),
    "offset": Phrase("add it in the formula"),
    "invalid": Phrase("write it at the register that holds the code"),
}


class CalculationRegister(RegisterRead):
    """A register that a formula needs. If it holds a number of `invalid`, there is no value."""

    invalid: tuple[Code, ...] = ()

    @field_validator("type")
    @classmethod
    def _be_a_number(cls, kind: RegisterType) -> RegisterType:
        if kind is RegisterType.STRING:
            raise FormError(Phrase("string is no number"), Phrase("use a numeric type, such as int16"))
        return kind

    @field_validator("invalid")
    @classmethod
    def _occur(cls, codes: tuple[Decimal, ...], siblings: ValidationInfo[Any]) -> tuple[Decimal, ...]:
        kind = siblings.data.get("type")
        return codes if kind is None else occurring(codes, kind)


class ModbusCalculated(Quantity):
    """One parameter of a Modbus device that is calculated of its registers at every reading. They are read with one
    request, whole or not at all, so that all numbers are of one instant."""

    calculate: Annotated[str, AfterValidator(check_formula)] = Field(
        description=Phrase('a formula over registers, such as "[mant] * 10 ** [exp]"')
    )
    registers: dict[Token, CalculationRegister] = Field(
        description=Phrase('the register of each name, such as {mant: {register: "holding:0", type: int16}, exp: {…}}')
    )

    @model_validator(mode="before")
    @classmethod
    def _say_each_thing_once(cls, content: Any) -> Any:
        for key in _ELSEWHERE if isinstance(content, dict) else ():
            if key in content:
                raise FormError(Phrase("has {key} beside calculate", key=key), _ELSEWHERE[key])
        return content

    @field_validator("registers")
    @classmethod
    def _be_what_the_formula_needs(
        cls, registers: dict[str, CalculationRegister], siblings: ValidationInfo[Any]
    ) -> dict[str, CalculationRegister]:
        text = siblings.data.get("calculate")
        needed = parse_formula(text).symbols if text is not None else tuple(registers)
        missing = [name for name in needed if name not in registers]
        if missing:
            raise FormError(
                Phrase("{missing} stands in the formula and not here", missing=missing[0]),
                Phrase("add {missing}: {{register: …, type: …}}", missing=missing[0]),
            )
        unused = [name for name in registers if name not in needed]
        if unused:
            raise FormError(
                Phrase("{unused} is not in the formula", unused=unused[0]),
                Phrase("write [{unused}] into it, or remove the register", unused=unused[0]),
            )
        if not registers:
            raise FormError(
                Phrase("is empty"), Phrase("a formula without registers is a constant, and measures nothing")
            )
        return _in_one_answer(registers)

    @property
    def reach(self) -> Range | None:
        ranges = {
            name: (float(one.type.lowest), float(one.type.highest))
            for name, one in self.registers.items()
            if one.type.lowest is not None and one.type.highest is not None
        }
        return parse_formula(self.calculate, ranges).range


def _in_one_answer(registers: dict[str, CalculationRegister]) -> dict[str, CalculationRegister]:
    tables = {one.register.table: one.register for one in registers.values()}
    if len(tables) > 1:
        first, second = list(tables.values())[:2]
        raise FormError(
            Phrase(
                "{first} and {second} are never of one instant: a request reads one table", first=first, second=second
            ),
            Phrase("find them in the same table, {once}", once=_ONCE),
        )
    width = max(one.register.address + one.type.registers for one in registers.values()) - min(
        one.register.address for one in registers.values()
    )
    if width > MOST_REGISTERS and not tables.keys() & {Table.COIL, Table.DISCRETE}:
        raise FormError(
            Phrase(
                "are {width} registers from the first to the last, and a request reads {most_registers}: "
                "what two requests bring is not of one instant",
                width=width,
                most_registers=MOST_REGISTERS,
            ),
            Phrase("check the addresses, {once}", once=_ONCE),
        )
    return registers
