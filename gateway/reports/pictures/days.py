"""A calendar of what was there when: a row for each day, midnight to midnight, a colour for each kind of field."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from itertools import groupby

from gateway.reports.document import Calendar
from gateway.reports.forms.cells import CellWords

WIDTH = 720
_LEFT, _ROW, _TOP = 68, 7, 14
_INNER_WIDTH = WIDTH - _LEFT - 8
_HOURS = 24


def days(calendar: Calendar, words: CellWords) -> str:
    """The picture with its legend."""
    height = _TOP + _ROW * len(calendar.rows) + 20
    return "".join(
        (
            f'<svg class="days" viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(calendar.title)}">',
            *_hour_ticks(len(calendar.rows)),
            *(_of_kind(kind, calendar) for kind in range(len(calendar.kinds))),
            *_day_names(calendar, words),
            *_legend(calendar, words, height - 6),
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
    return f'<path class="kind{kind}" d="{"".join(rectangles)}"/>' if rectangles else ""


def _hour_ticks(rows: int) -> Iterator[str]:
    for hour in range(0, _HOURS + 1, 3):
        x = round(_LEFT + hour / _HOURS * _INNER_WIDTH, 1)
        yield f'<path class="grid" d="M{x:g} {_TOP - 3}v{rows * _ROW + 5}"/>'
        yield f'<text class="middle" x="{x:g}" y="{_TOP - 5}">{hour}</text>'


def _day_names(calendar: Calendar, words: CellWords) -> Iterator[str]:
    for row, (day, _) in enumerate(calendar.rows):
        yield f'<text class="end" x="{_LEFT - 4}" y="{_TOP + row * _ROW + 5.5:g}">{words.wording.date(day)}</text>'


def _legend(calendar: Calendar, words: CellWords, y: int) -> Iterator[str]:
    x = _LEFT
    for kind, name in enumerate(calendar.kinds):
        text = words.wording.texts(f"kind.{name}")
        yield f'<path class="kind{kind}" d="M{x} {y - 7}h12v7h-12z"/><text x="{x + 16}" y="{y}">{escape(text)}</text>'
        x += 36 + 5 * len(text)
