"""The page as a browser meets it, before any room is looked at: it starts, answers, speaks two languages, and what goes
wrong is a page of its own."""

from __future__ import annotations

import http.client
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import pytest

from gateway.audit.configurations import adopt
from gateway.audit.reload_requests import ReloadOutcome, ReloadRequests
from gateway.config import Configuration, Language
from gateway.core.errors import Problem
from gateway.core.phrase import Phrase
from gateway.core.role import Role
from gateway.db import join_database
from gateway.texts import texts_in
from gateway.web.accounts.database import web_file
from tests.support.page import RunningPage, running_page, three_days_page
from tests.support.visitor import PageVisitor, add_account


@pytest.fixture(scope="module")
def station(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RunningPage, Configuration]]:
    with three_days_page(tmp_path_factory.mktemp("page")) as both:
        yield both


@pytest.fixture(scope="module")
def page(station: tuple[RunningPage, Configuration]) -> RunningPage:
    return station[0]


def test_the_first_address_leads_to_the_first_room(page: RunningPage) -> None:
    answer = page.get("/")
    assert answer.status == 307
    assert page.get(answer.headers["location"]).status == 200


def test_it_speaks_the_stations_language_and_the_one_that_was_chosen(page: RunningPage) -> None:
    assert '<html lang="vi">' in page.get("/system").text
    chosen = page.get("/language/en?to=/system")
    assert (chosen.status, chosen.headers["location"]) == (303, "/system")
    cookie = chosen.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    english = page.get("/system", Cookie=cookie.partition(";")[0]).text
    assert '<html lang="en">' in english
    assert texts_in(Language.ENGLISH)("page.system.title") in english


@pytest.mark.parametrize(
    "to", ["//elsewhere.vn/", "https://elsewhere.vn/", "/\\elsewhere.vn", "/a%0d%0aSet-Cookie:x=1"]
)
def test_a_language_leads_nowhere_else(page: RunningPage, to: str) -> None:
    answer = page.get(f"/language/en?to={to}")
    assert answer.headers["location"] == "/"
    assert "x=1" not in answer.headers["set-cookie"]


@pytest.mark.parametrize("path", ["/nothing", "/static/../../../etc/passwd", "/static/%2e%2e/page.css", "/language/xx"])
def test_what_is_not_there_is_a_page_that_says_so(page: RunningPage, path: str) -> None:
    answer = page.get(path)
    assert answer.status == 404
    assert texts_in(Language.VIETNAMESE)("page.problem.404") in answer.text


def test_a_name_of_the_station_is_never_markup(page: RunningPage) -> None:
    assert "Trạm &lt;Ví dụ&gt; &amp; Co" in page.get("/system").text


def test_why_a_reload_was_refused_is_said_in_the_readers_language(station: tuple[RunningPage, Configuration]) -> None:
    page, configuration = station
    fault = Problem("gateway.yaml", 7, "reporting.slot", Phrase("is missing"), Phrase("remove it"))
    with closing(join_database(configuration.storage.path / "gateway.db")) as database:
        adopt(database, configuration.source, (), configuration.file, 1)
        requests = ReloadRequests(database)
        requests.ask("a" * 64, "lan", 2, may_restart=False)
        outcome = ReloadOutcome(Phrase("the file is faulty"), (fault.words,))
        requests.refuse(requests.open()[0], configuration.source.sha256, outcome, 3)
    vietnamese = 'lan: <span class="dim">tệp có lỗi: gateway.yaml:7: reporting.slot: còn thiếu; hãy bỏ mục này</span>'
    assert vietnamese in page.get("/system").text
    cookie = page.get("/language/en?to=/system").headers["set-cookie"].partition(";")[0]
    english = "the file is faulty: gateway.yaml:7: reporting.slot: is missing; remove it</span>"
    assert english in page.get("/system", Cookie=cookie).text


def test_static_files_are_kept_by_the_browser_under_an_address_of_their_content(page: RunningPage) -> None:
    text = page.get("/system").text
    address = text.partition('<link rel="stylesheet" href="')[2].partition('"')[0]
    answer = page.get(address)
    assert answer.status == 200
    assert "immutable" in answer.headers["cache-control"]
    assert page.get(address.partition("?")[0]).headers["cache-control"] == "no-cache"


def test_news_come_as_events(page: RunningPage) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", page.port, timeout=20)
    connection.request("GET", "/live")
    answer = connection.getresponse()
    assert answer.headers["content-type"].startswith("text/event-stream")
    while answer.readline().strip() != b"event: changed":
        pass
    connection.close()


def test_a_wall_that_is_open_without_a_log_in_is_told_of_news(tmp_path: Path) -> None:
    with three_days_page(tmp_path, ", login: always") as (page, _):
        assert page.get("/now").status == 303
        assert page.get("/wall").status == 200
        connection = http.client.HTTPConnection("127.0.0.1", page.port, timeout=20)
        connection.request("GET", "/live")
        assert connection.getresponse().headers["content-type"].startswith("text/event-stream")
        connection.close()


def test_accounts_that_cannot_be_read_are_a_page_that_says_so(tmp_path: Path) -> None:
    with three_days_page(tmp_path) as (page, station):
        assert station.web is not None
        add_account(station.web.storage, "lan", Role.OPERATOR)
        visitor = PageVisitor(page.port)
        visitor.log_in("lan")
        with closing(sqlite3.connect(web_file(station.web.storage))) as accounts:
            accounts.execute("PRAGMA legacy_alter_table = 1")
            accounts.execute("ALTER TABLE session RENAME TO lost")
            accounts.commit()
        for path in ("/now", "/nothing", "/login", "/password"):
            answer = visitor.get(path)
            assert answer.status == (404 if path == "/nothing" else 503)
            assert "</html>" in answer.text
        assert "Traceback" not in page.log.read_text("utf-8")


def test_what_somebody_wrote_hides_nothing_and_turns_nothing_round(page: RunningPage) -> None:
    text = page.get("/deliveries?to=" + quote("a\u202eb\x1b[31mc")).text
    assert r"a\u202eb\x1b[31mc" in text


def test_without_a_database_it_says_what_to_do(tmp_path: Path) -> None:
    with three_days_page(tmp_path) as (page, station):
        station.storage.path.joinpath("gateway.db").rename(tmp_path / "elsewhere")
        answer = page.get("/system")
        assert answer.status == 503
        assert "gateway run" in answer.text


def test_a_port_that_is_taken_is_told_in_a_line(tmp_path: Path) -> None:
    with three_days_page(tmp_path) as (page, station):
        second = tmp_path / "second.yaml"
        folder = str(tmp_path / "page")
        second.write_text(station.file.read_text("utf-8").replace(folder, f"{folder}-2"), "utf-8")
        with (
            pytest.raises(AssertionError, match=rf"gateway: nobody can listen at 127.0.0.1:{page.port}"),
            running_page(second, page.port, log=tmp_path / "second.log"),
        ):
            pass
    assert "Traceback" not in (tmp_path / "second.log").read_text("utf-8")
    with socket.create_server(("127.0.0.1", page.port)):
        pass  # and it is free again


def test_a_folder_is_one_pages(tmp_path: Path) -> None:
    with (
        three_days_page(tmp_path) as (page, station),
        pytest.raises(AssertionError, match="một trang web khác đang làm việc trong"),
        running_page(station.file, page.port, log=tmp_path / "second.log"),
    ):
        pass
