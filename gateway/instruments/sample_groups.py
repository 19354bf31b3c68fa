"""The readings of one poll → those that were answered together, so that each bears its own instant. Pure.

The groups are the same from poll to poll, whatever was answered in this one: readings are kept by what stands together.
"""

from __future__ import annotations

from gateway.core.reading import Readings

Groups = tuple[tuple[int, ...], ...]


def groups_of(readings: Readings, before: Groups | None) -> Groups | None:
    """Positions of the readings that share an instant. `before`: those of the last poll, which stay as long as none of
    them was taken apart, or several came together with all their values. `None`: all are of one instant."""
    instants_s = readings.answered_s
    if instants_s is None:
        return None if before is None or None not in readings.values else before
    together: dict[float, list[int]] = {}
    for position, instant_s in enumerate(instants_s):
        together.setdefault(instant_s, []).append(position)
    if before is not None and (len(together) == len(before) or None in readings.values):
        is_whole = all(len({instants_s[position] for position in group}) == 1 for group in before)
        if is_whole:
            return before
    return tuple(map(tuple, together.values()))


def part_of(readings: Readings, group: tuple[int, ...]) -> Readings:
    """Those at these positions, with one instant for all."""
    reasons = None if readings.reasons is None else tuple(readings.reasons[position] for position in group)
    return Readings(
        tuple(readings.values[position] for position in group),
        tuple(readings.statuses[position] for position in group),
        reasons if reasons is not None and any(reasons) else None,
    )
