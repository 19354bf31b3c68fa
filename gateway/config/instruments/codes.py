"""Codes: the numbers by which a register says something else than a value, or which value it has to have.

Manuals print a code as the value (-32768) or as the raw word (0x8000). What stands in the file is understood so:

    written as bits (0x…, 0b…)     the raw word, always: the type's bits, the most significant first, whatever the
                                   byte order; what the type makes of them is the code
    a number that the type yields  the value, before scaling
    a whole number from 0 on that  the raw word, too: 65535 in an int16 is -1
    the type does not yield, and
    that fits its bits
    anything else                  refused: no register can ever hold it
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Annotated, Any

from pydantic import PlainSerializer, PlainValidator, Strict, WrapValidator

from gateway.config.file.bit_pattern import BitPattern
from gateway.config.file.form_error import FormError
from gateway.config.instruments.registers import RegisterType
from gateway.core.phrase import Phrase

_FLOATS = {RegisterType.FLOAT32: ("f", "I", 8), RegisterType.FLOAT64: ("d", "Q", 16)}
"""The formats of the value and of its bits, and the hexadecimal digits of these."""


def _parse_code(value: object) -> object:
    if isinstance(value, BitPattern | Decimal):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
        return Decimal(str(value))
    raise FormError(Phrase("is not a number"), Phrase("write a number, with a decimal point and without quotes"))


def _keep_bits(value: object, number: Callable[[object], Any]) -> Any:
    return value if isinstance(value, BitPattern) else number(value)


Code = Annotated[Decimal, PlainValidator(_parse_code), PlainSerializer(str)]
"""A number that may have a fraction."""
WholeCode = Annotated[int, Strict(), WrapValidator(_keep_bits)]
"""Both keep what was written as bits, until `held` knows the type."""


def held(code: Decimal | int, kind: RegisterType) -> Decimal | None:
    """What a register of this type is read as when it holds the code; `None`: as no number at all, such as the bits of
    a NaN, or nibbles that are no decimal digits.

    Raises:
        FormError: it cannot hold it, or holds it as another number that has a meaning of its own.
    """
    if isinstance(code, BitPattern):
        return _of_word(code, kind)
    if kind in _FLOATS:
        return _nearest(code, kind)
    if code != Decimal(code).to_integral_value():
        raise FormError(
            Phrase("{code} never stands there: {kind} holds whole numbers", code=code, kind=kind),
            Phrase("write the number before scaling"),
        )
    lowest, highest = kind.lowest or 0, kind.highest or 0
    if lowest <= code <= highest:
        return Decimal(int(code))
    if 0 <= code < 1 << _width(kind) and kind is not RegisterType.BOOL:
        return _of_word(int(code), kind)
    raise FormError(
        Phrase(
            "{code} never stands there: {kind} yields {lowest} to {highest}",
            code=code,
            kind=kind,
            lowest=lowest,
            highest=highest,
        ),
        _advice(kind),
    )


def number_of(code: int, kind: RegisterType) -> int:
    """The number that a register of an integer type is read as when it holds the code.

    Raises:
        FormError: as `held` does, or it would be read as no number.
    """
    number = held(code, kind)
    if number is None:
        raise FormError(
            Phrase("0x{code:X} is no number in {kind}", code=code, kind=kind), Phrase("check the number and the type")
        )
    return int(number)


def occurring(
    codes: Iterable[Decimal], kind: RegisterType, scale: Decimal = Decimal(1), offset: Decimal = Decimal(0)
) -> tuple[Decimal, ...]:
    """What a register is read as when it has no value, of which what is read as no number is none anyway. A code that
    stands before `scale` and `offset` is told from one behind them.

    Raises:
        FormError: as `held` does, or they are both numbers of a bit.
    """
    numbers = [_before_scaling(code, kind, scale, offset) for code in codes]
    if kind is RegisterType.BOOL and len(set(numbers)) > 1:
        raise FormError(
            Phrase("are both numbers of a bit: it would never have a value"), Phrase("leave one of them, or none")
        )
    return tuple(number for number in numbers if number is not None)


def yields(number: Decimal, kind: RegisterType) -> bool:
    """Whether a register of this type can be read as this number."""
    try:
        return held(number, kind) == number
    except FormError:
        return False


def _before_scaling(code: Decimal, kind: RegisterType, scale: Decimal, offset: Decimal) -> Decimal | None:
    try:
        return held(code, kind)
    except FormError as refused:
        raw = (code - offset) / scale
        if isinstance(code, BitPattern) or not yields(raw, kind):
            raise
        raise FormError(
            refused.wrong, Phrase("write {raw:f}: codes are compared before scaling", raw=raw.normalize())
        ) from None


def _width(kind: RegisterType) -> int:
    """How many bits a raw word may have: those of all registers, if some of them only fill up."""
    return kind.bits if kind.is_half or kind is RegisterType.BOOL else 16 * kind.registers


def _advice(kind: RegisterType) -> Phrase:
    if kind is RegisterType.BOOL:
        return Phrase("a bit is 0 or 1")
    last = f"0x{(1 << _width(kind)) - 1:X}"
    return Phrase("write the number before scaling, or the raw word, 0x0 to {last}; or check the type", last=last)


def _of_word(word: int, kind: RegisterType) -> Decimal | None:
    if word >= 1 << _width(kind):
        raise FormError(
            Phrase(
                "0x{word:X} never stands there: {kind} is {kind2} bits wide", word=word, kind=kind, kind2=_width(kind)
            ),
            _advice(kind),
        )
    if kind in _FLOATS:
        return _float_of_word(word, kind)
    if kind.value.startswith("bcd"):
        digits = f"{word:X}"
        return Decimal(digits) if digits.isdecimal() else None
    sign = 1 << (kind.bits - 1)
    if kind.value.startswith("sm"):
        if word == sign:
            raise _minus_nothing(word, kind)
        return Decimal(word if word < sign else sign - word)
    if kind.value.startswith("int"):
        return _signed(word, kind.bits)
    return Decimal(word) if word < 1 << kind.bits else None


def _minus_nothing(word: int, kind: RegisterType) -> FormError:
    wrong = Phrase("0x{word:X} is -0 in {kind}, which is read as any other 0", word=word, kind=kind)
    return FormError(wrong, Phrase("write 0 if every 0 is meant: the two cannot be told apart"))


def _signed(word: int, bits: int) -> Decimal | None:
    """Two's complement; what lies above the bits fills up with zeros, or with the sign."""
    above, low = word >> bits, word & ((1 << bits) - 1)
    number = low - (1 << bits) if low >> (bits - 1) else low
    return Decimal(number) if above == 0 or (number < 0 and above == 0xFF) else None


def _float_of_word(word: int, kind: RegisterType) -> Decimal | None:
    value, bits, digits = _FLOATS[kind]
    number: float = struct.unpack(f">{value}", struct.pack(f">{bits}", word))[0]
    if not math.isfinite(number):
        return None
    if word and number == 0:
        raise _minus_nothing(word, kind)
    if word and abs(number) < _smallest(kind):
        raise FormError(
            Phrase("0x{word:X} are the bits of {number:g} in {kind}", word=word, number=number, kind=kind),
            Phrase(
                "write all {digits} digits of the raw word, or {word} if the number is meant", digits=digits, word=word
            ),
        )
    return Decimal(number)


def _nearest(code: Decimal | int, kind: RegisterType) -> Decimal:
    """-99.9 as a float of that many bits holds it: not quite."""
    value, _, _ = _FLOATS[kind]
    try:
        number: float = struct.unpack(value, struct.pack(value, float(code)))[0]
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise FormError(
            Phrase("{code} never stands there: it is beyond any {kind}", code=code, kind=kind),
            Phrase("check the number and the type"),
        )
    if code and abs(number) < _smallest(kind):
        raise FormError(
            Phrase("{code} never stands there: {kind} has no number so small", code=code, kind=kind),
            Phrase("check the number and the type"),
        )
    return Decimal(number)


def _smallest(kind: RegisterType) -> float:
    """The least number above 0 that it holds in full; what lies below is no code of anybody's."""
    return 2.0**-126 if kind is RegisterType.FLOAT32 else 2.0**-1022
