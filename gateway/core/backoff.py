"""How long to leave something alone that has just failed."""

from __future__ import annotations

INSTRUMENT_LADDER_S = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
"""Pauses of a link or instrument that does not answer: one time-out is spent per step, the last one repeats."""

CAMERA_REFUSED_S = 300.0
"""A camera locks an account after some wrong passwords in a row; it forgets them sooner than this."""

DELIVERY_FIRST_S = 2.0
DELIVERY_LONGEST_S = 300.0
REJECTED_S = 900.0
"""A server that rejects us is asked four times an hour: more would lock the account."""


def instrument_pause_s(failures: int) -> float:
    """Pause after the n-th failure in a row (n ≥ 1)."""
    return INSTRUMENT_LADDER_S[min(failures, len(INSTRUMENT_LADDER_S)) - 1]


def camera_pause_s(failures: int) -> float:
    """Pause after the n-th failure of a camera in a row (n ≥ 1): as an instrument's."""
    return instrument_pause_s(failures)


def delivery_pause_s(failures: int, chance: float) -> float:
    """Pause after the n-th failure in a row (n ≥ 1): doubling from 2 s to 5 min, spread by jitter.

    `chance` in [0, 1) draws from the upper half of the pause, so that a province's stations do not return all at once
    when its server does. Never more than 5 minutes.
    """
    ceiling_s = min(DELIVERY_LONGEST_S, DELIVERY_FIRST_S * 2.0 ** min(failures - 1, 16))
    return ceiling_s * (0.5 + chance / 2)
