"""The newest day of a parameter, as small as a word: its shape alone, and in words what it shows."""

from __future__ import annotations

from markupsafe import Markup

from gateway.core.markup import escape
from gateway.reports.pictures.axis import Axis
from gateway.reports.pictures.chart import shown_bounds
from gateway.reports.series import Series
from gateway.web.charts.curves import Box, curves, spans_of
from gateway.web.charts.summary import summary
from gateway.web.page_words import PageWords

WIDTH, HEIGHT, MARKS_HEIGHT = 600, 100, 12
MOST_STEPS = 150
_NEAR = 1.25
"""A limit is drawn where the values come so near to it; elsewhere it would press them flat."""


def draw_sparkline(series: Series, words: PageWords) -> Markup:
    """Below the curve a mark where something was 02, calibrated or missing: high, of half the height, thin."""
    extremes = [step.extremes for step in series.drawn.steps if step.extremes is not None]
    scale = _scale(series, extremes)
    box = Box(WIDTH, HEIGHT, series.drawn.from_ms, series.drawn.until_ms, scale)
    limits = "".join(
        f'<path class="limit" d="M{box.x(span.from_ms):g} {box.y(value):g}H{box.x(span.until_ms):g}"/>'
        for value, span in shown_bounds(series.limits, scale.high)
        if scale.low <= value <= scale.high and span.limit.averaging_ms is None
    )
    return Markup(  # noqa: S704  # of numbers, and of texts that are escaped
        f'<svg class="spark" width="100%" height="56" viewBox="0 0 {WIDTH} {HEIGHT + MARKS_HEIGHT}"'
        f' preserveAspectRatio="none" role="img" aria-label="{escape(summary(series, words))}">'
        f"{''.join(curves(series.drawn, box))}{limits}{_marks(series, box)}</svg>"
    )


def _scale(series: Series, extremes: list[tuple[float, float, float]]) -> Axis:
    low, high = min((one[0] for one in extremes), default=0.0), max((one[2] for one in extremes), default=1.0)
    near = [
        value
        for value, span in shown_bounds(series.limits, high)
        if span.limit.averaging_ms is None and low / _NEAR <= value <= high * _NEAR
    ]
    low, high = min([low, *near]), max([high, *near])
    room = (high - low) * 0.08 or abs(high) * 0.1 or 1.0
    return Axis(low - room, high + room, (), 0)


def _marks(series: Series, box: Box) -> str:
    kinds = [
        "fault" if step.fault else "calibrating" if step.calibrating else "missing" if step.missing else None
        for step in series.drawn.steps
    ]
    heights = {"fault": MARKS_HEIGHT, "calibrating": MARKS_HEIGHT / 2, "missing": 2}
    return "".join(
        f'<path class="mark {kind}" d="M{box.x(begin):g} {HEIGHT + MARKS_HEIGHT}'
        f'V{HEIGHT + MARKS_HEIGHT - heights[kind]:g}H{box.x(end):g}V{HEIGHT + MARKS_HEIGHT}z"/>'
        for kind, begin, end in spans_of(series.drawn, kinds)
    )
