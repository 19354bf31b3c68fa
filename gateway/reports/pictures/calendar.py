"""A calendar of what was there when: a row for each day, midnight to midnight, a colour for each kind of field."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from gateway.core.markup import escape
from gateway.reports.document import Calendar
from gateway.reports.formats.cells import CellWords

WIDTH = 720
_LEFT, _ROW, _TOP = 44, 8, 14
_INNER_WIDTH = WIDTH - _LEFT - 8
_HOURS = 24
_LEGEND = 14
"""Height of a line of the legend."""


def draw_calendar(calendar: Calendar, words: CellWords) -> str:
    """The picture with its legend."""
    name = escape(words.title(calendar))
    bottom = _TOP + _ROW * len(calendar.rows)
    legend = list(_legend(calendar, words, bottom + _LEGEND))
    height = bottom + 6 + _LEGEND * max(line for line, _ in legend)
    return "".join(
        (
            f'<svg class="days" viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{name}">',
            *_hour_ticks(len(calendar.rows)),
            *(_of_kind(kind, calendar) for kind in range(len(calendar.kinds))),
            *_day_names(calendar, words),
            *(entry for _, entry in legend),
            "</svg>",
        )
    )


def _of_kind(kind: int, calendar: Calendar) -> str:
    """All fields of one kind as one shape; neighbours are one rectangle, so that a good month is small."""
    rectangles = []
    for row, (_, fields) in enumerate(calendar.rows):
        width, position = _INNER_WIDTH / len(fields), 0
        for found, alike in groupby(fields):
            count = sum(1 for _ in alike)
            if found == kind:
                x = round(_LEFT + position * width, 1)
                right = round(_LEFT + (position + count) * width, 1)
                rectangles.append(f"M{x:g} {_TOP + row * _ROW}H{right:g}v{_ROW - 1}H{x:g}z")
            position += count
    return f'<path {_look(kind, calendar)} d="{"".join(rectangles)}"/>' if rectangles else ""


def _look(kind: int, calendar: Calendar) -> str:
    colour = calendar.colours[kind] if calendar.colours else ""
    return f'class="fixed" fill="{colour}"' if colour else f'class="kind{kind}"'


def _hour_ticks(rows: int) -> Iterator[str]:
    for hour in range(0, _HOURS + 1, 3):
        x = round(_LEFT + hour / _HOURS * _INNER_WIDTH, 1)
        yield f'<path class="grid" d="M{x:g} {_TOP - 3}v{rows * _ROW + 5}"/>'
        yield f'<text class="middle" x="{x:g}" y="{_TOP - 5}">{hour}</text>'


def _day_names(calendar: Calendar, words: CellWords) -> Iterator[str]:
    for row, (day, _) in enumerate(calendar.rows):
        y = _TOP + row * _ROW + 6.3
        yield f'<text class="end" x="{_LEFT - 4}" y="{y:g}">{words.wording.day_and_month(day)}</text>'


def _legend(calendar: Calendar, words: CellWords, y: int) -> Iterator[tuple[int, str]]:
    """Each entry with the line on which it stands, from 1."""
    x, line = _LEFT, 1
    for kind, name in enumerate(calendar.kinds):
        text = words.wording.texts(f"kind.{name}")
        width = 36 + 5 * len(text)
        if x + width > WIDTH and x > _LEFT:
            x, y, line = _LEFT, y + _LEGEND, line + 1
        box = f'<path {_look(kind, calendar)} d="M{x} {y - 7}h12v7h-12z"/>'
        yield line, f'{box}<text x="{x + 16}" y="{y}">{escape(text)}</text>'
        x += width
