"""Text → number → reading, exactly.

What a device prints is decimal: `71.3` at a scale of 0.1 is 7.13, computed as a fraction and rounded once to the
nearest float. What is no number is no value; nothing is repaired. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from gateway.config import Reported
from gateway.core.phrase import Phrase
from gateway.core.reading import Reading, Readings, Status
from gateway.core.reason import Cause, Reason
from gateway.instruments.lines.excerpts import text_excerpt

Told = tuple[Reading, Reason | None]
"""A reading, and why it is not MEASURING."""

_DIGITS = "[0-9]{1,30}"
_GROUPED = "[0-9]{{1,3}}(?:{mark}[0-9]{{3}}){{1,9}}"
_EXPONENT = "(?:[eE][-+]?[0-9]{1,3})?"

_BLANKS = " \t\r\n"
"""No others: a byte 0xA0 or 0x1F beside the digits is what a disturbed line makes of a digit."""

_SHOWN_CHARACTERS = 40
_BEYOND = {
    "<": Phrase(": less than the device can tell"),
    ">": Phrase(": more than the device can tell"),
}


class NumberForm:
    """How a device writes numbers.

    `decimal`: the decimal mark, `.` or `,`; the other one then has no place in a number, unless it is `thousands`, the
    mark between groups of exactly three digits. Blanks may stand between a sign and its digits if `blank_after_sign`
    (balances: `-   12.5`).
    """

    def __init__(self, decimal: str = ".", thousands: str | None = None, *, blank_after_sign: bool = False) -> None:
        self._decimal = decimal
        self._thousands = thousands
        whole = _DIGITS if thousands is None else f"(?:{_DIGITS}|{_GROUPED.format(mark=re.escape(thousands))})"
        point, blanks = re.escape(decimal), "[ \t]*" if blank_after_sign else ""
        form = f"(?:[-+]{blanks})?(?:{whole}(?:{point}[0-9]{{0,30}})?|{point}[0-9]{{1,30}}){_EXPONENT}"
        self._form = re.compile(form, re.ASCII)

    def number_in(self, text: str) -> Decimal | None:
        """The number that the text is, blanks around it aside; `None` if it is none (`----`, `NaN`, `#`, `<0.01`)."""
        text = text.strip(_BLANKS)
        if not self._form.fullmatch(text):
            return None
        if self._thousands is not None:
            text = text.replace(self._thousands, "")
        if text[1:2] in " \t":
            text = text[0] + text[1:].lstrip(" \t")
        return Decimal(text.replace(self._decimal, "."))


number_in = NumberForm().number_in
"""Of a number with a decimal point and nothing else."""


def shown_text(text: str) -> str:
    """What a device said, in quotes, as people may be shown it."""
    excerpt = text_excerpt(text.encode("latin-1", "replace")[:_SHOWN_CHARACTERS])
    return excerpt if len(text) <= _SHOWN_CHARACTERS else f"{excerpt} …"


@dataclass(frozen=True, slots=True)
class ReportedScaling:
    """Number as reported → value in the parameter's unit."""

    scale: Fraction
    offset: Fraction
    invalid: frozenset[Decimal]

    @classmethod
    def of(cls, settings: Reported) -> ReportedScaling:
        return cls(Fraction(settings.scale), Fraction(settings.offset), frozenset(settings.invalid))

    def value(self, number: Decimal | None) -> float | None:
        """The nearest float to the exact result; `None` for an absent or invalid number, or one beyond any float."""
        if number is None or number in self.invalid:
            return None
        try:
            return float(Fraction(number) * self.scale + self.offset)
        except OverflowError:
            return None

    def told(self, number: Decimal | None, shown: str, status: Status, why: Reason | None) -> Told:
        """The reading that this number is, with its reason: why the device is not measuring, or else why what it said,
        `shown`, is no value."""
        value = self.value(number)
        is_lacking = value is None and status is Status.MEASURING
        return reading(value, status), self.why_none(shown, number) if is_lacking else why

    def why_none(self, text: str, number: Decimal | None) -> Reason:
        """Why this text, which holds that number, gives no value. The text comes from outside and is shown escaped."""
        text = text.strip(_BLANKS)
        if not text:
            return Reason(Cause.NO_NUMBER, Phrase("nothing stands where the number should"))
        if number is None:
            return Reason(
                Cause.REFUSED_TEXT,
                Phrase(
                    "{shown_text} is no number{beyond}", shown_text=shown_text(text), beyond=_BEYOND.get(text[0], "")
                ),
            )
        if number in self.invalid:
            return Reason(Cause.INVALID, Phrase("{shown_text} is a code in invalid", shown_text=shown_text(text)))
        return Reason(
            Cause.OVERFLOW, Phrase("the value of {shown_text} is beyond any number", shown_text=shown_text(text))
        )


def reading(value: float | None, status: Status) -> Reading:
    """The value is recorded as it was read, whatever the status says of it. A device that says it measures and has no
    value is at fault."""
    if value is None and status is Status.MEASURING:
        return Reading(None, Status.FAULT)
    return Reading(value, status)


def readings_of(told: Iterable[Told]) -> Readings:
    """Side by side, in this order."""
    pairs = list(told)
    reasons = tuple(why for _, why in pairs)
    return Readings(
        tuple(reading.value for reading, _ in pairs),
        tuple(reading.status for reading, _ in pairs),
        reasons if any(reasons) else None,
    )
