"""The chart of a parameter as SVG: readable in any width, bright and dark, and without colours.

Texts stand in their own size however wide the picture is: only the curves are stretched. What is no value is told by
where it stands: a hatched stretch where a step has none, and below the curves a row each for 01, 02 and no data.
"""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup

from gateway.core.markup import escape
from gateway.files.formats.tt10 import number
from gateway.reports.pictures.axis import Axis, axis
from gateway.reports.pictures.chart import Bound, shown_bounds
from gateway.reports.series import Series
from gateway.web.charts.curves import Box, absence, curves, spans_of
from gateway.web.charts.summary import summary
from gateway.web.charts.ticks import TimeTick, time_ticks
from gateway.web.page_words import PageWords

PLOT_TOP, PLOT_HEIGHT = 16, 200
ROW_HEIGHT, ROW_GAP = 12, 3
NAMES_HEIGHT = 26
_WIDE, _HIGH = 2000, 1000
_LEAST_SHARE = 0.35
"""Of a row's height: a single slot of a day is seen, too."""
_LABEL = 13


def draw_picture(series: Series, words: PageWords, name: str) -> Markup:
    """`name` tells the pictures of one page apart; it is part of identifiers."""
    drawn = series.drawn
    extremes = [step.extremes for step in drawn.steps if step.extremes is not None]
    bounds = shown_bounds(series.limits, max((high for *_, high in extremes), default=0.0)) if extremes else []
    values = [value for low, _, high in extremes for value in (low, high)] + [value for value, _ in bounds]
    scale = axis(min(values), max(values)) if values else axis(0.0, 1.0)
    box = Box(_WIDE, _HIGH, drawn.from_ms, drawn.until_ms, scale)
    rows = list(_rows(series, box))
    height = PLOT_TOP + PLOT_HEIGHT + (ROW_HEIGHT + ROW_GAP) * len(rows) + NAMES_HEIGHT
    ticks = time_ticks(drawn.from_ms, drawn.until_ms, words.zone, words.wording)
    title = f"{series.parameter.symbol} {words.unit(series.parameter.unit)}".strip()
    return Markup(  # noqa: S704  # of numbers, and of texts that are escaped
        "".join(
            (
                f'<svg class="chart" width="100%" height="{height}" role="img" aria-labelledby="{name}-t {name}-d">',
                f'<title id="{name}-t">{escape(title)}</title>',
                f'<desc id="{name}-d">{escape(summary(series, words))}</desc>',
                *_hatches(name),
                *_time_lines(ticks, box, height),
                *(_absent(kind, x, wide, name) for kind, x, wide in _absences(series, box)),
                *_value_lines(scale, words),
                *_limits(bounds, box, words),
                f'<svg class="plot" y="{PLOT_TOP}" width="100%" height="{PLOT_HEIGHT}"'
                f' viewBox="0 0 {_WIDE} {_HIGH}" preserveAspectRatio="none">',
                *curves(drawn, box),
                "</svg>",
                *(_value_names(scale, words) if extremes else ()),
                *_limit_names(bounds, box, words),
                *(_row(number, *row) for number, row in enumerate(rows)),
                *_time_names(ticks, box, height),
                "</svg>",
            )
        )
    )


def _hatches(name: str) -> Iterator[str]:
    """Two directions of lines, and dots: told apart without colours."""
    lines = {
        "fault": '<path class="hatch fault" d="M0 0L8 8M-2 6L2 10M6 -2L10 2"/>',
        "calibrating": '<path class="hatch calibrating" d="M8 0L0 8M-2 2L2 -2M6 10L10 6"/>',
        "missing": '<circle class="hatch missing" cx="4" cy="4" r="0.9"/>',
    }
    yield "<defs>"
    for kind, drawn in lines.items():
        yield f'<pattern id="{name}-{kind}" width="8" height="8" patternUnits="userSpaceOnUse">{drawn}</pattern>'
    yield "</defs>"


def _absences(series: Series, box: Box) -> Iterator[tuple[str, float, float]]:
    for kind, from_ms, until_ms in spans_of(series.drawn, [absence(step) for step in series.drawn.steps]):
        yield kind, box.percent(from_ms), round(box.percent(until_ms) - box.percent(from_ms), 3)


def _absent(kind: str, x: float, wide: float, name: str) -> str:
    return (
        f'<rect class="absent" x="{x:g}%" y="{PLOT_TOP}" width="{wide:g}%" height="{PLOT_HEIGHT}"'
        f' fill="url(#{name}-{kind})"/>'
    )


def _height_of(value: float, scale: Axis) -> float:
    return round(PLOT_TOP + (1 - scale.part(value)) * PLOT_HEIGHT, 1)


def _value_lines(scale: Axis, words: PageWords) -> Iterator[str]:
    for tick in scale.ticks:
        y = _height_of(tick, scale)
        yield f'<line class="grid" x1="0" y1="{y:g}" x2="100%" y2="{y:g}"/>'


def _value_names(scale: Axis, words: PageWords) -> Iterator[str]:
    """On their lines, within the picture: so it needs no margin, and a phone has its whole width."""
    for tick in scale.ticks:
        y = _height_of(tick, scale)
        yield f'<text class="tick" x="2" y="{y - 3:g}">{words.wording.number(number(tick, scale.decimals))}</text>'


def _time_lines(ticks: tuple[TimeTick, ...], box: Box, height: int) -> Iterator[str]:
    for tick in ticks:
        x = box.percent(tick.at_ms)
        yield f'<line class="grid" x1="{x:g}%" y1="{PLOT_TOP}" x2="{x:g}%" y2="{height - NAMES_HEIGHT + 4}"/>'


def _time_names(ticks: tuple[TimeTick, ...], box: Box, height: int) -> Iterator[str]:
    """Every other one may be left out where the picture is narrow."""
    for position, tick in enumerate(ticks):
        x = box.percent(tick.at_ms)
        kind = "tick minor" if position % 2 else "tick"
        anchor = ' text-anchor="end"' if x > 90 else ' text-anchor="middle"' if x > 4 else ""
        yield f'<text class="{kind}" x="{x:g}%" y="{height - 8}"{anchor}>{escape(tick.text)}</text>'


def _limits(bounds: list[Bound], box: Box, words: PageWords) -> Iterator[str]:
    """What lies beyond a limit is shaded while it is in force; where another is from a day on, it steps."""
    for value, span in bounds:
        left, right, y = box.percent(span.from_ms), box.percent(span.until_ms), _height_of(value, box.scale)
        if span.limit.averaging_ms is None:
            top, bottom = (PLOT_TOP, y) if value == span.limit.highest else (y, PLOT_TOP + PLOT_HEIGHT)
            yield (
                f'<rect class="beyond" x="{left:g}%" y="{top:g}" width="{round(right - left, 3):g}%"'
                f' height="{round(bottom - top, 1):g}"/>'
            )
        yield f'<line class="limit" x1="{left:g}%" y1="{y:g}" x2="{right:g}%" y2="{y:g}"/>'


def _limit_names(bounds: list[Bound], box: Box, words: PageWords) -> Iterator[str]:
    """At the end of each, above it, or below where there is no room; where there is none the caption tells it."""
    taken: list[tuple[float, float]] = []
    for value, span in bounds:
        right, y = box.percent(span.until_ms), _height_of(value, box.scale)
        text = words.wording.bound(value)
        if span.limit.averaging_ms is not None:
            text += f" ({words.wording.hours(span.limit.averaging_ms)})"
        for foot in (y - 4, y + _LABEL):
            is_free = all(abs(foot - other) >= _LABEL for at, other in taken if abs(at - right) < 15)
            if is_free and foot >= _LABEL - 2:
                taken.append((right, foot))
                yield (
                    f'<text class="tick bound" x="{right:g}%" y="{foot:g}" dx="-4" text-anchor="end">'
                    f"{escape(text)}</text>"
                )
                break


def _rows(series: Series, box: Box) -> Iterator[tuple[str, str, list[tuple[float, float, float]]]]:
    """What there is of 01, 02 and no data: the row's kind, what it says, and for each span where it stands and how
    much of its slots it is."""
    steps = series.drawn.steps
    for kind, code, counts in (
        ("calibrating", "01", [step.calibrating for step in steps]),
        ("fault", "02", [step.fault for step in steps]),
        ("missing", "–", [step.missing for step in steps]),
    ):
        if any(counts):
            shares = [_shown_share(count / step.slots) for count, step in zip(counts, steps, strict=True)]
            spans = (
                (box.percent(begin_ms), box.percent(end_ms) - box.percent(begin_ms), float(share))
                for share, begin_ms, end_ms in spans_of(series.drawn, shares)
            )
            yield kind, code, list(spans)


def _shown_share(share: float) -> str | None:
    """In tenths, so that a long stretch is few shapes."""
    return None if share == 0 else f"{max(_LEAST_SHARE, round(share, 1)):g}"


def _row(number_of: int, kind: str, code: str, spans: list[tuple[float, float, float]]) -> str:
    top = PLOT_TOP + PLOT_HEIGHT + ROW_GAP + number_of * (ROW_HEIGHT + ROW_GAP)
    marks = "".join(
        f'<rect x="{x:g}%" y="{round(top + ROW_HEIGHT * (1 - share), 1):g}" width="{round(wide, 3):g}%"'
        f' height="{round(ROW_HEIGHT * share, 1):g}"/>'
        for x, wide, share in spans
    )
    return f'<g class="row {kind}">{marks}<text class="tick" x="2" y="{top + ROW_HEIGHT - 1.5:g}">{code}</text></g>'
