"""The written notice: what it states, in whichever template, and what it leaves to people."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from docx import Document

from gateway.config import Language, StationKind
from gateway.core.errors import GatewayError
from gateway.core.lateness import DelayCause
from gateway.reports.document import Heading
from gateway.reports.interruptions import InterruptionScope, ListedInterruption, interruptions
from gateway.reports.letter.fields import fields_of, to_be_told
from gateway.reports.letter.notice import LetterFormat, blank, makes_an_old_promise, notice
from gateway.reports.period import month
from gateway.reports.report_data import read_report_data
from gateway.texts import Wording
from tests.support.journey import HOUR_MS, MIDNIGHT_MS
from tests.support.three_days import NOW_MS
from tests.unit.reports.conftest import Kept

VI, EN = Wording.of(Language.VIETNAMESE), Wording.of(Language.ENGLISH)
HEADING = Heading(
    "Trạm <b> & {facility}",
    "NUO001",
    "Công ty A",
    "HN",
    StationKind.WASTEWATER,
    month("2026-01", "Asia/Ho_Chi_Minh"),
    MIDNIGHT_MS,
)


def interruption(
    scope: InterruptionScope, hours: float, begin_h: float = 0, cause: DelayCause = DelayCause.LINE, ended: bool = True
) -> ListedInterruption:
    began_ms, length_ms = MIDNIGHT_MS + round(begin_h * HOUR_MS), round(hours * HOUR_MS)
    slots = length_ms // 300_000
    return ListedInterruption(
        scope, "so-tnmt", began_ms, began_ms + length_ms if ended else None, length_ms, cause, slots, 3
    )


CUT = interruption(InterruptionScope.DESTINATION, 13.5)
OFF = interruption(InterruptionScope.STATION, 14, begin_h=20, cause=DelayCause.GATEWAY_OFF, ended=False)


def words_of(content: bytes) -> list[str]:
    """Everything in a docx that stands on paper, by paragraph."""
    document = Document(io.BytesIO(content))
    cells = [cell for table in document.tables for row in table.rows for cell in row.cells]
    paragraphs = [*document.paragraphs, *(paragraph for cell in cells for paragraph in cell.paragraphs)]
    for section in document.sections:
        paragraphs += [*section.header.paragraphs, *section.first_page_footer.paragraphs]
    return [paragraph.text for paragraph in paragraphs]


@pytest.mark.parametrize("form", LetterFormat)
def test_the_letter_states_each_interruption_and_leaves_the_rest_open(form: LetterFormat) -> None:
    content = notice(form, HEADING, [CUT, OFF], VI, addressee="Sở Nông nghiệp và Môi trường Hà Nội")
    shown = "\n".join(words_of(content)) if form is LetterFormat.DOCX else content.decode("utf-8")
    for words in (
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Kính gửi: Sở Nông nghiệp và Môi trường Hà Nội",
        "ngày 01 tháng 01 năm 2026",
        "Trong tháng 01 năm 2026, dữ liệu quan trắc tự động, liên tục của trạm có 02 lần",
        "Truyền đến so-tnmt",
        "00:00 01/01/2026",
        "13:30 01/01/2026",
        "13 giờ 30 phút",
        "Mất kết nối đến máy chủ nhận",
        "đã gửi bù 3/162 chu kỳ",
        "chưa kết thúc",
        "không có số liệu của 168 chu kỳ",
        "……………",
        "(Ký, ghi rõ họ tên, chức vụ và đóng dấu)",
    ):
        assert words in shown
    assert "outage." not in shown


@pytest.mark.parametrize(("month", "told"), [("2", "tháng 02 năm"), ("6", "tháng 6 năm"), ("11", "tháng 11 năm")])
def test_the_date_has_its_zeros_where_the_decree_wants_them(month: str, told: str) -> None:
    """Decree 30/2020/NĐ-CP, appendix I: a zero before days under 10 and before months 1 and 2."""
    made = datetime(2026, int(month), 5, 9, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
    heading = replace(HEADING, made_ms=round(made.timestamp() * 1000))
    assert f"ngày 05 {told} 2026" in notice(LetterFormat.HTML, heading, [CUT], VI).decode("utf-8")


def test_the_head_is_as_the_decree_draws_it() -> None:
    """Sender in capitals, the motto with hyphens; a line below each that is no underlining."""
    document = Document(io.BytesIO(notice(LetterFormat.DOCX, HEADING, [CUT], VI)))
    left, right = document.tables[0].rows[0].cells
    assert left.paragraphs[0].text == "CÔNG TY A"
    assert right.paragraphs[1].text == "Độc lập - Tự do - Hạnh phúc"
    assert not any(run.underline for cell in (left, right) for one in cell.paragraphs for run in one.runs)
    for cell, position in ((left, 1), (right, 2)):
        assert cell.paragraphs[position]._p.xpath("w:pPr/w:pBdr/w:bottom")
    (head, row) = document.tables[1].rows
    assert head._tr.xpath("w:trPr/w:tblHeader")
    assert not row._tr.xpath("w:trPr/w:tblHeader")


def test_a_name_is_never_markup_and_never_a_placeholder() -> None:
    page = notice(LetterFormat.HTML, HEADING, [CUT], VI).decode("utf-8")
    assert "Trạm &lt;b&gt; &amp; {facility}" in page
    assert any("Trạm <b> & {facility}" in words for words in words_of(notice(LetterFormat.DOCX, HEADING, [CUT], VI)))


def test_english_is_there_too_with_the_date_as_english_writes_it() -> None:
    shown = "\n".join(words_of(notice(LetterFormat.DOCX, HEADING, [CUT], EN)))
    assert "To: the Department of Agriculture and Environment of ……" in shown
    assert "2026-01-01 13:30" in shown
    assert "3 of 162 slot(s) sent later" in shown


@pytest.mark.parametrize(
    ("named", "addressee", "told"),
    [
        ({}, None, "Sở Nông nghiệp và Môi trường tỉnh/thành phố ……"),
        ({"province_name": "Hà Nội"}, None, "Sở Nông nghiệp và Môi trường Hà Nội"),
        ({"province_name": "Hà Nội", "department": "Chi cục Bảo vệ môi trường"}, None, "Chi cục Bảo vệ môi trường"),
        ({"department": "Chi cục Bảo vệ môi trường"}, "Ban quản lý", "Ban quản lý"),
    ],
)
def test_whom_it_is_for_is_told_or_configured_or_follows_from_the_province(
    named: dict[str, str], addressee: str | None, told: str
) -> None:
    page = notice(LetterFormat.HTML, replace(HEADING, **named), [CUT], VI, addressee=addressee).decode("utf-8")
    assert f"Kính gửi: {told}" in page


def test_full_names_stand_in_the_place_of_codes_which_stay_to_be_had(tmp_path: Path) -> None:
    heading = replace(HEADING, facility="ABCD", facility_name="Công ty TNHH Ví dụ", province_name="Hà Nội")
    page = notice(LetterFormat.HTML, heading, [CUT], VI).decode("utf-8")
    assert "<b>CÔNG TY TNHH VÍ DỤ</b>" in page
    assert "Tỉnh/thành phố: Hà Nội." in page
    assert "ABCD" not in page
    file = tmp_path / "ours.html"
    file.write_text("{province_code} {facility_code}", "utf-8")
    assert notice(LetterFormat.HTML, heading, [CUT], VI, file).decode("utf-8") == "HN ABCD"


def users_docx(folder: Path) -> Path:
    """As Word leaves it: a placeholder cut into runs, one in the header, one in a table in a table."""
    document = Document()
    cut = document.add_paragraph()
    for run in ("Trạm {sta", "tion_", "code} ngừng ", "{outage_count} lần"):
        cut.add_run(run)
    styled = document.add_paragraph()
    styled.add_run("đậm {province}").bold = True
    styled.add_run(" thường {outage_longest}")
    document.sections[0].header.paragraphs[0].text = "{facility}"
    table = document.add_table(2, 2)
    table.cell(0, 0).text = "Bắt đầu"
    table.cell(1, 0).text, table.cell(1, 1).text = "{outage.begin}", "{station_code}: {outage.cause}"
    table.add_row().cells[0].text = "Tổng {outage_total}"
    file = folder / "ours.docx"
    document.save(str(file))
    return file


def test_a_users_document_is_filled_wherever_he_put_the_placeholders(tmp_path: Path) -> None:
    content = notice(LetterFormat.DOCX, HEADING, [CUT, OFF], VI, users_docx(tmp_path))
    words = words_of(content)
    assert "Trạm NUO001 ngừng 2 lần" in words
    assert "Công ty A" in words
    document = Document(io.BytesIO(content))
    (table,) = document.tables
    assert [row.cells[0].text for row in table.rows] == [
        "Bắt đầu",
        "00:00 01/01/2026",
        "20:00 01/01/2026",
        "Tổng 27 giờ 30 phút",
    ]
    assert table.cell(2, 1).text == "NUO001: Hệ thống nhận, truyền dữ liệu không hoạt động"
    bold, plain = document.paragraphs[1].runs
    assert (bold.text, bold.bold, plain.text, plain.bold) == ("đậm HN", True, " thường 14 giờ 00 phút", None)


def test_a_users_page_is_filled_and_his_style_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "ours.html"
    file.write_text(
        "<style>p {color: red}</style><p>{station_code}<table><tr><td>{outage.number}</tr></table>", "utf-8"
    )
    page = notice(LetterFormat.HTML, HEADING, [CUT, OFF], VI, file).decode("utf-8")
    assert page == ("<style>p {color: red}</style><p>NUO001<table><tr><td>1</tr><tr><td>2</tr></table>")


@pytest.mark.parametrize("form", LetterFormat)
def test_a_users_paragraph_is_there_once_for_each_sentence(tmp_path: Path, form: LetterFormat) -> None:
    """Also in a cell; where there is none it goes, and where no paragraph can be repeated they stand in a row."""
    file = tmp_path / f"ours.{form}"
    if form is LetterFormat.HTML:
        file.write_text(
            "<ul><li class=a>- {cause_sentence}</li></ul><p>{measure_sentence}</p><div>{value_sentence}</div>", "utf-8"
        )
        page = notice(form, HEADING, [OFF, CUT], VI, file).decode("utf-8")
        assert page.count("<li class=a>- Lần") == 2
        assert "<p>" not in page
        assert page.count("chu kỳ không có tệp đến") == page.count("trạm không có bản ghi số liệu") == 1
        return
    document = Document()
    document.add_paragraph("- {cause_sentence}")
    document.add_paragraph("{measure_sentence}")
    document.add_table(1, 1).cell(0, 0).text = "{value_sentence}"
    document.save(str(file))
    filled = Document(io.BytesIO(notice(form, HEADING, [OFF, CUT], VI, file)))
    assert [one.text[:6] for one in filled.paragraphs] == ["- Lần ", "- Lần "]
    assert [one.text[:5] for one in filled.tables[0].cell(0, 0).paragraphs] == ["Lần 1", "Lần 2"]


@pytest.mark.parametrize("form", LetterFormat)
def test_a_placeholder_that_is_not_known_is_named_with_those_that_are(tmp_path: Path, form: LetterFormat) -> None:
    file = tmp_path / f"ours.{form}"
    if form is LetterFormat.DOCX:
        document = Document()
        document.add_paragraph("{adressee}")
        document.save(str(file))
    else:
        file.write_text("{adressee}", "utf-8")
    with pytest.raises(GatewayError, match=r"\{adressee\}.*\{addressee\}"):
        notice(form, HEADING, [CUT], VI, file)


def test_a_template_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    file = tmp_path / "ours.docx"
    with pytest.raises(GatewayError, match="ours.docx"):
        notice(LetterFormat.DOCX, HEADING, [CUT], VI, file)
    file.write_bytes(b"no zip")
    with pytest.raises(GatewayError, match="ours.docx"):
        notice(LetterFormat.DOCX, HEADING, [CUT], VI, file)
    file.write_bytes(b"\xff")
    with pytest.raises(GatewayError, match="UTF-8"):
        notice(LetterFormat.HTML, HEADING, [CUT], VI, file)


@pytest.mark.parametrize("form", LetterFormat)
def test_the_template_that_ships_can_be_taken_as_ones_own(tmp_path: Path, form: LetterFormat) -> None:
    file = tmp_path / f"ours.{form}"
    file.write_bytes(blank(form, VI))
    by_own, by_default = (notice(form, HEADING, [CUT, OFF], VI, template) for template in (file, None))
    if form is LetterFormat.HTML:
        assert by_own == by_default
    else:
        assert words_of(by_own) == words_of(by_default)
        fields = fields_of(HEADING, [CUT], VI)
        used = "\n".join(words_of(file.read_bytes()))
        assert all(f"{{{name}}}" in used for name in {**fields.letter, **fields.sentences} if name not in OPTIONAL)


@pytest.mark.parametrize("language", Language)
def test_a_template_of_an_older_version_goes_on_working_and_its_promise_is_noticed(
    tmp_path: Path, language: Language
) -> None:
    promise = {
        Language.VIETNAMESE: "Số liệu đo được trong thời gian mất kết nối được lưu giữ tại trạm và tự động gửi bù"
        " khi có kết nối trở lại. Các biện pháp khác:",
        Language.ENGLISH: "What was measured while there was no connection is kept at the station and sent by itself"
        " once the connection is back. Further measures:",
    }[language]
    count = "Từ ngày {period_begin} đến ngày {period_end} có {outage_count} lần gián đoạn quá 12 giờ:"
    page, document, sound = tmp_path / "ours.html", tmp_path / "ours.docx", tmp_path / "sound.docx"
    page.write_text(f"<p>{count}</p><p>{promise}</p>", "utf-8")
    drawn = Document()
    drawn.add_paragraph(count)
    cell = drawn.add_table(1, 1).cell(0, 0).paragraphs[0]
    for piece in (promise[:50], promise[50:]):
        cell.add_run(piece)
    drawn.save(str(document))
    sound.write_bytes(blank(LetterFormat.DOCX, Wording.of(language)))
    told = "Từ ngày 01/01/2026 đến ngày 31/01/2026 có 2 lần gián đoạn quá 12 giờ:"
    assert told in notice(LetterFormat.HTML, HEADING, [CUT, OFF], VI, page).decode("utf-8")
    assert told in words_of(notice(LetterFormat.DOCX, HEADING, [CUT, OFF], VI, document))
    assert makes_an_old_promise(LetterFormat.HTML, page)
    assert makes_an_old_promise(LetterFormat.DOCX, document)
    assert not makes_an_old_promise(LetterFormat.DOCX, sound)


OPTIONAL = {
    "facility_code", "facility_address", "facility_telephone", "facility_email", "province_code", "date",
    "period_begin", "period_end", "outage_count", "outage_total", "outage_longest",
}  # fmt: skip
"""Fields for users' templates that ours does without."""


def test_only_what_is_over_twelve_hours_is_told_and_the_stations_own_absence_once() -> None:
    unheard = interruption(InterruptionScope.DESTINATION, 14, begin_h=20, cause=DelayCause.GATEWAY_OFF)
    unheard = replace(unheard, part_of="NUO001")
    short, exact = interruption(InterruptionScope.PARAMETER, 3), interruption(InterruptionScope.PARAMETER, 12)
    assert to_be_told([short, exact, CUT, unheard, OFF]) == [CUT, OFF]


def test_the_kept_days_make_a_letter_of_two_interruptions(kept: Kept) -> None:
    seen = read_report_data(kept.configuration, kept.database, kept.days, NOW_MS)
    told = to_be_told(interruptions(seen))
    assert [(one.scope, one.name, one.cause) for one in told] == [
        (InterruptionScope.STATION, "NUO001", DelayCause.GATEWAY_OFF),
        (InterruptionScope.DESTINATION, "so-tnmt", "line"),
    ]


@pytest.mark.parametrize("form", LetterFormat)
def test_a_letter_holds_any_text_and_shows_what_is_in_it(form: LetterFormat) -> None:
    """What a server answered stands in a row, and half of the control characters cannot stand in a document at all."""
    hostile = "\x1b[31m\x00\ufffe\udcff\u202e\nend"
    told = replace(CUT, name=hostile, error=hostile)
    content = notice(form, replace(HEADING, station_name=hostile), [told], VI, addressee=hostile)
    shown = "\n".join(words_of(content)) if form is LetterFormat.DOCX else content.decode("utf-8")
    assert r"\x1b[31m\x00\ufffe\xff\u202e\nend" in shown
    assert all(character.isprintable() or character in "\n\u00a0" for character in shown)


@pytest.mark.parametrize(
    ("begin_s", "length_s", "told"),
    [
        (0, 13 * 3600, ("00:00", "13:00", "13 giờ 00 phút")),
        (4, 13 * 3600 + 297, ("00:00", "13:05", "13 giờ 05 phút")),
        (20, 12 * 3600 + 10, ("00:00", "12:01", "12 giờ 01 phút")),
        (0, 12 * 3600 + 1, ("00:00", "12:01", "12 giờ 01 phút")),
        (31, 30 * 3600 + 3540, ("00:01", "07:00", "30 giờ 59 phút")),
    ],
)
def test_begin_end_and_length_fit_one_another_and_never_read_as_twelve_hours(
    begin_s: int, length_s: int, told: tuple[str, str, str]
) -> None:
    began_ms = MIDNIGHT_MS + begin_s * 1000
    one = replace(CUT, began_ms=began_ms, ended_ms=began_ms + length_s * 1000, length_ms=length_s * 1000)
    (row,) = fields_of(HEADING, [one], VI).outages
    assert (row["outage.begin"][:5], row["outage.end"][:5], row["outage.length"]) == told
