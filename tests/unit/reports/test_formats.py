"""One report in all its formats: people get words, programs get keys, and nobody's name becomes markup or a formula."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from html.parser import HTMLParser

import openpyxl
import pytest
from docx import Document

from gateway.config import Language, StationKind
from gateway.core.dated_limit import LimitSpan
from gateway.core.limits import Limit
from gateway.reports.document import (
    Chart,
    Heading,
    OngoingCell,
    RatioCell,
    Report,
    ReportKind,
    ReportSection,
    ReportTable,
    TermCell,
    TimeCell,
    ValueCell,
    heads,
)
from gateway.reports.formats import ReportFormat, render
from gateway.reports.formats.plain_text import LINE
from gateway.reports.period import ReportPeriod
from gateway.reports.registry import build
from gateway.reports.spreadsheet_text import unarmed
from tests.support.journey import MIDNIGHT_MS
from tests.support.three_days import NOW_MS
from tests.unit.reports.conftest import Kept

ZONE = "Asia/Ho_Chi_Minh"
NASTY = '<script>alert("1")</script> & =1+1'


class Page(HTMLParser):
    """Checks that what is opened is closed, and gathers what is shown."""

    VOID = {"meta", "br", "hr", "img"}

    def __init__(self, source: bytes) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.shown: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.feed(source.decode("utf-8"))
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.shown.append(data)


def report(name: str) -> Report:
    heading = Heading(
        name, "NUO001", name, "HN", StationKind.WASTEWATER, ReportPeriod(MIDNIGHT_MS, MIDNIGHT_MS, ZONE), MIDNIGHT_MS
    )
    table = ReportTable(
        heads("subject", "begin", "received_share", "requirement", "slots"),
        ((name, TimeCell(MIDNIGHT_MS), RatioCell(0.5), TermCell("not_met", is_alarming=True), 1234),),
    )
    chart = Chart(name, name, MIDNIGHT_MS, 3_600_000, ((1.0, 2.0, 3.0), None), (LimitSpan(Limit(None, 2.5)),))
    return Report(ReportKind.QUALITY, heading, (("parameters", 1),), (ReportSection("findings", table, [chart]),))


def test_names_are_shown_and_never_obeyed() -> None:
    page = Page(render(report(NASTY), ReportFormat.HTML, Language.ENGLISH))
    assert "script" not in page.tags
    assert any(NASTY in text for text in page.shown)
    book = openpyxl.load_workbook(io.BytesIO(render(report("=1+1"), ReportFormat.XLSX, Language.ENGLISH)))
    cell = book.worksheets[1]["A2"]
    assert (cell.value, cell.data_type) == ("=1+1", "s")


def test_what_a_server_said_is_no_formula_in_a_spreadsheet() -> None:
    """`last_error` may be anything; a unit of `-` and numbers below zero stay what they are."""
    table = ReportTable(heads("unit", "last_error", "least"), (("-", "=cmd|' /C calc'!A0", ValueCell(-1.5, 1)),))
    made = replace(report("x"), sections=(ReportSection("outages", table),))
    (row,) = csv.DictReader(io.StringIO(render(made, ReportFormat.CSV, Language.VIETNAMESE).decode("utf-8")))
    assert row == {"unit": "-", "last_error": "'=cmd|' /C calc'!A0", "least": "-1.5"}


def test_a_document_takes_what_no_document_can_hold() -> None:
    said = "\x00\x1b[31mred\ud800 & <b>"
    table = ReportTable(heads("subject", "last_error"), ((said, said),))
    made = replace(report("x"), sections=(ReportSection("outages", table),))
    document = Document(io.BytesIO(render(made, ReportFormat.DOCX, Language.VIETNAMESE)))
    shown = document.tables[0].cell(1, 0).text
    assert shown.isprintable()
    assert shown.endswith(" & <b>")
    assert document.core_properties.author == ""


@pytest.mark.parametrize("form", [ReportFormat.TEXT, ReportFormat.HTML, ReportFormat.CSV])
def test_what_was_noted_in_english_is_told_in_the_readers_language(form: ReportFormat) -> None:
    """Programs get it as it was noted."""
    noted = "7 of 10 readings were not taken"
    table = ReportTable(heads("subject", "last_error"), (("no answer", noted),))
    made = replace(report("x"), sections=(ReportSection("outages", table),))
    told = render(made, form, Language.VIETNAMESE).decode("utf-8").replace("\u00a0", " ")
    assert "no answer" in told  # a name is a name
    assert (noted in told) == (form is ReportFormat.CSV)


def test_people_are_spared_empty_columns_and_told_of_what_lasts() -> None:
    table = ReportTable(heads("subject", "unit", "end", "total"), (("COD", "ug/Nm3", OngoingCell(), None),))
    made = replace(report("x"), sections=(ReportSection("outages", table),))
    shown = render(made, ReportFormat.TEXT, Language.VIETNAMESE).decode("utf-8")
    assert "Tổng" not in shown
    assert "chưa kết thúc" in shown
    assert "µg/Nm³" in shown
    (row,) = json.loads(render(made, ReportFormat.JSON, Language.VIETNAMESE))["outages"]
    assert row == {"subject": "COD", "unit": "ug/Nm3", "end": None, "total": None}


@pytest.mark.parametrize("kind", ReportKind)
def test_a_text_stays_within_a_terminals_line(kept: Kept, kind: ReportKind) -> None:
    made = build(kind, kept.configuration, kept.database, kept.days, NOW_MS)
    for language in Language:
        lines = render(made, ReportFormat.TEXT, language).decode("utf-8").splitlines()
        assert max(map(len, lines)) <= (LINE if language is Language.VIETNAMESE else LINE + 20), (
            "English words are long"
        )


def test_a_workbook_prints_on_as_many_sheets_as_it_is_long(kept: Kept) -> None:
    made = build(ReportKind.DAILY, kept.configuration, kept.database, kept.days, NOW_MS)
    sheet = openpyxl.load_workbook(io.BytesIO(render(made, ReportFormat.XLSX, Language.VIETNAMESE))).worksheets[1]
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)
    assert (sheet.page_setup.orientation, sheet.print_title_rows) == ("landscape", "$1:$1")


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("kind", ReportKind)
def test_every_report_reads_well_in_both_languages(kept: Kept, kind: ReportKind, language: Language) -> None:
    made = build(kind, kept.configuration, kept.database, kept.days, NOW_MS)
    page = Page(render(made, ReportFormat.HTML, language))
    assert not {name for name, _ in page.attributes} & {"src", "href"}, "a page stands by itself"
    text = render(made, ReportFormat.TEXT, language).decode("utf-8")
    for shown in (text, "\n".join(page.shown)):
        assert "Trạm <Ví dụ> & Co" in shown
        assert "{" not in shown
        for key in ("report.", "section.", "column.", "fact.", "term.", "kind."):
            assert f" {key}" not in shown
    title = text.splitlines()[0]
    assert (title.isascii()) == (language is Language.ENGLISH)


@pytest.mark.parametrize("kind", ReportKind)
def test_programs_get_the_same_whatever_the_language(kept: Kept, kind: ReportKind) -> None:
    made = build(kind, kept.configuration, kept.database, kept.days, NOW_MS)
    for form in (ReportFormat.JSON, ReportFormat.CSV):
        assert render(made, form, Language.VIETNAMESE).count(b"\n") == render(made, form, Language.ENGLISH).count(b"\n")
    content = json.loads(render(made, ReportFormat.JSON, Language.VIETNAMESE))
    assert (content["from"], content["report"]) == ("2026-01-05T00:00:00+07:00", kind.value)
    first = next(section for section in made.sections if section.table is not None)
    table = list(csv.DictReader(io.StringIO(render(made, ReportFormat.CSV, Language.VIETNAMESE).decode("utf-8"))))
    assert [
        {key: str(value) if value is not None else "" for key, value in row.items()} for row in content[first.key]
    ] == (table)


def test_a_workbook_keeps_numbers_as_numbers(kept: Kept) -> None:
    made = build(ReportKind.DAILY, kept.configuration, kept.database, kept.days, NOW_MS)
    book = openpyxl.load_workbook(io.BytesIO(render(made, ReportFormat.XLSX, Language.VIETNAMESE)))
    sheet = book.worksheets[1]
    heads_shown = [cell.value for cell in sheet[1]]
    cod = next(row for row in sheet.iter_rows(min_row=2, values_only=True) if row[1] == "COD")
    shown = dict(zip(heads_shown, cod, strict=True))
    assert (shown["Lớn nhất"], shown["Hợp lệ"]) == (200.0, 276)
    assert shown["Tỷ lệ hợp lệ"] == pytest.approx(276 / 288)
    assert shown["Ngày"].isoformat().startswith("2026-01-05")


def test_columns_of_text_line_up_under_their_heads(kept: Kept) -> None:
    made = build(ReportKind.COMPLETENESS, kept.configuration, kept.database, kept.days, NOW_MS)
    lines = render(made, ReportFormat.TEXT, Language.VIETNAMESE).decode("utf-8").splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("pH "))
    end = lines[start].index("864") + len("864")
    assert "có" in [line[end - len("có") : end] for line in lines[start - 2 : start]], "of the head Phải có"


HOSTILE = "\x1b[31m\x07red\u202e\u200b\ufffe\x9b\udcff\x00\nnext\r\ttab"


def _is_seen(text: str) -> bool:
    return all(character.isprintable() or character in "\n\u00a0\u202f" for character in text)


@pytest.mark.parametrize("form", [ReportFormat.TEXT, ReportFormat.HTML, ReportFormat.CSV, ReportFormat.JSON])
def test_text_from_outside_is_seen_and_does_nothing(form: ReportFormat) -> None:
    """Neither on a terminal nor in a page; a program reads the same characters."""
    shown = render(report(HOSTILE), form, Language.ENGLISH).decode("utf-8").replace("\r\n", "\n")
    assert _is_seen(shown)
    if form is ReportFormat.JSON:
        assert json.loads(shown)["station"]["name"] == HOSTILE
    else:
        assert r"\x1b[31m\x07red\u202e" in shown
        assert "\nnext" not in shown


def test_a_workbook_holds_any_text_and_none_as_a_formula() -> None:
    """Half of the control characters and a lone surrogate cannot stand in its XML at all."""
    for armed in ("=1+1", "+1", "-1+1", "@SUM(1)", "=cmd|' /C calc'!A0", f"={HOSTILE}", "\uff1d1+1", "\t=1+1"):
        book = openpyxl.load_workbook(io.BytesIO(render(report(armed), ReportFormat.XLSX, Language.ENGLISH)))
        cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]
        assert not [cell for cell in cells if cell.data_type == "f"]
        assert all(_is_seen(cell.value) for cell in cells if isinstance(cell.value, str))
        assert book.worksheets[1]["E2"].value == 1234
        subject = book.worksheets[1]["A2"]
        assert subject.data_type == "s"
        assert subject.quotePrefix or subject.value[0] not in "=+-@"


@pytest.mark.parametrize(
    ("given", "written"),
    [
        ("=1+1", "'=1+1"), ("+84 24", "'+84 24"), ("-1", "'-1"), ("@x", "'@x"), (" =1", "' =1"), ("\t=1", r"\t=1"),
        ("\uff1d1", "'\uff1d1"), ("-", "-"), ("a=1", "a=1"), (-1.5, -1.5), (7, 7), (None, None), ("a\nb", r"a\nb"),
    ],
)  # fmt: skip
def test_a_cell_of_csv_is_seen_and_never_computed(given: str | float | None, written: str | float | None) -> None:
    assert unarmed(given) == written
