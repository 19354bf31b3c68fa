"""A parameter through time: a band from least to greatest, the mean as a line, limits as broken lines. Where nothing
valid was measured there is a hole: nothing is joined over it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from gateway.core.dated_limit import LimitSpan
from gateway.core.instants import DAY_MS, day_begins_ms, local_time
from gateway.core.markup import escape
from gateway.files.formats.tt10 import number
from gateway.reports.document import Chart
from gateway.reports.formats.cells import CellWords
from gateway.reports.pictures.axis import Axis, axis

WIDTH, HEIGHT = 720, 150
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 8, 8, 20
_INNER_WIDTH, _INNER_HEIGHT = WIDTH - _LEFT - _RIGHT, HEIGHT - _TOP - _BOTTOM
_MOST_DAY_TICKS = 16

_NEAR = 1.25
_LABEL = 10
"""Height of a limit's label."""

Step = tuple[float, float, float]
Bound = tuple[float, LimitSpan]
"""One of a limit's two, and the limit with the time in which it was in force."""


def draw_chart(chart: Chart, words: CellWords) -> str:
    """The picture, or nothing if nothing was measured."""
    shown = [step for step in chart.steps if step is not None]
    if not shown:
        return ""
    least, greatest = min(low for low, _, _ in shown), max(high for *_, high in shown)
    bounds = shown_bounds(chart.limits, greatest)
    values = [value for value, _ in bounds]
    scale = axis(min([least, *values]), max([greatest, *values]))
    return "".join(
        (
            f'<svg class="series" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(words.title(chart))}">',
            *_value_ticks(scale, words),
            *_day_ticks(chart, words),
            *_curves(chart, scale),
            *_limits(bounds, chart, scale, words),
            "</svg>",
        )
    )


def shown_bounds(limits: Sequence[LimitSpan], greatest: float) -> list[Bound]:
    """A limit for every slot always; one for means where the values come near it, for it is of another kind than they
    are, and must not press them flat."""
    bounds = [
        (bound, span) for span in limits for bound in (span.limit.lowest, span.limit.highest) if bound is not None
    ]
    top = max([greatest, *(value for value, span in bounds if span.limit.averaging_ms is None)])
    near = [one for one in bounds if one[1].limit.averaging_ms is None or one[0] <= top * _NEAR]
    return sorted(near, key=lambda one: one[0])


def _limits(bounds: list[Bound], chart: Chart, scale: Axis, words: CellWords) -> Iterator[str]:
    """Each from when to when it was in force, with its value at the end: above the line, or below it where another
    label or the edge is in the way."""
    placed: dict[float, float] = {}
    for value, span in bounds:
        y, x, right = _y(value, scale), _x_at(span.from_ms, chart), _x_at(span.until_ms, chart)
        yield f'<path class="limit" d="M{x:g} {y}h{right - x:g}"/>'
        text = words.wording.bound(value)
        if span.limit.averaging_ms is not None:
            text += f" ({words.wording.hours(span.limit.averaging_ms)})"
        above_y = placed.get(right, float(HEIGHT))
        is_below = y < _TOP + _LABEL or above_y - y < _LABEL
        if is_below and above_y - y < 2 * _LABEL:
            continue  # no room on either side: the caption tells it
        placed[right] = y
        foot_y = y + (8 if is_below else -2.5)
        yield f'<text class="end bound" x="{right - 3:g}" y="{foot_y:g}">{escape(text)}</text>'


def _curves(chart: Chart, scale: Axis) -> Iterator[str]:
    """A band and a line for each stretch without a hole; a lone step becomes a dot's width."""
    for is_there, stretch in groupby(enumerate(chart.steps), lambda pair: pair[1] is not None):
        if not is_there:
            continue
        points = [(_x(position, chart), step) for position, step in stretch if step is not None]
        if len(points) == 1:
            points.append((points[0][0] + 1, points[0][1]))
        upper = "L".join(f"{x:g} {_y(high, scale)}" for x, (_, _, high) in points)
        lower = "L".join(f"{x:g} {_y(low, scale)}" for x, (low, _, _) in reversed(points))
        mean = "L".join(f"{x:g} {_y(middle, scale)}" for x, (_, middle, _) in points)
        yield f'<path class="band" d="M{upper}L{lower}z"/><path class="mean" d="M{mean}"/>'


def _value_ticks(scale: Axis, words: CellWords) -> Iterator[str]:
    for tick in scale.ticks:
        y = _y(tick, scale)
        label = words.wording.number(number(tick, scale.decimals))
        yield f'<path class="grid" d="M{_LEFT} {y}h{_INNER_WIDTH}"/>'
        yield f'<text class="end" x="{_LEFT - 4}" y="{y + 3:g}">{label}</text>'


def _day_ticks(chart: Chart, words: CellWords) -> Iterator[str]:
    """A line at midnights: of every day, or of every second, third …, so that the dates have room."""
    zone = ZoneInfo(words.zone)
    until_ms = chart.from_ms + len(chart.steps) * chart.step_ms
    day = local_time(chart.from_ms + chart.step_ms, words.zone).date()
    stride = 1 + (until_ms - chart.from_ms) // DAY_MS // _MOST_DAY_TICKS
    while (at_ms := day_begins_ms(day, zone)) <= until_ms:
        if at_ms >= chart.from_ms:
            x = f"{_x_at(at_ms, chart):.1f}"
            yield f'<path class="grid" d="M{x} {_TOP}v{_INNER_HEIGHT}"/>'
            if float(x) < WIDTH - 20:
                yield f'<text x="{x}" y="{HEIGHT - 6}">{words.wording.day_and_month(day)}</text>'
        day += timedelta(days=stride)


def _x(position: int, chart: Chart) -> float:
    return round(_LEFT + (position + 0.5) / len(chart.steps) * _INNER_WIDTH, 1)


def _x_at(at_ms: int, chart: Chart) -> float:
    """Of an instant; one before or after the chart's time stands at its edge."""
    part = (at_ms - chart.from_ms) / (len(chart.steps) * chart.step_ms)
    return round(_LEFT + min(1.0, max(0.0, part)) * _INNER_WIDTH, 1)


def _y(value: float, scale: Axis) -> float:
    return round(_TOP + (1 - scale.part(value)) * _INNER_HEIGHT, 1)
