"""What a camera hears: a soft tone in A-law (G.711), 8000 bytes a second. Pure, standard library only."""

import math

RATE = 8000
_SECOND = [round(4000 * math.sin(2 * math.pi * 440 * n / RATE)) for n in range(RATE)]


def a_law(sample: int) -> int:
    """One sample of 16 bits as G.711 has it."""
    sign = 0x80 if sample >= 0 else 0
    magnitude = min(sample if sample >= 0 else -sample - 1, 32767)
    exponent = max(magnitude.bit_length() - 8, 0)
    mantissa = magnitude >> (exponent + 3 if exponent else 4) & 0x0F
    return (sign | exponent << 4 | mantissa) ^ 0x55


_TONE = bytes(map(a_law, _SECOND))


def tone(begin: int, samples: int) -> bytes:
    """So many samples from the `begin`th on."""
    begin %= RATE
    rounds = (begin + samples) // RATE + 1
    return (_TONE * rounds)[begin : begin + samples]
