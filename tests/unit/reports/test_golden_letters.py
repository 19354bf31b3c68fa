"""Letters to the last word: for each cause alone, for mixtures, in both languages. Each was read by a person, as the
officer reads it who gets it: every sentence has to be true of its facts. `tests.support.letters` writes them anew."""

from __future__ import annotations

import html
import io
import re

import pytest
from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Mm, Pt

from gateway.config import Language
from gateway.core.completeness import Outlook
from gateway.core.lateness import DelayCause
from gateway.reports.interruptions import InterruptionScope, OtherCause
from gateway.reports.letter.notice import LetterFormat
from tests.support.letters import CASES, GOLDEN, LetterCase, golden, words_of

LETTERS = [pytest.param(name, language, id=f"{name}-{language}") for name in CASES for language in Language]


@pytest.mark.parametrize(("name", "language"), LETTERS)
def test_the_letter_says_what_it_said_when_a_person_read_it(name: str, language: Language) -> None:
    assert (
        words_of(CASES[name].written(LetterFormat.DOCX, language))
        == golden(name, language).read_text("utf-8").splitlines()
    )


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("name", CASES)
def test_the_page_says_the_same_as_the_document(name: str, language: Language) -> None:
    page = CASES[name].written(LetterFormat.HTML, language).decode("utf-8")
    body = page[page.index("<body>") :]
    shown = re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", body)))
    for line in words_of(CASES[name].written(LetterFormat.DOCX, language)):
        for part in re.split(r" [|/] ", line):
            assert part in shown


def test_there_is_a_golden_letter_for_each_cause_alone_and_none_too_many() -> None:
    alone = {
        (one.scope, cause)
        for case in CASES.values()
        for one in case.reported
        for cause, _ in one.causes or ((one.cause, one.slots),)
    }
    assert {cause for scope, cause in alone if scope is InterruptionScope.DESTINATION} == {
        *DelayCause,
        OtherCause.UNKNOWN,
    }
    assert {cause for scope, cause in alone if scope is InterruptionScope.STATION} == {
        DelayCause.GATEWAY_OFF,
        DelayCause.STOOD_STILL,
        DelayCause.CLOCK,
        DelayCause.NOT_MADE,
        DelayCause.CARD_FULL,
    }
    assert {file.name for file in GOLDEN.iterdir()} == {
        golden(name, language).name for name in CASES for language in Language
    }


PROMISES = ("gửi bù khi", "đang chờ", "tự động gửi bù", "sends the", "wait to be sent")


@pytest.mark.parametrize(("name", "case"), CASES.items(), ids=CASES)
def test_nothing_is_promised_of_what_was_never_measured(name: str, case: LetterCase) -> None:
    """A letter about a gateway that was off said that its data were kept at the station and sent by themselves."""
    waiting = sum(one.files(Outlook.WAITING) for one in case.reported)
    for language in Language:
        told = golden(name, language).read_text("utf-8")
        assert any(words in told for words in PROMISES) is (waiting > 0)
        if waiting:
            assert f"{waiting} " in told
        nothing = {Language.VIETNAMESE: "không có số liệu để gửi bù", Language.ENGLISH: "nothing that could be sent"}
        assert (nothing[language] in told) is any(one.scope is InterruptionScope.STATION for one in case.reported)


@pytest.mark.parametrize(("name", "case"), CASES.items(), ids=CASES)
def test_how_many_is_said_as_often_as_there_are(name: str, case: LetterCase) -> None:
    told = golden(name, Language.VIETNAMESE).read_text("utf-8")
    assert (f"có {len(case.reported):02} lần gián đoạn" in told) is not case.of_one
    if case.of_one:
        assert "tháng 01 năm 2026, dữ liệu" not in told  # the month that was asked for is not its time
    rows = [line.split(" | ") for line in told.splitlines() if re.match(r"\d+ \| ", line)]
    assert len(rows) == len(case.reported)
    assert all(re.fullmatch(r"[\d.]+ giờ \d\d phút", row[4]) for row in rows)


class TestForm:
    """Decree 30/2020/NĐ-CP, appendix I: what can be measured of a document."""

    document = Document(io.BytesIO(CASES["mixture"].written(LetterFormat.DOCX, Language.VIETNAMESE)))

    def test_the_page_is_a4_with_the_decrees_margins(self) -> None:
        section = self.document.sections[0]
        assert [round((size or 0) / Mm(1)) for size in (section.page_width, section.page_height)] == [210, 297]
        for margin in (section.top_margin, section.bottom_margin):
            assert 20 <= round((margin or 0) / Mm(1), 1) <= 25
        assert 30 <= round((section.left_margin or 0) / Mm(1), 1) <= 35
        assert 15 <= round((section.right_margin or 0) / Mm(1), 1) <= 20
        assert self.document.styles["Normal"].font.name == "Times New Roman"

    def test_pages_are_numbered_in_the_middle_of_the_top_from_the_second_on(self) -> None:
        section = self.document.sections[0]
        assert section.different_first_page_header_footer
        (number,) = section.header.paragraphs
        assert number.alignment == WD_ALIGN_PARAGRAPH.CENTER
        assert number._p.xpath("w:fldSimple/@w:instr") == [" PAGE "]
        assert not "".join(one.text for one in section.first_page_header.paragraphs)

    def test_the_head_has_country_and_motto_to_the_right_and_the_sender_to_the_left(self) -> None:
        left, right = self.document.tables[0].rows[0].cells
        shown = [
            (one.text, one.runs[0].font.size, one.runs[0].bold, one.runs[0].italic)
            for cell in (left, right)
            for one in cell.paragraphs
            if one.text
        ]
        assert shown == [
            ("CÔNG TY TNHH VÍ DỤ", Pt(12), True, False),
            ("Số: ……/……", Pt(13), False, False),
            (
                "V/v báo cáo gián đoạn dữ liệu quan trắc tự động, liên tục của trạm NUO001",
                Pt(12),
                False,
                False,
            ),
            ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", Pt(12), True, False),
            ("Độc lập - Tự do - Hạnh phúc", Pt(13), True, False),
            ("……………, ngày 01 tháng 02 năm 2026", Pt(13), False, True),
        ]

    def test_the_text_is_justified_with_its_first_lines_indented(self) -> None:
        body = [one for one in self.document.paragraphs if one.text.startswith(("Thực hiện", "Trong tháng", "Lần 6"))]
        assert len(body) >= 4
        for paragraph in body:
            assert paragraph.alignment == WD_ALIGN_PARAGRAPH.JUSTIFY
            assert 10 <= round((paragraph.paragraph_format.first_line_indent or 0) / Mm(1), 1) <= 12.7
            assert (paragraph.paragraph_format.space_after or 0) >= Pt(6)
            assert {Pt(13)} == {run.font.size for run in paragraph.runs}

    def test_the_foot_has_whom_it_goes_to_and_room_to_sign(self) -> None:
        left, right = self.document.tables[-1].rows[0].cells
        heading, first, last = left.paragraphs
        assert (heading.text, heading.runs[0].font.size) == ("Nơi nhận:", Pt(12))
        assert heading.runs[0].bold
        assert heading.runs[0].italic
        assert [(one.text, one.runs[0].font.size) for one in (first, last)] == [
            ("- Như trên;", Pt(11)),
            ("- Lưu: VT.", Pt(11)),
        ]
        assert right.paragraphs[0].runs[0].bold
        assert (right.paragraphs[2].paragraph_format.space_before or 0) >= Pt(50)

    def test_where_the_facility_is_to_be_reached_stands_below_a_line_on_the_first_page(self) -> None:
        contact, last = self.document.sections[0].first_page_footer.paragraphs
        assert contact.text == (
            "Địa chỉ: Lô A1, khu công nghiệp Ví dụ, Hà Nội. ĐT: 024 3826 1234. E-mail: moitruong@example.vn"
        )
        assert contact.runs[0].font.size == Pt(11)
        assert contact._p.xpath("w:pPr/w:pBdr/w:top")
        assert not last.text

    def test_without_an_address_there_is_no_line(self) -> None:
        case = CASES["a_month_that_has_not_passed"]
        document = Document(io.BytesIO(case.written(LetterFormat.DOCX, Language.VIETNAMESE)))
        assert [one.text for one in document.sections[0].first_page_footer.paragraphs] == [""]
        assert "contact" not in case.written(LetterFormat.HTML, Language.VIETNAMESE).decode().split("</style>")[1]
