"""A value → the characters that show it, and exactly what those characters then mean. Pure."""

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

_LARGEST_EXPONENT = 99


@dataclass(frozen=True, slots=True)
class Written:
    """`text` as it is sent; `value` as an exact decimal text."""

    text: str
    value: str


def fixed(value: float, decimals: int) -> Written:
    """`7.2068` with 2 decimals → `7.21`; never `-0.00`."""
    number = Decimal(repr(value)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_EVEN)
    text = format(abs(number) if number.is_zero() else number, "f")
    return Written(text, text)


def exponential(value: float) -> Written:
    """Bayern-Hessen's `±mmmm±ee`: 25.78 → `+2578+01`, m.mmm × 10^ee. Too small is 0, too large is the largest."""
    number = Decimal(repr(value))
    exponent = number.adjusted()
    mantissa = number.scaleb(3 - exponent).to_integral_value(ROUND_HALF_EVEN)
    if abs(mantissa) == 10_000:  # 9.9996 became 10.00
        mantissa, exponent = Decimal(1_000).copy_sign(mantissa), exponent + 1
    if mantissa.is_zero() or exponent < -_LARGEST_EXPONENT:
        return Written("+0000+00", "0")
    if exponent > _LARGEST_EXPONENT:
        mantissa, exponent = Decimal(9_999).copy_sign(mantissa), _LARGEST_EXPONENT
    sign = "-" if mantissa < 0 else "+"
    return Written(f"{sign}{abs(int(mantissa)):04d}{exponent:+03d}", format(mantissa.scaleb(exponent - 3), "f"))
