"""Where a value stands in a Modbus device and how its bits are to be read.

Addresses are zero-based, as on the wire. Numbers of a datasheet, which count from 40001, are written `4x:40001`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from pydantic import PlainSerializer, PlainValidator

from gateway.config.file.form_error import FormError
from gateway.core.phrase import Phrase

LAST_ADDRESS = 65535
_FORM = re.compile(r"([a-z0-9]+):([0-9]{1,9})(?:\.([0-9]{1,3}|high|low))?", re.ASCII)
_EXAMPLES = Phrase(
    "write it as holding:0, input:2, coil:5, discrete:7, holding:10.3 for a bit, "
    "holding:10.high for a half, or 4x:40001 as in a datasheet"
)


class Table(StrEnum):
    """The four tables of the Modbus data model."""

    COIL = "coil"
    DISCRETE = "discrete"
    HOLDING = "holding"
    INPUT = "input"


_DATASHEET = {"0x": Table.COIL, "1x": Table.DISCRETE, "3x": Table.INPUT, "4x": Table.HOLDING}
_BIT_TABLES = frozenset({Table.COIL, Table.DISCRETE})


class ByteOrder(StrEnum):
    """How a device lays a value's bytes out; A is the most significant. Of a 64-bit value, pairs follow the pattern."""

    ABCD = "ABCD"
    CDAB = "CDAB"
    BADC = "BADC"
    DCBA = "DCBA"


class Half(StrEnum):
    """Half of a register: `high` are the bits 15 to 8, which come first on the wire, `low` the bits 7 to 0."""

    HIGH = "high"
    LOW = "low"


class RegisterType(StrEnum):
    """What the bits mean.

    24 bits stand in two registers as 32 would, the most significant byte being only filled up: with zeros, or of a
    negative number with ones. 48 bits stand in three registers.
    """

    BOOL = "bool"
    INT8 = "int8"
    UINT8 = "uint8"
    INT16 = "int16"
    UINT16 = "uint16"
    INT24 = "int24"
    UINT24 = "uint24"
    INT32 = "int32"
    UINT32 = "uint32"
    UINT48 = "uint48"
    INT64 = "int64"
    UINT64 = "uint64"
    FLOAT32 = "float32"
    FLOAT64 = "float64"
    BCD16 = "bcd16"
    BCD32 = "bcd32"
    SM16 = "sm16"
    SM32 = "sm32"
    """Sign and magnitude: the most significant bit is the sign, the others the number without it."""
    STRING = "string"
    """Two characters a register; for telling devices apart, never measured."""

    @property
    def bits(self) -> int:
        """How many of the bits carry the value. (A string has as many as it is long.)"""
        digits = self.value.lstrip("abcdefghijklmnopqrstuvwxyz")
        return int(digits) if digits else 1

    @property
    def registers(self) -> int:
        """How many registers of 16 bits a value takes; 1 for a bit or a half. (A string has as many as it is long.)"""
        return -(-self.bits // 16)

    @property
    def is_half(self) -> bool:
        """Whether it stands in half of a register."""
        return self in (RegisterType.INT8, RegisterType.UINT8)

    @property
    def is_integer(self) -> bool:
        return self not in (RegisterType.BOOL, RegisterType.FLOAT32, RegisterType.FLOAT64, RegisterType.STRING)

    @property
    def lowest(self) -> int | None:
        """The least number that it can yield; `None` for a float, which has no such end worth telling, and a string."""
        if not self.is_integer:
            return 0 if self is RegisterType.BOOL else None
        if self.value.startswith("sm"):
            return 1 - (1 << (self.bits - 1))
        return -(1 << (self.bits - 1)) if self.value.startswith("int") else 0

    @property
    def highest(self) -> int | None:
        """The greatest number that it can yield; `None` as of `lowest`."""
        if not self.is_integer:
            return 1 if self is RegisterType.BOOL else None
        if self.value.startswith("bcd"):
            return int(10 ** (self.bits // 4)) - 1
        return (1 << (self.bits if self.value.startswith("uint") else self.bits - 1)) - 1


@dataclass(frozen=True, slots=True)
class RegisterAddress:
    """A place in a table, zero-based. `part` is what of a register is meant: a bit, counted from the least
    significant, or a half; `None`: all of it."""

    table: Table
    address: int
    part: int | Half | None = None

    @property
    def is_bit(self) -> bool:
        """Whether this names a single bit: a coil, a discrete input, or a bit of a register."""
        return isinstance(self.part, int) or self.table in _BIT_TABLES

    @property
    def is_half(self) -> bool:
        return isinstance(self.part, Half)

    def __str__(self) -> str:
        return f"{self.table}:{self.address}" + ("" if self.part is None else f".{self.part}")


def parse_register(value: object) -> RegisterAddress:
    """`holding:0`, `holding:10.3`, `holding:10.high`, `4x:40001` or `4x:400001`, as an address; an address is taken as
    it is.

    Raises:
        FormError: another form, another table, or a number that the table does not have.
    """
    if isinstance(value, RegisterAddress):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        raise FormError(Phrase("{value} does not say which table", value=value), _EXAMPLES)
    match = _FORM.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise FormError(
            Phrase("is not a register")
            if not isinstance(value, str)
            else Phrase("{value!r} is not a register", value=value),
            _EXAMPLES,
        )
    prefix, digits, part = match.groups()
    if prefix in _DATASHEET:
        table, address = _DATASHEET[prefix], _datasheet_address(prefix, digits)
    elif prefix in set(Table):
        table, address = Table(prefix), int(digits)
    else:
        raise FormError(Phrase("{prefix!r} is no table", prefix=prefix), _EXAMPLES)
    if address > LAST_ADDRESS:
        raise FormError(
            Phrase("{digits} is past the end of the table", digits=digits),
            Phrase("addresses go from 0 to {last_address}", last_address=LAST_ADDRESS),
        )
    return RegisterAddress(table, address, _part(table, part))


def _datasheet_address(prefix: str, digits: str) -> int:
    """40001 → 0 and 400001 → 0: the first digit names the table, the rest counts from 1."""
    if len(digits) not in (5, 6) or digits[0] != prefix[0] or int(digits[1:]) == 0:
        raise FormError(
            Phrase("{prefix}:{digits} is no datasheet number", prefix=prefix, digits=digits),
            Phrase(
                "numbers of {prefix} go from {prefix2}0001 to {prefix2}9999, or from {prefix2}00001 with six digits",
                prefix=prefix,
                prefix2=prefix[0],
            ),
        )
    return int(digits[1:]) - 1


def _part(table: Table, text: str | None) -> int | Half | None:
    if text is None:
        return None
    named = "half" if text in set(Half) else "bit"
    if table in _BIT_TABLES:
        raise FormError(
            Phrase("names a {named} of a {table}", named=named, table=table),
            Phrase("a {table} is a single bit already: leave the .{text} out", table=table, text=text),
        )
    if named == "half":
        return Half(text)
    if int(text) > 15:
        raise FormError(
            Phrase("bit {text} does not exist", text=text),
            Phrase("a register has the bits 0 (least significant) to 15"),
        )
    return int(text)


Register = Annotated[RegisterAddress, PlainValidator(parse_register), PlainSerializer(str)]
