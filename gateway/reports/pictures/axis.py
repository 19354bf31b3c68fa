"""Where the ticks of an axis stand: round numbers that cover what is to be shown."""

from __future__ import annotations

import math
from dataclasses import dataclass

_STEPS = (1.0, 2.0, 5.0, 10.0)
_NOTHING = 1e-300
"""What is less cannot be divided into steps."""


@dataclass(frozen=True, slots=True)
class Axis:
    """From `low` to `high` in equal steps; `decimals` digits after the point tell the ticks apart."""

    low: float
    high: float
    ticks: tuple[float, ...]
    decimals: int

    def part(self, value: float) -> float:
        """Where the value stands: 0 at `low`, 1 at `high`."""
        return (value - self.low) / (self.high - self.low)


def axis(least: float, greatest: float, most_steps: int = 4) -> Axis:
    """An axis for these values; a single value gets room on both sides."""
    if not greatest - least > max(abs(greatest) * 1e-9, _NOTHING):
        room = abs(greatest) * 0.1 if abs(greatest) > _NOTHING else 1.0
        least, greatest = least - room, greatest + room
    raw = (greatest - least) / most_steps
    magnitude = 10.0 ** math.floor(math.log10(raw))
    step = next(magnitude * one for one in _STEPS if magnitude * one >= raw * 0.999999)
    first, last = math.floor(least / step + 1e-9), math.ceil(greatest / step - 1e-9)
    ticks = tuple(number * step for number in range(first, last + 1))
    return Axis(ticks[0], ticks[-1], ticks, max(0, -math.floor(math.log10(step) + 1e-9)))
