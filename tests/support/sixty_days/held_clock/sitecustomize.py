"""Loaded by every Python that finds this folder in `PYTHONPATH`: its wall clock begins at `HELD_CLOCK_NS`, and a minute
of it lasts an hour. Nothing becomes old while somebody looks, and no clock of the machine is touched."""

from __future__ import annotations

import os
import time

_SLOWNESS = 60
_AT_NS, _BEGAN_NS = int(os.environ["HELD_CLOCK_NS"]), time.monotonic_ns()


def _time_ns() -> int:
    return _AT_NS + (time.monotonic_ns() - _BEGAN_NS) // _SLOWNESS


def _time() -> float:
    return _time_ns() / 1e9


time.time_ns, time.time = _time_ns, _time
