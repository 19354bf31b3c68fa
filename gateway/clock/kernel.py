"""What the system's synchroniser (chrony, ntpd, timesyncd) told the kernel about its clock: adjtimex(2), read only."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

_UNSYNCHRONISED = 0x0040  # STA_UNSYNC
_NANOSECONDS = 0x2000  # STA_NANO
_ERROR_STATE = 5  # TIME_ERROR: the clock is not synchronised


class Timex(ctypes.Structure):
    """`struct timex` of the C library."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("constant", ctypes.c_long),
        ("precision", ctypes.c_long),
        ("tolerance", ctypes.c_long),
        ("seconds", ctypes.c_long),
        ("fraction", ctypes.c_long),
        ("rest", ctypes.c_byte * 128),
    )


@dataclass(frozen=True, slots=True)
class KernelClock:
    """`at_ms`: UTC that the kernel's clock showed. `max_error_ms`: the most by which it may be wrong, by itself."""

    is_synchronised: bool
    at_ms: float
    max_error_ms: float


Call = Callable[[Any], int]
"""As the C library's `adjtimex`: fills the structure, returns the clock's state, or -1 with `ctypes.get_errno`."""


def adjtimex() -> Call:
    """The C library's."""
    function = ctypes.CDLL(None, use_errno=True).adjtimex
    return lambda timex: int(function(ctypes.byref(timex)))


def read_kernel(call: Call) -> KernelClock:
    """
    Raises:
        OSError: not there, or not allowed.
    """
    timex = Timex()
    state = call(timex)
    if state == -1:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    parts = 1_000_000 if timex.status & _NANOSECONDS else 1_000
    return KernelClock(
        state != _ERROR_STATE and not timex.status & _UNSYNCHRONISED,
        timex.seconds * 1000 + timex.fraction / parts,
        timex.maxerror / 1000,
    )
