"""Format: a page (HTML) that stands by itself: style and pictures are inside, nothing is fetched, no script runs. Made
to be printed on A4. Everything that comes from outside is escaped: a station may be called `<b>`."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator
from datetime import date
from html import escape
from importlib.resources import files
from itertools import chain

from gateway.core.printable import printable
from gateway.reports.document import (
    Calendar,
    Cell,
    Chart,
    DurationCell,
    Photo,
    Report,
    ReportSection,
    ReportTable,
    Signing,
    TermCell,
    TimeCell,
)
from gateway.reports.formats.cells import CellWords, stands_right, without_empty_columns
from gateway.reports.pictures.calendar import draw_calendar
from gateway.reports.pictures.chart import draw_chart
from gateway.texts import Wording

_UNBROKEN = re.compile(r"(?<=\d) (?=[^\W\d])")
"""A number stays with its unit."""
_NARROW = 8
"""Columns that stand on A4 in letters of the usual size."""
_SHORT = 22
"""Letters that need no room reserved for them."""


def html_page(report: Report, wording: Wording) -> bytes:
    words = CellWords.of(report, wording)
    title = escape(wording.texts(f"report.{report.kind}"))
    style = files("gateway.reports.formats").joinpath("page.css").read_text("utf-8")
    head = (
        f'<!doctype html>\n<html lang="{wording.texts.language.value}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{title} – {escape(report.heading.station_code)}</title><style>\n{style}</style></head>\n<body>\n"
    )
    pieces = chain((head,), _body(report, title, words), ("</body></html>\n",))
    return b"".join(piece.encode("utf-8") for piece in pieces)  # photos in one text would take four times the room


def _body(report: Report, title: str, words: CellWords) -> Iterator[str]:
    texts = words.wording.texts
    if report.signing is not None:
        country, motto = escape(texts("letter.country")), escape(texts("letter.motto"))
        yield f"<p class=state><b>{country}</b><br><b class=motto>{motto}</b></p>\n"
    yield f"<h1>{title}</h1>\n<p class=heading>{'<br>'.join(map(escape, words.lines_of(report.heading)))}</p>\n"
    if report.signing is not None:
        for key in report.signing.opening:
            yield f"<p>{escape(texts(f'act.{key}', **report.signing.fields))}</p>\n"
    if report.signing is None:
        yield from _facts(report, words)
    for section in report.sections:
        yield from _section(section, words)
    if report.signing is not None:
        yield f"<h2>{escape(texts('act.technical'))}</h2>\n"
        yield from _facts(report, words)
        yield from _signatures(report.signing, words.wording)


def _facts(report: Report, words: CellWords) -> Iterator[str]:
    yield "<dl>\n"
    for key, cell in report.facts:
        name = escape(words.wording.texts(f"fact.{key}"))
        yield f"<dt>{name}</dt><dd{_class(cell)}>{escape(words.cell(cell))}</dd>\n"
    yield "</dl>\n"


def _signatures(signing: Signing, wording: Wording) -> Iterator[str]:
    for key in signing.closing:
        yield f"<p class=closing>{escape(wording.texts(f'act.{key}', **signing.fields))}</p>\n"
    yield "<table class=signatures><tr>"
    for key in signing.signatories:
        signature = escape(wording.texts("letter.signature"))
        yield f"<td><b>{escape(wording.texts(f'act.{key}'))}</b><br><i>{signature}</i></td>"
    yield "</tr></table>\n"


def _section(section: ReportSection, words: CellWords) -> Iterator[str]:
    yield f"<section>\n<h2>{escape(words.wording.texts(f'section.{section.key}'))}</h2>\n"
    note = words.note(section)
    if note is not None:
        yield f"<p class=note>{escape(note)}</p>\n"
    if section.table is not None:
        yield from _table(section, without_empty_columns(section.table), words)
    photos = [picture for picture in section.pictures if isinstance(picture, Photo)]
    if photos:
        yield from _photos(photos, words)
    for picture in section.pictures:
        if isinstance(picture, Photo):
            continue
        drawn = draw_chart(picture, words) if isinstance(picture, Chart) else draw_calendar(picture, words)
        yield f"<figure><figcaption>{_caption(picture, words)}</figcaption>"
        yield drawn or f"<p>{escape(words.wording.texts('report.none'))}</p>"
        yield "</figure>\n"
    yield "</section>\n"


def _table(section: ReportSection, table: ReportTable, words: CellWords) -> Iterator[str]:
    if not table.rows:
        yield f"<p>{escape(words.nothing_in(section))}</p>\n"
        return
    shown = [[_UNBROKEN.sub("\u00a0", text) for text in row] for row in words.rows(table)]
    sides = [_side(table, column, shown) for column in range(len(table.columns))]
    yield f"<table{' class=wide' if len(table.columns) > _NARROW else ''}><thead><tr>"
    for head, side in zip(table.columns, sides, strict=True):
        yield f"<th{side}>{escape(words.head(head))}</th>"
    yield "</tr></thead><tbody>\n"
    before: Cell = None
    for row, texts in zip(table.rows, shown, strict=True):
        cells = zip(row, texts, sides, strict=True)
        written = (f"<td{_class(cell) or side}>{_swatch(cell)}{escape(text)}</td>" for cell, text, side in cells)
        begins_day = isinstance(row[0], date) and row[0] != before
        yield f"<tr{' class=day' if begins_day else ''}>{''.join(written)}</tr>\n"
        before = row[0]
    yield "</tbody></table>\n"


def _photos(photos: list[Photo], words: CellWords) -> Iterator[str]:
    yield "<div class=photos>\n"
    for photo in photos:
        caption = escape(words.caption(photo))
        source = f"data:image/jpeg;base64,{b64encode(photo.content).decode()}"
        yield f'<figure><img src="{source}" alt="{caption}"><figcaption>{caption}</figcaption></figure>\n'
    yield "</div>\n"


def _side(table: ReportTable, column: int, shown: list[list[str]]) -> str:
    """Where a column's cells stand, and how they may be broken into lines."""
    cells = [row[column] for row in table.rows if row[column] is not None]
    if all(isinstance(cell, DurationCell) for cell in cells):
        return " class=length"
    if stands_right(table, column):
        return " class=number"
    if any(isinstance(cell, TimeCell) for cell in cells):
        return " class=moment"
    return " class=words" if max(len(row[column]) for row in shown) > _SHORT else ""


def _swatch(cell: Cell) -> str:
    """The colour that a decree gives to the word."""
    if not isinstance(cell, TermCell) or cell.colour is None:
        return ""
    return f'<span class=swatch style="background:{escape(cell.colour)}"></span>'


def _class(cell: Cell) -> str:
    return " class=alarming" if isinstance(cell, TermCell) and cell.is_alarming else ""


def _caption(picture: Chart | Calendar, words: CellWords) -> str:
    if isinstance(picture, Calendar):
        return escape(words.title(picture))
    unit = f" ({printable(words.wording.unit(picture.unit))})" if picture.unit != "-" else ""
    if not picture.limits:
        return escape(f"{words.title(picture)}{unit}")
    bounds = "; ".join(words.limit(span, picture.unit) for span in picture.limits)
    limits = escape(words.wording.texts("report.limits", bounds=bounds))
    return f"{escape(f'{words.title(picture)}{unit}')} <span class=permit>– {limits}</span>"
