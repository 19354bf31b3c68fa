"""Now, Charts and the wall as a browser gets them, of a station that has three days behind it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from importlib.resources import files

import pytest

from tests.support.page import RunningPage, three_days_page

TIME = "from=2026-01-05&to=2026-01-07"
UPLOT = {
    "uPlot.iife.min.js": "19c8d4c6ad88929a79f4ae49d6f7161566dfd0ba3d15cc495e974f787eb78f1f",
    "uPlot.min.css": "df630c6a8d6f8eeaff264b50f73ce5b114f646ffd9a0bb74f049b0a00135fa04",
}
"""Of npm's uplot 1.6.32, as it was published."""


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningPage]:
    with three_days_page(tmp_path_factory.mktemp("page")) as (running, _):
        yield running


def test_charts_of_all_parameters_come_with_their_tables_and_addresses(page: RunningPage) -> None:
    text = page.get(f"/charts?show-COD=1&show-pH=1&{TIME}").text
    assert text.count('<svg class="chart"') == text.count("<table>") == 2
    assert not re.search(r'\sstyle="|<style|<script(?! src=)|\son\w+="', text)
    for address in set(re.findall(r'(?:href|data-\w+)="(/charts[^"]*)"', text)):
        assert page.get(address.replace("&amp;", "&")).status == 200, address


def test_the_numbers_are_those_of_the_first_parameter_that_is_asked_for(page: RunningPage) -> None:
    answer = page.get(f"/charts/series.json?show-COD=1&{TIME}")
    assert answer.headers["content-type"].startswith("application/json")
    told = json.loads(answer.text)
    assert told["symbol"] == "COD"
    assert max(value for value in told["greatest"] if value is not None) == 200.0


def test_the_table_is_a_file(page: RunningPage) -> None:
    answer = page.get(f"/charts/series.csv?show-COD=1&{TIME}")
    assert "attachment" in answer.headers["content-disposition"]
    assert answer.text.startswith("begin,end,parameter,unit,least,mean,greatest,")


@pytest.mark.parametrize(
    ("query", "status"), [("show-XX=1", 404), ("last=9y", 400), ("from=2026-01-07&to=2026-01-05", 400)]
)
def test_what_cannot_be_shown_is_told(page: RunningPage, query: str, status: int) -> None:
    assert page.get(f"/charts?{query}").status == status


@pytest.mark.parametrize("path", ["/now", "/wall"])
def test_each_parameter_is_there_and_what_needs_a_person_comes_first(page: RunningPage, path: str) -> None:
    text = page.get(path).text
    assert text.index('class="needs"') < text.index("COD")
    assert "Hệ thống nhận, truyền dữ liệu không hoạt động" in text, "no gateway runs here"
    assert text.count('<svg class="spark"') == 2


def test_the_wall_is_in_no_menu(page: RunningPage) -> None:
    assert 'href="/wall"' not in page.get("/now").text


def test_what_is_not_ours_is_as_it_was_published_and_its_licence_lies_beside_it() -> None:
    folder = files("gateway.web").joinpath("static/uplot")
    for name, digest in UPLOT.items():
        assert hashlib.sha256(folder.joinpath(name).read_bytes()).hexdigest() == digest
    assert "MIT License" in folder.joinpath("LICENSE.txt").read_text("utf-8")
