"""What a series looks like in a box: curves through stretches without a hole, and where values stand in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from gateway.reports.pictures.axis import Axis
from gateway.reports.series import SeriesSteps
from gateway.reports.thinning import SeriesStep

Extremes = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Box:
    """So many units wide and high, for this time and these values."""

    width: int
    height: int
    from_ms: int
    until_ms: int
    scale: Axis

    def x(self, at_ms: float) -> float:
        return round(self.part(at_ms) * self.width, 1)

    def y(self, value: float) -> float:
        """Beyond the scale: at its edge."""
        return round((1 - min(1.0, max(0.0, self.scale.part(value)))) * self.height, 1)

    def part(self, at_ms: float) -> float:
        """Of the time: 0 at its beginning, 1 at its end; what lies outside stands at the edge."""
        return min(1.0, max(0.0, (at_ms - self.from_ms) / (self.until_ms - self.from_ms)))

    def percent(self, at_ms: float) -> float:
        return round(100 * self.part(at_ms), 3)


def curves(series: SeriesSteps, box: Box) -> Iterator[str]:
    """The band from least to greatest, and the mean, for each stretch without a hole. A lone step is a dot: a line
    without length that has round ends."""
    for stretch in _stretches(series):
        points = [(box.x(at_ms), *map(box.y, extremes)) for at_ms, extremes in stretch]
        if any(low != high for _, low, _, high in points):
            upper = "L".join(f"{x:g} {high:g}" for x, _, _, high in points)
            lower = "L".join(f"{x:g} {low:g}" for x, low, _, _ in reversed(points))
            lone = "h1" if len(points) == 1 else ""
            yield f'<path class="band" d="M{upper}{lone}L{lower}z"/>'
        mean = "L".join(f"{x:g} {middle:g}" for x, _, middle, _ in points)
        yield f'<path class="mean" d="M{mean}{"h0" if len(points) == 1 else ""}"/>'


def _stretches(series: SeriesSteps) -> Iterator[list[tuple[float, Extremes]]]:
    """Steps with values one after the other: the middle of each, and what it has."""
    placed = ((series.middle_ms(number), step.extremes) for number, step in enumerate(series.steps))
    for is_there, stretch in groupby(placed, lambda one: one[1] is not None):
        if is_there:
            yield [(at_ms, extremes) for at_ms, extremes in stretch if extremes is not None]


def spans_of(series: SeriesSteps, word: Sequence[str | None]) -> Iterator[tuple[str, int, int]]:
    """Steps one after the other that have the same word: it, from when, until when. `None`: nothing is to be told."""
    for found, run in groupby(enumerate(word), lambda one: one[1]):
        if found is not None:
            numbers = [number for number, _ in run]
            yield found, series.begin_ms(numbers[0]), min(series.begin_ms(numbers[-1] + 1), series.until_ms)


def absence(step: SeriesStep) -> str | None:
    """Why a step has no value, by most of its slots; `None`: it has one."""
    if step.valid:
        return None
    counts = {"missing": step.missing, "fault": step.fault, "calibrating": step.calibrating}
    return max(counts, key=lambda name: counts[name])
