"""The page's reports: each kind in each form by a real child, one at a time, and whatever ends a child in words."""

from __future__ import annotations

import io
import re
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gateway.config import Configuration, Language
from gateway.core.errors import GatewayError
from gateway.core.role import Role
from gateway.reports.document import ReportKind
from gateway.runtime.clock import SystemClock
from gateway.texts import Wording, texts_in
from gateway.web.databases import Databases
from gateway.web.drawing import PageFrame, draw
from gateway.web.pages import reports
from gateway.web.report_jobs import MOST_KEPT, MOST_WAITING, JobState, ReportJob, ReportJobs, TooManyReports
from gateway.web.report_request import LETTER, PrintFormat, ReportRequest
from gateway.web.room import BadRequest, FilledForm, NotThere, StationLook
from tests.support import three_days
from tests.support.clock import FakeClock
from tests.support.journey import Journey
from tests.support.visitor import add_account, open_page

MONTH = "2026-01"


def request(name: str, file_format: PrintFormat = PrintFormat.HTML, month: str | None = MONTH) -> ReportRequest:
    return ReportRequest(name, month, file_format, Language.VIETNAMESE)


@pytest.fixture(scope="module")
def station(tmp_path_factory: pytest.TempPathFactory) -> Configuration:
    folder = tmp_path_factory.mktemp("station")
    configuration = three_days.configuration(folder)
    journey = Journey(folder)
    three_days.fill(journey)
    journey.database.close()
    return configuration


@pytest.fixture
def jobs_of() -> Iterator[Callable[..., ReportJobs]]:
    """Jobs whose child is this script, or the real one."""
    made: list[ReportJobs] = []

    def make(script: str | None = None) -> ReportJobs:
        child = (sys.executable, "-m", "gateway.web.report_child") if script is None else ("/bin/sh", "-c", script)
        made.append(ReportJobs(SystemClock(), child))
        return made[-1]

    yield make
    for jobs in made:
        jobs.close()


def over(jobs: ReportJobs, number: int, within_s: float = 60.0) -> ReportJob:
    """The job, once it is over."""
    deadline = time.monotonic() + within_s
    while True:
        [job] = [one for one in jobs.listed() if one.number == number]
        if job.is_over:
            return job
        assert time.monotonic() < deadline, job
        threading.Event().wait(0.02)


def bytes_of(jobs: ReportJobs, number: int) -> bytes:
    found = jobs.content(number)
    assert found is not None
    with found[1] as file:
        return file.read()


def test_a_report_is_what_the_command_writes(
    station: Configuration, jobs_of: Callable[..., ReportJobs], tmp_path: Path
) -> None:
    jobs = jobs_of()
    wanted = [request(LETTER, PrintFormat.DOCX), request(ReportKind.MONTHLY, PrintFormat.XLSX)]
    wanted += [request(ReportKind.STATION, month=None)]
    before = set(station.storage.path.iterdir())
    for one in wanted:
        job = over(jobs, jobs.ask(station, tmp_path, one).number)
        assert job.state is JobState.READY, job
        content = bytes_of(jobs, job.number)
        assert len(content) == job.size
        if one.file_format is PrintFormat.HTML:
            assert content.startswith(b"<!doctype html>")
            assert "NUO001" in content.decode()
        else:
            assert zipfile.ZipFile(io.BytesIO(content)).testzip() is None
    assert list(tmp_path.iterdir()) == []
    assert set(station.storage.path.iterdir()) == before


def test_what_cannot_be_made_says_why(
    station: Configuration, jobs_of: Callable[..., ReportJobs], tmp_path: Path
) -> None:
    jobs = jobs_of()
    job = over(jobs, jobs.ask(station, tmp_path, request(ReportKind.DAILY, month="2040-01")).number)
    assert (job.state, job.words) == (
        JobState.FAILED,
        "no slot of that time counts yet: each does five minutes after its end",
    )
    assert jobs.content(job.number) is None
    nothing = over(jobs, jobs.ask(station, tmp_path, request(LETTER, PrintFormat.DOCX, "2025-06")).number)
    assert nothing.state is JobState.NOTHING_DUE


def test_one_is_made_at_a_time_and_the_rest_wait(
    station: Configuration, jobs_of: Callable[..., ReportJobs], tmp_path: Path
) -> None:
    go_on = tmp_path / "go-on"
    jobs = jobs_of(f"while [ ! -e {go_on} ]; do sleep 0.02; done; printf made")
    kinds = [one.value for one in ReportKind][: MOST_WAITING + 1]
    numbers = [jobs.ask(station, tmp_path, request(kind)).number for kind in kinds]
    assert jobs.ask(station, tmp_path, request(kinds[0])).number == numbers[0]
    states = [job.state for job in reversed(jobs.listed())]
    assert states == [JobState.MAKING] + [JobState.WAITING] * MOST_WAITING
    with pytest.raises(TooManyReports):
        jobs.ask(station, tmp_path, request(LETTER))
    go_on.touch()
    for number in numbers:
        assert over(jobs, number).state is JobState.READY
        assert bytes_of(jobs, number) == b"made"
    assert jobs.ask(station, tmp_path, request(kinds[0])).number == numbers[0]  # it has just been made


def test_no_more_is_kept_than_a_few(station: Configuration, jobs_of: Callable[..., ReportJobs], tmp_path: Path) -> None:
    jobs = jobs_of("printf made")
    for number in range(1, MOST_KEPT + 4):
        job = jobs.ask(station, tmp_path, request(ReportKind.DAILY, month=f"20{number:02}-01"))
        over(jobs, job.number)
    assert len(jobs.listed()) == MOST_KEPT + 1
    assert jobs.content(1) is None


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("echo 'first\n\x1b[31mlast' >&2; exit 1", "\\x1b[31mlast"),
        ("exit 9", "it ended with 9"),
        ("kill -ALRM $$", "it was ended before it was made (signal 14): too slow, or too little memory"),
        ("yes why | head -c 1000000 >&2; exit 1", "why"),
    ],
)
def test_however_a_child_ends_it_is_told(
    station: Configuration, jobs_of: Callable[..., ReportJobs], tmp_path: Path, script: str, words: str
) -> None:
    jobs = jobs_of(script)
    job = over(jobs, jobs.ask(station, tmp_path, request(ReportKind.DAILY)).number)
    assert (job.state, job.words) == (JobState.FAILED, words)
    again = jobs.ask(station, tmp_path, request(ReportKind.DAILY))
    assert again.number != job.number  # what failed may be tried again at once


def test_a_program_that_is_not_there_and_a_folder_that_cannot_be_written(
    station: Configuration, tmp_path: Path
) -> None:
    jobs = ReportJobs(SystemClock(), ("/bin/missing",))
    job = jobs.ask(station, tmp_path, request(ReportKind.DAILY))
    assert (job.state, job.words) == (JobState.FAILED, "No such file or directory")
    with pytest.raises(GatewayError, match=r"cannot be written .*web\.storage"):
        jobs.ask(station, Path("/proc/nowhere"), request(ReportKind.MONTHLY))


def test_whoever_takes_a_report_has_it_to_himself(
    station: Configuration, jobs_of: Callable[..., ReportJobs], tmp_path: Path
) -> None:
    jobs = jobs_of("printf report")
    job = over(jobs, jobs.ask(station, tmp_path, request(ReportKind.DAILY)).number)
    first, second = jobs.content(job.number), jobs.content(job.number)
    assert first is not None
    assert second is not None
    with first[1] as one, second[1] as other:
        assert one.read(3) == b"rep"
        jobs.close()
        assert (other.read(), one.read()) == (b"report", b"ort")


def test_a_full_temporary_folder_fails_one_report_and_no_page(
    station: Configuration, jobs_of: Callable[..., ReportJobs], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs = jobs_of("exit 0")
    monkeypatch.setattr(tempfile, "tempdir", "/dev/full")
    job = jobs.ask(station, tmp_path, request(ReportKind.DAILY))
    assert (job.state, job.words) == (JobState.FAILED, "Not a directory")
    monkeypatch.undo()
    assert over(jobs, jobs.ask(station, tmp_path, request(ReportKind.DAILY)).number).state is JobState.READY


def test_a_child_gives_way_and_ends_itself() -> None:
    code = (
        "import os, signal; from gateway.web.report_child import give_way; give_way();"
        "print(os.nice(0), open('/proc/self/oom_score_adj').read().strip(), signal.alarm(0) > 250)"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert shown == "19 1000 True\n"


def test_what_would_be_larger_than_it_may_be_is_told_and_takes_no_more_room(tmp_path: Path) -> None:
    code = (
        "import sys; from gateway.web.report_child import give_way, hand_over; give_way(2_000_000);"
        "sys.exit(hand_over(bytes(3_000_000)))"
    )
    with (tmp_path / "report").open("wb") as output:
        ended = subprocess.run(
            [sys.executable, "-c", code], stdout=output, stderr=subprocess.PIPE, text=True, check=False
        )
    assert (ended.returncode, ended.stderr) == (1, "it would be larger than 2 MB: ask for less")
    assert (tmp_path / "report").stat().st_size == 2_000_000


@pytest.mark.parametrize("language", list(Language))
def test_the_room_offers_what_the_station_has(station: Configuration, tmp_path: Path, language: Language) -> None:
    html = drawn(station, language, {})
    assert f'<option value="{MONTH}" selected>' in html
    forms = dict(re.findall(r'name="kind" value="(\w+)">(.*?)</form>', html, re.DOTALL))
    assert f'name="month" value="{MONTH}"' in forms["outages"]
    assert 'name="format" value="docx"' in forms["outages"]
    assert 'name="month"' not in forms["station"]
    assert 'value="xlsx"' not in forms["letter"]
    assert not {"cameras", "seals"} & forms.keys()


@pytest.mark.parametrize(
    ("query", "key"),
    [
        ({"kind": "../../etc/passwd", "format": "html", "month": MONTH}, "no_kind"),
        ({"kind": "cameras", "format": "html", "month": MONTH}, "no_kind"),
        ({"kind": "letter", "format": "xlsx", "month": MONTH}, "no_format"),
        ({"kind": "daily", "format": "json", "month": MONTH}, "no_format"),
        ({"kind": "daily", "format": "html"}, "no_month"),
        ({"kind": "daily", "format": "html", "month": "2026-13"}, "no_month"),
        ({"kind": "daily", "format": "html", "month": "2026-02"}, "not_begun"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(station: Configuration, query: dict[str, str], key: str) -> None:
    with pytest.raises(BadRequest) as refused, look(station, Language.VIETNAMESE, {}) as at:
        reports.make(at, FilledForm(query, ""))
    assert str(refused.value) == texts_in(Language.VIETNAMESE)(f"page.reports.{key}")


def test_a_report_that_is_not_there_is_said_to_be_gone(station: Configuration) -> None:
    for number in ("99", "x", "٣", "9" * 400, "-1"):
        with pytest.raises(NotThere), look(station, Language.ENGLISH, {}, {"number": number}) as at:
            reports.made(at)


@contextmanager
def look(
    station: Configuration, language: Language, query: dict[str, str], path: dict[str, str] | None = None
) -> Iterator[StationLook]:
    clock = FakeClock(three_days.NOW_MS)
    databases = Databases(station.storage.path, clock)
    try:
        with databases.gateway() as database:
            wording = Wording.of(language)
            yield StationLook(station, database, databases.cameras, clock.now(), wording, None, query, path or {})
    finally:
        databases.close()


def drawn(station: Configuration, language: Language, query: dict[str, str]) -> str:
    with look(station, language, query) as at:
        page = reports.reports(at)
    frame = PageFrame(station, three_days.NOW_MS, True, (reports.ROOM,), "/reports", None, "", False)
    return draw(page, "reports", language, frame)


def test_the_authority_gets_a_report_through_the_page_and_a_viewer_does_not(tmp_path: Path) -> None:
    with open_page(tmp_path) as page:
        stranger, authority, viewer = page.visitor(), page.visitor("127.0.0.2"), page.visitor("127.0.0.3")
        assert stranger.get("/reports").headers["location"] == "/login?to=%2Freports"
        add_account(page.storage, "nguoi-xem", Role.VIEWER)
        viewer.log_in("nguoi-xem")
        assert [viewer.get(path).status for path in ("/reports", "/reports/made/1")] == [403, 403]
        wanted = {"kind": "station", "format": "html"}
        assert viewer.post("/reports/make", wanted, shown_at="/password").status == 403
        authority.log_in("so.tnmt")
        assert authority.get("/reports/make?kind=station&format=html").status == 405
        assert authority.send("/reports/make", wanted).status == 403
        assert "/reports/made/" not in authority.get("/reports").text
        asked = authority.post("/reports/make", wanted, shown_at="/reports")
        assert (asked.status, asked.headers["location"]) == (303, "/reports")
        deadline = time.monotonic() + 60
        while 'href="/reports/made/1"' not in authority.get("/reports").text:
            assert time.monotonic() < deadline, authority.get("/reports").text
            threading.Event().wait(0.2)
        made = authority.get("/reports/made/1")
        assert made.headers["content-disposition"] == "attachment; filename*=UTF-8''NUO001_station.html"
        assert made.text.startswith("<!doctype html>")
        assert authority.get("/reports/made/2").status == 404
        assert authority.post("/reports/make", {**wanted, "format": "exe"}, shown_at="/reports").status == 400
        assert not [one for one in page.storage.iterdir() if "tmp" in one.name]
