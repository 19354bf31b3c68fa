"""Whether a number was written as bits: manuals print codes so, and there it says how they are meant."""


class BitPattern(int):
    """A whole number that was written as bits, `0x8000` or `0b1000`: it means the same, but where a code is meant."""
