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

_FONT, _SIZE_PT, _HEAD_PT, _TABLE_PT, _COPIES_PT, _CONTACT_PT = "Times New Roman", 13, 12, 10.5, 11, 11
_MARGINS_MM = {"top_margin": 20, "bottom_margin": 20, "left_margin": 30, "right_margin": 15}
_WIDTHS_MM = (9, 25, 21, 21, 27, 34, 28)
"""Of the columns of the table of interruptions: 165 mm in all."""
_HALVES_MM = (68, 97)
_INDENT_MM = 10
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
        self.document.core_properties.author = ""  # nobody wrote it, least of all the library
        self.document.core_properties.comments = ""
        self._head()
        self._line("to", side="center", before_pt=10, after_pt=8)
        self._body("opening")
        self._title("station_heading")
        self._body("station")
        self._title("outages_heading")
        self._body("period")
        self._outages()
        self._title("cause_heading")
        self._body("cause", "detail")
        self._blanks()
        self._title("values_heading")
        self._body("values", "value")
        self._title("measures_heading")
        self._body("measure", "measures")
        self._blanks()
        self._body("closing")
        self._foot()
        self._margins()

    def _word(self, key: str) -> str:
        return self._texts.by_key[f"letter.{key}"]

    def _line(self, key: str, *, side: str = "left", before_pt: float = 0, after_pt: float = 6) -> None:
        paragraph = self.document.add_paragraph()
        self._set(paragraph, self._word(key), side=side, after_pt=after_pt)
        paragraph.paragraph_format.space_before = self._pt(before_pt)

    def _body(self, *keys: str) -> None:
        """Justified, its first line indented: so the decree has it."""
        for key in keys:
            self._line(key, side="both")
            self.document.paragraphs[-1].paragraph_format.first_line_indent = self._mm(_INDENT_MM)

    def _blanks(self) -> None:
        """Lines that a person fills."""
        self._line("blank", after_pt=3)
        self._line("blank", after_pt=3)

    def _margins(self) -> None:
        """Pages are numbered at the top from the second one on; where the facility is to be reached stands at the foot
        of the first, below a line across the whole width (part 13)."""
        section = self.document.sections[0]
        section.different_first_page_header_footer = True
        section.header.is_linked_to_previous = section.first_page_footer.is_linked_to_previous = False
        number = section.header.paragraphs[0]
        self._set(number, "", side="center")
        _add_page_number(number)
        contact = section.first_page_footer.paragraphs[0]
        self._set(contact, self._word("contact"), size_pt=_CONTACT_PT)
        _draw_line(contact, "top")
        self._set(section.first_page_footer.add_paragraph(), "", size_pt=2)  # stays where there is no contact

    def _title(self, key: str) -> None:
        paragraph = self.document.add_paragraph()
        self._set(paragraph, self._word(key), bold=True, after_pt=4)
        paragraph.paragraph_format.space_before = self._pt(8)
        paragraph.paragraph_format.keep_with_next = True

    def _head(self) -> None:
        left, right = self._halves()
        self._set(left[0], "{facility_capitals}", bold=True, side="center", size_pt=_HEAD_PT)
        self._rule_below(left[0], indent_mm=_HALVES_MM[0] * 0.3)
        self._set(left[1], self._word("number"), side="center", before_pt=4)
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
        from docx.oxml import OxmlElement
        from docx.text.paragraph import Paragraph

        line = OxmlElement("w:p")
        paragraph._p.addnext(line)
        rule = Paragraph(line, paragraph._parent)
        self._set(rule, "", size_pt=2)
        rule.paragraph_format.line_spacing = self._pt(3)
        rule.paragraph_format.left_indent = rule.paragraph_format.right_indent = self._mm(indent_mm)
        _draw_line(rule, "bottom")

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


def _draw_line(paragraph: Paragraph, side: str) -> None:
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    edge = f'<w:pBdr {nsdecls("w")}><w:{side} w:val="single" w:sz="6" w:space="1" w:color="000000"/></w:pBdr>'
    properties = paragraph._p.get_or_add_pPr()
    properties.insert_element_before(parse_xml(edge), "w:spacing", "w:ind", "w:jc", "w:rPr")


def _add_page_number(paragraph: Paragraph) -> None:
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    field = f'<w:fldSimple {nsdecls("w")} w:instr=" PAGE "><w:r><w:t>2</w:t></w:r></w:fldSimple>'
    paragraph._p.append(parse_xml(field))
