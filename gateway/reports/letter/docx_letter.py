"""The letter as a document (docx): what offices sign and stamp. Filling one, whoever drew it."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import BadZipFile

from gateway.core.errors import GatewayError
from gateway.core.phrase import Phrase
from gateway.reports.letter.fields import Fields, filled, has_placeholder, is_of_outage

if TYPE_CHECKING:
    from docx.document import Document
    from docx.oxml.text.paragraph import CT_P
    from docx.table import Table, _Row
    from docx.text.paragraph import Paragraph


def opened(file: Path) -> Document:
    """A user's template.

    Raises:
        GatewayError: it cannot be read, or is no docx; or python-docx is not installed.
    """
    require()
    from docx import Document
    from docx.opc.exceptions import PackageNotFoundError

    try:
        return Document(str(file))
    except (OSError, PackageNotFoundError, BadZipFile, KeyError, ValueError) as error:
        raise GatewayError(
            Phrase("{file} is not a docx document that can be read: {error}", file=file, error=error)
        ) from error


def require() -> None:
    """
    Raises:
        GatewayError: python-docx is not installed.
    """
    try:
        import docx  # noqa: F401
    except ModuleNotFoundError:
        raise GatewayError(
            Phrase("docx needs python-docx: pip install 'station-gateway[reports]', or use --format html")
        ) from None


def text_of(document: Document) -> str:
    """All that stands in its body."""
    return "\n".join("".join(paragraph.itertext()) for paragraph in document.element.body.xpath(".//w:p"))


def bytes_of(document: Document) -> bytes:
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


def fill(document: Document, fields: Fields) -> None:
    """Put the fields in, in text, tables, headers and footers; a row of a table that has those of an interruption is
    there once for each, a paragraph with a sentence once for each sentence.

    Raises:
        GatewayError: a placeholder that is not known.
    """
    for part in _parts(document):
        for paragraph in part.paragraphs:
            _fill_each(paragraph, fields, fields.all)
        for table in part.tables:
            _fill_table(table, fields)


def _parts(document: Document) -> Iterator[Document]:
    """Whatever has paragraphs and tables of its own."""
    yield document
    for section in document.sections:
        for part in (section.header, section.footer, section.first_page_header, section.first_page_footer):
            if not part.is_linked_to_previous:
                yield part  # type: ignore[misc]  # headers and footers have all that is used here


def _fill_table(table: Table, fields: Fields) -> None:
    for row in list(table.rows):
        if not is_of_outage("".join(cell.text for cell in row.cells)):
            _fill_row(row, fields.all, fields)
            continue
        pattern = deepcopy(row._tr)
        for number, outage in enumerate(fields.outages):
            one = row if number == 0 else _row_after(table, pattern, before=row, distance=number)
            _fill_row(one, {**fields.all, **outage}, fields)
        if not fields.outages:
            table._tbl.remove(row._tr)


def _row_after(table: Table, pattern: object, before: _Row, distance: int) -> _Row:
    """A copy of the pattern, so many rows behind the one before."""
    from docx.table import _Row

    rows = list(table._tbl.tr_lst)
    copy = deepcopy(pattern)
    rows[rows.index(before._tr) + distance - 1].addnext(copy)
    return _Row(copy, table)  # type: ignore[arg-type]  # an lxml element, which has no types


def _fill_row(row: _Row, values: Mapping[str, str], fields: Fields) -> None:
    seen: set[int] = set()
    for cell in row.cells:
        if id(cell._tc) in seen:  # a merged cell is there once for each column
            continue
        seen.add(id(cell._tc))
        for paragraph in cell.paragraphs:
            _fill_each(paragraph, fields, values)
        for inner in cell.tables:
            _fill_table(inner, fields)


def _fill_each(paragraph: Paragraph, fields: Fields, values: Mapping[str, str]) -> None:
    """Once, or, where it has a sentence, once for each; where there is none, it goes."""
    from docx.text.paragraph import Paragraph

    each = fields.each(paragraph.text)
    if each is None:
        _fill_paragraph(paragraph, values)
        return
    element = paragraph._p
    for one in each:
        copy = deepcopy(element)
        element.addprevious(copy)
        _fill_paragraph(Paragraph(copy, paragraph._parent), {**values, **one})
    if each or _may_go(element):
        element.getparent().remove(element)
    else:
        for run in paragraph.runs:
            run.text = ""


def _may_go(element: CT_P) -> bool:
    """A cell, a header, a page must end with a paragraph."""
    before, following = element.getprevious(), element.getnext()
    return (following is not None and not following.tag.endswith("}sectPr")) or (
        before is not None and before.tag == element.tag
    )


def _fill_paragraph(paragraph: Paragraph, values: Mapping[str, str]) -> None:
    """Word cuts text into runs as it likes. A placeholder in one run keeps its style; one that is spread over several
    gives the paragraph the style of its first run."""
    if not has_placeholder(paragraph.text):
        return
    whole = filled(paragraph.text, values)
    for run in paragraph.runs:
        if has_placeholder(run.text):
            run.text = filled(run.text, values)
    if paragraph.text != whole and paragraph.runs:
        for run in paragraph.runs[1:]:
            run.text = ""
        paragraph.runs[0].text = whole
