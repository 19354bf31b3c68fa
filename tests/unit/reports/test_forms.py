"""One report in all its forms: people get words, programs get keys, and nobody's name becomes markup or a formula."""

from __future__ import annotations

import csv
import io
import json
from html.parser import HTMLParser

import openpyxl
import pytest

from gateway.config import Language
from gateway.reports.document import Chart, Heading, Moment, Report, Section, Share, Table, Term, heads
from gateway.reports.forms import Form, render
from gateway.reports.kinds import Kind, build
from gateway.reports.period import Period
from tests.support.journey import MIDNIGHT_MS
from tests.support.kept import NOW_MS
from tests.unit.reports.conftest import Kept

ZONE = "Asia/Ho_Chi_Minh"
NASTY = '<script>alert("1")</script> & =1+1'


class Page(HTMLParser):
    """Checks that what is opened is closed, and gathers what is shown."""

    VOID = {"meta", "br", "hr"}

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
    heading = Heading(name, "NUO001", name, "HN", "wastewater", Period(MIDNIGHT_MS, MIDNIGHT_MS, ZONE), MIDNIGHT_MS)
    table = Table(
        heads("subject", "begin", "received_share", "requirement", "slots"),
        ((name, Moment(MIDNIGHT_MS), Share(0.5), Term("not_met", is_alarming=True), 1234),),
    )
    chart = Chart(name, name, MIDNIGHT_MS, 3_600_000, ((1.0, 2.0, 3.0), None), (2.5,))
    return Report("quality", heading, (("parameters", 1),), (Section("findings", table, [chart]),))


def test_names_are_shown_and_never_obeyed() -> None:
    page = Page(render(report(NASTY), Form.HTML, Language.ENGLISH))
    assert "script" not in page.tags
    assert any(NASTY in text for text in page.shown)
    book = openpyxl.load_workbook(io.BytesIO(render(report("=1+1"), Form.XLSX, Language.ENGLISH)))
    cell = book.worksheets[1]["A2"]
    assert (cell.value, cell.data_type) == ("=1+1", "s")


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("kind", Kind)
def test_every_report_reads_well_in_both_languages(kept: Kept, kind: Kind, language: Language) -> None:
    made = build(kind, kept.configuration, kept.database, kept.days, NOW_MS)
    page = Page(render(made, Form.HTML, language))
    assert not {name for name, _ in page.attributes} & {"src", "href"}, "a page stands by itself"
    text = render(made, Form.TEXT, language).decode("utf-8")
    for shown in (text, "\n".join(page.shown)):
        assert "Trạm <Ví dụ> & Co" in shown
        assert "{" not in shown
        for key in ("report.", "section.", "column.", "fact.", "term.", "kind."):
            assert f" {key}" not in shown
    title = text.splitlines()[0]
    assert (title.isascii()) == (language is Language.ENGLISH)


@pytest.mark.parametrize("kind", Kind)
def test_programs_get_the_same_whatever_the_language(kept: Kept, kind: Kind) -> None:
    made = build(kind, kept.configuration, kept.database, kept.days, NOW_MS)
    for form in (Form.JSON, Form.CSV):
        assert render(made, form, Language.VIETNAMESE).count(b"\n") == render(made, form, Language.ENGLISH).count(b"\n")
    content = json.loads(render(made, Form.JSON, Language.VIETNAMESE))
    assert (content["from"], content["report"]) == ("2026-01-05T00:00:00+07:00", kind.value)
    first = next(section for section in made.sections if section.table is not None)
    table = list(csv.DictReader(io.StringIO(render(made, Form.CSV, Language.VIETNAMESE).decode("utf-8"))))
    assert [
        {key: str(value) if value is not None else "" for key, value in row.items()} for row in content[first.key]
    ] == (table)


def test_a_workbook_keeps_numbers_as_numbers(kept: Kept) -> None:
    made = build(Kind.DAILY, kept.configuration, kept.database, kept.days, NOW_MS)
    book = openpyxl.load_workbook(io.BytesIO(render(made, Form.XLSX, Language.VIETNAMESE)))
    sheet = book.worksheets[1]
    heads_shown = [cell.value for cell in sheet[1]]
    cod = next(row for row in sheet.iter_rows(min_row=2, values_only=True) if row[1] == "COD")
    shown = dict(zip(heads_shown, cod, strict=True))
    assert (shown["Lớn nhất"], shown["Hợp lệ"]) == (200.0, 276)
    assert shown["Tỷ lệ hợp lệ"] == pytest.approx(276 / 288)
    assert shown["Ngày"].isoformat().startswith("2026-01-05")


def test_columns_of_text_line_up_under_their_heads(kept: Kept) -> None:
    made = build(Kind.COMPLETENESS, kept.configuration, kept.database, kept.days, NOW_MS)
    lines = render(made, Form.TEXT, Language.VIETNAMESE).decode("utf-8").splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("Thông số"))
    head, row = lines[start], lines[start + 1]
    assert row.index("864") + len("864") == head.index("Phải có") + len("Phải có")
