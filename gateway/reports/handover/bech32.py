"""Bech32 (BIP 173), by which age's recipients are written: a checksum tells a misspelt key from a right one."""

from __future__ import annotations

from gateway.core.phrase import Phrase

_LETTERS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATORS = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_CHECKSUM = 6


def decode(text: str) -> tuple[str, bytes]:
    """What stands before the last `1`, and the bytes behind it.

    Raises:
        ValueError: it is not such a text, or its checksum does not fit.
    """
    lower = text.lower()
    prefix, one, letters = lower.rpartition("1")
    if text not in (lower, text.upper()) or not prefix or not one or len(letters) < _CHECKSUM:
        raise ValueError(Phrase("is no text in bech32"))
    if any(letter not in _LETTERS for letter in letters) or not all(33 <= ord(c) <= 126 for c in prefix):
        raise ValueError(Phrase("has letters that do not occur there"))
    values = [_LETTERS.index(letter) for letter in letters]
    expanded = [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix]
    if _checksum([*expanded, *values]) != 1:
        raise ValueError(Phrase("is misspelt: its checksum does not fit"))
    return prefix, _eights(values[:-_CHECKSUM])


def _checksum(values: list[int]) -> int:
    found = 1
    for value in values:
        top = found >> 25
        found = (found & 0x1FFFFFF) << 5 ^ value
        for bit, generator in enumerate(_GENERATORS):
            found ^= generator if top >> bit & 1 else 0
    return found


def _eights(fives: list[int]) -> bytes:
    """Groups of five bits as bytes; what is left over has to be less than five bits, all zero."""
    number, bits, made = 0, 0, bytearray()
    for five in fives:
        number, bits = number << 5 | five, bits + 5
        if bits >= 8:
            bits -= 8
            made.append(number >> bits & 0xFF)
            number &= (1 << bits) - 1
    if bits >= 5 or number:
        raise ValueError(Phrase("has bits left over"))
    return bytes(made)
