"""Format: text, for terminals, mails and logs. Pictures are left out."""

from __future__ import annotations

import re
import textwrap
import unicodedata
from collections.abc import Iterator
from itertools import zip_longest

from gateway.reports.document import Report, ReportSection, ReportTable
from gateway.reports.formats.cells import CellWords, stands_right, without_empty_columns
from gateway.texts import Wording

LINE = 80
"""Letters that a terminal's line has."""
_BENEATH = {"last_error", "sha256", "was_found"}
"""Columns that would leave the others no room: each cell has a line of its own, below its row."""
_UNBROKEN = re.compile(r"(?<=\d) (?=[^\W\d]|%)")
"""A number stays with its unit."""


def plain_text(report: Report, wording: Wording) -> bytes:
    words = CellWords.of(report, wording)
    return "".join(f"{line}\n" for line in _lines(report, words)).encode("utf-8")


def _lines(report: Report, words: CellWords) -> Iterator[str]:
    title = words.wording.texts(f"report.{report.kind}")
    yield title
    yield "=" * len(title)
    yield from words.lines_of(report.heading)
    yield ""
    yield from _act(report.signing.opening if report.signing else (), report, words)
    width = max((len(words.wording.texts(f"fact.{key}")) for key, _ in report.facts), default=0)
    for key, cell in report.facts:
        name, told = words.wording.texts(f"fact.{key}"), words.cell(cell)
        if width + 2 + len(told) <= LINE or " " in told:
            yield f"{name:<{width}}  {told}"
        else:  # a hash
            yield name
            yield f"    {told}"
    for section in report.sections:
        if section.table is not None:
            yield ""
            yield from _section(section, without_empty_columns(section.table), words)
    yield from _act((*report.signing.closing, *report.signing.signatories) if report.signing else (), report, words)


def _act(keys: tuple[str, ...], report: Report, words: CellWords) -> Iterator[str]:
    """What opens or closes an act, each on lines of its own."""
    fields = report.signing.fields if report.signing else {}
    for key in keys:
        yield ""
        yield from textwrap.wrap(words.wording.texts(f"act.{key}", **fields), LINE)
    if keys:
        yield ""


def _section(section: ReportSection, table: ReportTable, words: CellWords) -> Iterator[str]:
    title = words.wording.texts(f"section.{section.key}")
    yield title
    yield "-" * len(title)
    if not table.rows:
        yield words.nothing_in(section)
        return
    beside = [column for column, head in enumerate(table.columns) if head.key not in _BENEATH]
    told = [[unicodedata.normalize("NFC", text) for text in row] for row in words.rows(table)]
    shown = [[words.head(table.columns[column]) for column in beside]]
    shown += [[_UNBROKEN.sub("\u00a0", row[column]) for column in beside] for row in told]
    widths = _widths(shown)
    is_right = [stands_right(table, column) for column in beside]
    for number, row in enumerate(shown):
        folded = [textwrap.wrap(text, width) for text, width in zip(row, widths, strict=True)]
        for lines in zip_longest(*folded, fillvalue=""):
            cells = zip(lines, widths, is_right, strict=True)
            line = " ".join(f"{text:>{width}}" if right else f"{text:<{width}}" for text, width, right in cells)
            yield line.rstrip().replace("\u00a0", " ")
        for column, head in enumerate(table.columns):
            if number and column not in beside and table.rows[number - 1][column] is not None:
                yield f"    {words.head(head)}: {told[number - 1][column]}"


def _widths(shown: list[list[str]]) -> list[int]:
    """Of the columns: as wide as what stands in them if the line has room for it. Otherwise they are folded between
    words, the one first whose cells stay lowest, until it fits or every column is as narrow as its longest word."""
    columns = [{tuple(map(len, text.split(" "))) for text in column} for column in zip(*shown, strict=True)]
    widths = [max(sum(words) + len(words) - 1 for words in column) for column in columns]
    least = [max(max(words, default=1) for words in column) for column in columns]
    while sum(widths) + len(widths) - 1 > LINE:
        foldable = [at for at, width in enumerate(widths) if width > least[at]]
        if not foldable:
            break
        at = min(foldable, key=lambda at: (max(_folds(one, widths[at] - 1) for one in columns[at]), -widths[at]))
        widths[at] -= 1
    return widths


def _folds(words: tuple[int, ...], width: int) -> int:
    """How many lines words of these lengths take."""
    lines, left = 1, width + 1
    for word in words:
        if word + 1 > left:
            lines, left = lines + 1, width + 1
        left -= word + 1
    return lines
