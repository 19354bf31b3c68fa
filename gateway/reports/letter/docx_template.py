"""The letter that ships, as a document (docx), in the layout that Vietnamese offices expect of one another (decree
30/2020/NĐ-CP, appendix I): sender and state side by side, the subject below the number, the seal's place at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.reports.letter.docx_letter import require
from gateway.reports.letter.html_letter import COLUMNS
from gateway.texts import Texts

if TYPE_CHECKING:
    from docx.document import Document
    from docx.text.paragraph import Paragraph

_FONT, _SIZE_PT, _HEAD_PT, _TABLE_PT, _COPIES_PT = "Times New Roman", 13, 12, 10.5, 11
_MARGINS_MM = {"top_margin": 20, "bottom_margin": 20, "left_margin": 30, "right_margin": 15}
_WIDTHS_MM = (9, 25, 22, 22, 22, 36, 29)
"""Of the columns of the table of interruptions: 165 mm in all."""
_HALVES_MM = (68, 97)
_MOTTO_INDENT_MM = 18
"""On both sides of the line below the motto, which is as long as the motto."""


def template(texts: Texts) -> Document:
    """With its placeholders, to be filled or to be taken as a beginning.

    Raises:
        GatewayError: python-docx is not installed.
    """
    require()
    return _Drawing(texts).document


class _Drawing:
    def __init__(self, texts: Texts) -> None:
        from docx import Document
        from docx.shared import Mm, Pt

        self._texts = texts
        self._mm, self._pt = Mm, Pt
        self.document = Document()
        for name, width_mm in {"page_width": 210, "page_height": 297, **_MARGINS_MM}.items():
            setattr(self.document.sections[0], name, Mm(width_mm))
        normal = self.document.styles["Normal"]
        normal.font.name, normal.font.size = _FONT, Pt(_SIZE_PT)
        self._head()
        self._line("to", side="center", before_pt=10, after_pt=8)
        self._line("opening", side="both")
        self._title("station_heading")
        self._line("station", side="both")
        self._title("outages_heading")
        self._line("outages", side="both")
        self._outages()
        self._title("cause_heading")
        self._line("blank", after_pt=3)
        self._line("blank", after_pt=3)
        self._title("measures_heading")
        self._line("measures", side="both")
        self._line("blank", after_pt=3)
        self._line("blank", after_pt=3)
        self._line("closing", side="both", before_pt=6)
        self._foot()

    def _word(self, key: str) -> str:
        return self._texts.by_key[f"letter.{key}"]

    def _line(self, key: str, *, side: str = "left", before_pt: float = 0, after_pt: float = 6) -> None:
        paragraph = self.document.add_paragraph()
        self._set(paragraph, self._word(key), side=side, after_pt=after_pt)
        paragraph.paragraph_format.space_before = self._pt(before_pt)

    def _title(self, key: str) -> None:
        paragraph = self.document.add_paragraph()
        self._set(paragraph, self._word(key), bold=True, after_pt=4)
        paragraph.paragraph_format.space_before = self._pt(8)
        paragraph.paragraph_format.keep_with_next = True

    def _head(self) -> None:
        left, right = self._halves()
        self._set(left[0], "{facility_capitals}", bold=True, side="center", size_pt=_HEAD_PT)
        self._rule_below(left[0], indent_mm=_HALVES_MM[0] * 0.3)
        self._set(left[1], self._word("number"), side="center", size_pt=_HEAD_PT, before_pt=4)
        self._set(left[2], self._word("subject"), side="center", size_pt=_HEAD_PT, before_pt=6)
        self._set(right[0], self._word("country"), bold=True, side="center", size_pt=_HEAD_PT)
        self._set(right[1], self._word("motto"), bold=True, side="center")
        self._rule_below(right[1], indent_mm=_MOTTO_INDENT_MM)
        self._set(right[2], self._word("place_and_date"), italic=True, side="center", before_pt=6)

    def _foot(self) -> None:
        left, right = self._halves()
        self._set(left[0], self._word("copies_heading"), bold=True, italic=True, size_pt=_HEAD_PT)
        self._set(left[1], self._word("copies_to"), size_pt=_COPIES_PT)
        self._set(left[2], self._word("copies_file"), size_pt=_COPIES_PT)
        self._set(right[0], self._word("signatory"), bold=True, side="center")
        self._set(right[1], self._word("signature"), italic=True, side="center")
        right[2].paragraph_format.space_before = self._pt(60)  # room for the signature and the seal

    def _rule_below(self, paragraph: Paragraph, *, indent_mm: float) -> None:
        """A line of its own, not an underlining: so the decree draws it."""
        from docx.oxml import OxmlElement, parse_xml
        from docx.oxml.ns import nsdecls
        from docx.text.paragraph import Paragraph

        line = OxmlElement("w:p")
        paragraph._p.addnext(line)
        rule = Paragraph(line, paragraph._parent)
        self._set(rule, "", size_pt=2)
        rule.paragraph_format.line_spacing = self._pt(3)
        rule.paragraph_format.left_indent = rule.paragraph_format.right_indent = self._mm(indent_mm)
        edge = f'<w:pBdr {nsdecls("w")}><w:bottom w:val="single" w:sz="6" w:space="0" w:color="000000"/></w:pBdr>'
        properties = line.get_or_add_pPr()
        properties.insert_element_before(parse_xml(edge), "w:spacing", "w:ind", "w:jc", "w:rPr")

    def _halves(self) -> tuple[list[Paragraph], list[Paragraph]]:
        """Two columns without lines, three paragraphs in each."""
        from docx.oxml import OxmlElement

        table = self.document.add_table(1, 2)
        table.autofit = False
        table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
        halves: list[list[Paragraph]] = []
        for cell, width_mm in zip(table.rows[0].cells, _HALVES_MM, strict=True):
            table.columns[len(halves)].width = cell.width = self._mm(width_mm)
            halves.append([cell.paragraphs[0], cell.add_paragraph(), cell.add_paragraph()])
        return halves[0], halves[1]

    def _outages(self) -> None:
        from docx.oxml import OxmlElement

        table = self.document.add_table(2, len(COLUMNS), "Table Grid")
        table.autofit = False
        head_row = table.rows[0]._tr.get_or_add_trPr()
        head_row.append(OxmlElement("w:tblHeader"))  # again on each page
        for row in table.rows:
            row._tr.get_or_add_trPr().insert(0, OxmlElement("w:cantSplit"))
        for column, (name, width_mm) in enumerate(zip(COLUMNS, _WIDTHS_MM, strict=True)):
            head, cell = table.cell(0, column), table.cell(1, column)
            table.columns[column].width = head.width = cell.width = self._mm(width_mm)  # each program reads another
            self._set(head.paragraphs[0], self._word(f"column_{name}"), bold=True, side="center", size_pt=_TABLE_PT)
            self._set(cell.paragraphs[0], f"{{outage.{name}}}", size_pt=_TABLE_PT)

    def _set(
        self,
        paragraph: Paragraph,
        text: str,
        *,
        side: str = "left",
        bold: bool = False,
        italic: bool = False,
        size_pt: float = _SIZE_PT,
        before_pt: float = 0,
        after_pt: float = 0,
    ) -> None:
        from docx.enum.text import WD_ALIGN_PARAGRAPH

        sides = {"center": WD_ALIGN_PARAGRAPH.CENTER, "both": WD_ALIGN_PARAGRAPH.JUSTIFY}
        paragraph.alignment = sides.get(side, WD_ALIGN_PARAGRAPH.LEFT)
        paragraph.paragraph_format.space_before = self._pt(before_pt)
        paragraph.paragraph_format.space_after = self._pt(after_pt)
        run = paragraph.add_run(text)
        run.bold, run.italic = bold, italic
        run.font.size = self._pt(size_pt)
