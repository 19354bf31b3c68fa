"""What the road administration's registration asks for, as a document (docx) that is signed and sent: in Vietnamese,
whatever the station's language is."""

from __future__ import annotations

from collections.abc import Sequence

from gateway.config import Language
from gateway.core.phrase import Phrase
from gateway.reports.letter.docx_letter import bytes_of, require
from gateway.texts import texts_in
from gateway.texts.phrases import said


def registration_form(rows: Sequence[tuple[Phrase, str]]) -> bytes:
    """Each row: what it is, and its value; what is empty is filled in by hand.

    Raises:
        GatewayError: python-docx is not installed.
    """
    require()
    from docx import Document
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    document = Document()
    texts = texts_in(Language.VIETNAMESE)
    title = Phrase("Registration for the transmission of electronic transport orders")
    for text in (texts("letter.country"), texts("letter.motto"), said(title, Language.VIETNAMESE)):
        line = document.add_paragraph()
        line.alignment = WD_ALIGN_PARAGRAPH.CENTER
        line.add_run(text).bold = True
    table = document.add_table(rows=0, cols=2)
    table.style = "Table Grid"
    for label, value in rows:
        cells = table.add_row().cells
        cells[0].text, cells[1].text = said(label, Language.VIETNAMESE), value
    return bytes_of(document)
