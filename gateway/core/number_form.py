"""How a measured number is shown to people, so that it cannot be mistaken: a register read in the wrong byte order is
neither 0.00 nor thirty digits long. Files have a form of their own that this never touches."""

from __future__ import annotations

from typing import Final

LONGEST_PLAIN: Final = 1e15
"""From here on nobody counts the digits."""
_DIGITS = frozenset("123456789")


def readable(value: float, written: str | None = None) -> str:
    """The number with an exponent if it would have too many digits or read as zero without being it; otherwise as it is
    `written`, with the decimals of a file, or without that with as many digits as a float32 has.

    Worked, two decimals: 7.2 → 7.20; 1e-38 → 1e-38, not 0.00; -2.06123484777721e+33 → -2.06123485e+33.
    """
    if abs(value) >= LONGEST_PLAIN or written is None:
        return f"{value:.9g}"
    return f"{value:.3g}" if reads_as_zero(value, written) else written


def reads_as_zero(value: float, written: str) -> bool:
    """Whether a number that is not 0 is written as if it were."""
    return value != 0 and _DIGITS.isdisjoint(written)
