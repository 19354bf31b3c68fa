"""Format: a document (docx) that offices sign and file: text, tables and photos. Charts and calendars are left out."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

from gateway.core.jpeg import with_usual_head
from gateway.reports.document import Photo, Report, ReportSection, Signing, TermCell
from gateway.reports.formats.cells import CellWords, stands_right, without_empty_columns
from gateway.reports.letter.docx_letter import bytes_of, require
from gateway.texts import Wording

if TYPE_CHECKING:
    from docx.document import Document
    from docx.table import Table, _Cell
    from docx.text.paragraph import Paragraph

_FONT, _SIZE_PT, _TABLE_PT, _TITLE_PT = "Times New Roman", 12, 9, 15
_MARGINS_MM = {"top_margin": 20, "bottom_margin": 20, "left_margin": 25, "right_margin": 15}
_TEXT_MM = 170
_MOST, _EDGES = 22, 3
"""Characters by which a column is measured: a longer word is broken, and so many are its edges wide."""
_CHARACTER_MM = 1.8
"""A letter of a table, the wide ones and bold heads reckoned in."""
_PROSE, _MOST_PROSE = "seen", 70
"""A column of sentences, which may have the room that the others leave."""
_PHOTO_MM = 80
_ALARMING = (0xB3, 0x26, 0x1E)


def office_document(report: Report, wording: Wording) -> bytes:
    """
    Raises:
        GatewayError: python-docx is not installed.
    """
    require()
    return bytes_of(_Pages(report, wording).document)


class _Pages:
    def __init__(self, report: Report, wording: Wording) -> None:
        from docx.shared import Pt

        self._pt = Pt
        self._words = CellWords.of(report, wording)
        self.document = _blank()
        if report.signing is not None:
            self._line(wording.texts("letter.country"), is_bold=True, is_centred=True)
            self._line(wording.texts("letter.motto"), is_bold=True, is_centred=True)
        self._title(wording.texts(f"report.{report.kind}"), _TITLE_PT, is_centred=report.signing is not None)
        for line in self._words.lines_of(report.heading):
            self._line(line)
        if report.signing is not None:
            for key in report.signing.opening:
                self._line(wording.texts(f"act.{key}", **report.signing.fields))
        if report.signing is None:
            self._facts(report)
        for section in report.sections:
            self._section(section)
        if report.signing is not None:
            self._title(wording.texts("act.technical"), _SIZE_PT)
            self._facts(report)
            self._signatures(report.signing)

    def _facts(self, report: Report) -> None:
        for key, cell in report.facts:
            self._line(f"{self._words.wording.texts(f'fact.{key}')}: {self._words.cell(cell)}")

    def _section(self, section: ReportSection) -> None:
        photos = [picture for picture in section.pictures if isinstance(picture, Photo)]
        if section.table is None and not photos:
            return
        self._title(self._words.wording.texts(f"section.{section.key}"), _SIZE_PT)
        note = self._words.note(section)
        if note is not None:
            self._line(note, size_pt=_TABLE_PT)
            self.document.paragraphs[-1].paragraph_format.keep_with_next = True
        if section.table is not None:
            self._table(section)
        for photo in photos:
            self._photo(photo)

    def _table(self, section: ReportSection) -> None:
        if section.table is None or not section.table.rows:
            self._line(self._words.nothing_in(section))
            return
        from docx.oxml import OxmlElement

        shown = without_empty_columns(section.table)
        table = self.document.add_table(1, len(shown.columns), "Table Grid")
        table.autofit = False  # else a hash, which has no blanks, leads the table off the page
        table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))  # again on each page
        for cell, head in zip(table.rows[0].cells, shown.columns, strict=True):
            self._put(cell, self._words.head(head), is_bold=True)
        is_right = [stands_right(shown, column) for column in range(len(shown.columns))]
        rows = self._words.rows(shown)
        for row, texts in zip(shown.rows, rows, strict=True):
            added = table.add_row()
            added._tr.get_or_add_trPr().insert(0, OxmlElement("w:cantSplit"))
            for cell, content, text, right in zip(added.cells, row, texts, is_right, strict=True):
                self._put(cell, text, is_right=right, is_alarming=isinstance(content, TermCell) and content.is_alarming)
        most = [_MOST_PROSE if head.key == _PROSE else _MOST for head in shown.columns]
        _set_widths(table, [[self._words.head(head) for head in shown.columns], *rows], most)

    def _put(
        self, cell: _Cell, text: str, *, is_bold: bool = False, is_right: bool = False, is_alarming: bool = False
    ) -> None:
        from docx.enum.text import WD_ALIGN_PARAGRAPH
        from docx.shared import RGBColor

        paragraph = cell.paragraphs[0]
        paragraph.paragraph_format.space_after = self._pt(0)
        if is_right:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        run = paragraph.add_run(text)
        run.font.size, run.bold = self._pt(_TABLE_PT), is_bold or is_alarming
        if is_alarming:
            run.font.color.rgb = RGBColor(*_ALARMING)

    def _photo(self, photo: Photo) -> None:
        from docx.shared import Mm

        paragraph = self.document.add_paragraph()
        paragraph.paragraph_format.keep_with_next = True
        paragraph.paragraph_format.space_before = self._pt(6)
        paragraph.add_run().add_picture(io.BytesIO(with_usual_head(photo.content)), width=Mm(_PHOTO_MM))
        self._line(self._words.caption(photo), size_pt=_TABLE_PT)

    def _signatures(self, signing: Signing) -> None:
        from docx.enum.text import WD_ALIGN_PARAGRAPH
        from docx.oxml import OxmlElement

        for key in signing.closing:
            self._line(self._words.wording.texts(f"act.{key}", **signing.fields))
            self.document.paragraphs[-1].paragraph_format.keep_with_next = True  # nobody signs an empty page
        table = self.document.add_table(1, len(signing.signatories))
        table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
        for cell, key in zip(table.rows[0].cells, signing.signatories, strict=True):
            named, sign = cell.paragraphs[0], cell.add_paragraph()
            named.add_run(self._words.wording.texts(f"act.{key}")).bold = True
            sign.add_run(self._words.wording.texts("letter.signature")).italic = True
            sign.paragraph_format.space_after = self._pt(80)  # room for the signature and the seal
            named.alignment = sign.alignment = WD_ALIGN_PARAGRAPH.CENTER

    def _title(self, text: str, size_pt: float, *, is_centred: bool = False) -> None:
        paragraph = self.document.add_paragraph()
        self._centre(paragraph, is_centred)
        paragraph.paragraph_format.space_before = self._pt(8)
        paragraph.paragraph_format.keep_with_next = True
        run = paragraph.add_run(text)
        run.bold, run.font.size = True, self._pt(size_pt)

    def _line(self, text: str, size_pt: float = _SIZE_PT, *, is_bold: bool = False, is_centred: bool = False) -> None:
        paragraph = self.document.add_paragraph()
        self._centre(paragraph, is_centred)
        paragraph.paragraph_format.space_after = self._pt(2)
        run = paragraph.add_run(text)
        run.font.size, run.bold = self._pt(size_pt), is_bold

    @staticmethod
    def _centre(paragraph: Paragraph, is_centred: bool) -> None:
        from docx.enum.text import WD_ALIGN_PARAGRAPH

        if is_centred:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER


def _set_widths(table: Table, rows: Sequence[Sequence[str]], most: Sequence[int]) -> None:
    """As wide together as the text: each column has room for its longest word, as far as there is any, and shares in
    the rest by its longest cell, up to so many characters. The first row are the heads, which are broken between words
    gladly."""
    from docx.shared import Mm

    columns = list(zip(*rows, strict=True))
    least = [min(_MOST, max(len(word) for text in column for word in text.split(" "))) + _EDGES for column in columns]
    wished = [
        max(few, min(longest, max(map(len, column[1:]))) + _EDGES)
        for few, longest, column in zip(least, most, columns, strict=True)
    ]
    spare = max(0.0, _TEXT_MM / _CHARACTER_MM - sum(least))
    more = [wish - few for wish, few in zip(wished, least, strict=True)]
    share = min(1.0, spare / sum(more)) if any(more) else 0.0
    measured = [few + share * extra for few, extra in zip(least, more, strict=True)]
    widths = [Mm(_TEXT_MM * each / sum(measured)) for each in measured]
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    for row in table.rows:
        for cell, width in zip(row.cells, widths, strict=True):
            cell.width = width


def _blank() -> Document:
    """A page of A4 without anything on it."""
    from docx import Document
    from docx.shared import Mm, Pt

    document = Document()
    for name, width_mm in {"page_width": 210, "page_height": 297, **_MARGINS_MM}.items():
        setattr(document.sections[0], name, Mm(width_mm))
    document.core_properties.author = ""  # nobody wrote it, least of all the library
    document.core_properties.comments = ""
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = _FONT, Pt(_SIZE_PT)
    return document
