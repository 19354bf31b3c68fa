"""Form: text, for terminals, mails and logs. Pictures are left out."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from gateway.reports.document import Report, Section, Table
from gateway.reports.forms.cells import CellWords, stands_right
from gateway.texts import Wording


def plain(report: Report, wording: Wording) -> bytes:
    words = CellWords.of(report, wording)
    return "".join(f"{line}\n" for line in _lines(report, words)).encode("utf-8")


def _lines(report: Report, words: CellWords) -> Iterator[str]:
    title = words.wording.texts(f"report.{report.kind}")
    yield title
    yield "=" * len(title)
    yield from words.lines_of(report.heading)
    yield ""
    width = max((len(words.wording.texts(f"fact.{key}")) for key, _ in report.facts), default=0)
    for key, cell in report.facts:
        yield f"{words.wording.texts(f'fact.{key}'):<{width}}  {words.cell(cell)}"
    for section in report.sections:
        if section.table is not None:
            yield ""
            yield from _section(section, section.table, words)


def _section(section: Section, table: Table, words: CellWords) -> Iterator[str]:
    title = words.wording.texts(f"section.{section.key}")
    yield title
    yield "-" * len(title)
    if not table.rows:
        yield words.nothing_in(section)
        return
    shown = [[words.head(head) for head in table.columns], *([words.cell(cell) for cell in row] for row in table.rows)]
    shown = [[unicodedata.normalize("NFC", text) for text in row] for row in shown]
    widths = [max(len(row[column]) for row in shown) for column in range(len(table.columns))]
    is_right = [stands_right(table, column) for column in range(len(table.columns))]
    for row in shown:
        cells = zip(row, widths, is_right, strict=True)
        yield "  ".join(f"{text:>{width}}" if right else f"{text:<{width}}" for text, width, right in cells).rstrip()
