"""A row of characters that shows how values went. Pure."""

from __future__ import annotations

from collections.abc import Sequence

BLOCKS = "▁▂▃▄▅▆▇█"
PLAIN = "._-=+*#@"
"""Where the output has no blocks."""
NOTHING = " "
"""Where there is no value."""


def sparkline(values: Sequence[float | None], width: int, steps: str = BLOCKS) -> str:
    """At most `width` characters, each the mean of as many values as the others' or one more; the lowest step is the
    least mean, the highest the greatest. Of values that are all the same, the middle.

    Worked: [1, 2, None, None, 8, 8], width 3 → "▁ █".
    """
    count = min(width, len(values))
    means = [_mean(values[at * len(values) // count : (at + 1) * len(values) // count]) for at in range(count)]
    known = [mean for mean in means if mean is not None]
    if not known:
        return NOTHING * count
    least, greatest = min(known), max(known)
    return "".join(NOTHING if mean is None else steps[_step(mean, least, greatest, len(steps))] for mean in means)


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(value / len(known) for value in known) if known else None


def _step(mean: float, least: float, greatest: float, steps: int) -> int:
    if least == greatest:
        return steps // 2
    share = mean / 2 / (greatest / 2 - least / 2) - least / 2 / (greatest / 2 - least / 2)  # no sum goes over the top
    return min(steps - 1, int(share * steps))
