"""Form: a page (HTML) that stands by itself: style and pictures are inside, nothing is fetched, no script runs. Made to
be printed on A4. Everything that comes from outside is escaped: a station may be called `<b>`."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from importlib.resources import files

from gateway.reports.document import Calendar, Cell, Chart, Report, Section, Table, Term
from gateway.reports.forms.cells import CellWords, stands_right
from gateway.reports.pictures.days import days
from gateway.reports.pictures.series import series
from gateway.texts import Wording


def page(report: Report, wording: Wording) -> bytes:
    words = CellWords.of(report, wording)
    title = escape(wording.texts(f"report.{report.kind}"))
    style = files("gateway.reports.forms").joinpath("page.css").read_text("utf-8")
    head = (
        f'<!doctype html>\n<html lang="{wording.texts.language.value}"><head><meta charset="utf-8">'
        f"<title>{title} – {escape(report.heading.station_code)}</title><style>\n{style}</style></head>\n<body>\n"
    )
    return "".join((head, *_body(report, title, words), "</body></html>\n")).encode("utf-8")


def _body(report: Report, title: str, words: CellWords) -> Iterator[str]:
    yield f"<h1>{title}</h1>\n<p class=heading>{'<br>'.join(map(escape, words.lines_of(report.heading)))}</p>\n"
    yield "<dl>\n"
    for key, cell in report.facts:
        name = escape(words.wording.texts(f"fact.{key}"))
        yield f"<dt>{name}</dt><dd{_class(cell)}>{escape(words.cell(cell))}</dd>\n"
    yield "</dl>\n"
    for section in report.sections:
        yield from _section(section, words)


def _section(section: Section, words: CellWords) -> Iterator[str]:
    yield f"<section>\n<h2>{escape(words.wording.texts(f'section.{section.key}'))}</h2>\n"
    note = words.note(section)
    if note is not None:
        yield f"<p class=note>{escape(note)}</p>\n"
    if section.table is not None:
        yield from _table(section, section.table, words)
    for picture in section.pictures:
        drawn = series(picture, words) if isinstance(picture, Chart) else days(picture, words)
        yield f"<figure><figcaption>{_caption(picture, words)}</figcaption>"
        yield drawn or f"<p>{escape(words.wording.texts('report.none'))}</p>"
        yield "</figure>\n"
    yield "</section>\n"


def _table(section: Section, table: Table, words: CellWords) -> Iterator[str]:
    if not table.rows:
        yield f"<p>{escape(words.nothing_in(section))}</p>\n"
        return
    sides = [" class=number" if stands_right(table, column) else "" for column in range(len(table.columns))]
    yield "<table><thead><tr>"
    for head, side in zip(table.columns, sides, strict=True):
        yield f"<th{side}>{escape(words.head(head))}</th>"
    yield "</tr></thead><tbody>\n"
    for row in table.rows:
        cells = zip(row, sides, strict=True)
        shown = (f"<td{_class(cell) or side}>{escape(words.cell(cell))}</td>" for cell, side in cells)
        yield f"<tr>{''.join(shown)}</tr>\n"
    yield "</tbody></table>\n"


def _class(cell: Cell) -> str:
    return " class=alarming" if isinstance(cell, Term) and cell.is_alarming else ""


def _caption(picture: Chart | Calendar, words: CellWords) -> str:
    if isinstance(picture, Calendar):
        return escape(picture.title)
    unit = f" ({picture.unit})" if picture.unit != "-" else ""
    if not picture.bounds:
        return escape(f"{picture.title}{unit}")
    bounds = "; ".join(words.wording.number(f"{bound:g}") for bound in picture.bounds)
    return escape(f"{picture.title}{unit} – {words.wording.texts('report.limits', bounds=bounds)}")
