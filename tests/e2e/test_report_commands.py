"""`gateway report` and `gateway export` as a person types them, on a station with three days behind it."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from docx import Document

from gateway.core.averaging import Average
from gateway.core.reading import Parameter, Reading, Readings, Status
from gateway.core.record import Line, Record
from gateway.core.slot import Slot, slot_of
from gateway.readings.packing import Row
from gateway.readings.store import Block, Layout
from tests.support.journey import MIDNIGHT_MS, SLOT_MS, Journey
from tests.support.live.gateway import command
from tests.support.peak_memory import peak_kb
from tests.support.three_days import configuration, fill

DAYS = ("--from", "2026-01-05", "--to", "2026-01-07")


@pytest.fixture(scope="module")
def station(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its configuration file."""
    folder = tmp_path_factory.mktemp("station")
    journey = Journey(folder)
    fill(journey)
    journey.database.close()
    configuration(folder, language="en")
    return folder / "gateway.yaml"


def test_a_report_goes_where_it_is_sent_and_overwrites_nothing(station: Path, tmp_path: Path) -> None:
    shown = command("report", "completeness", *DAYS, "-c", station, "--format", "json")
    assert shown.returncode == 0, shown.stderr
    assert json.loads(shown.stdout)["summary"]["recorded_slots"] == 696
    page = tmp_path / "january.html"
    first, again, forced = (
        command("report", "completeness", "--month", "2026-01", "-c", station, "-o", page, *more)
        for more in ((), (), ("--force",))
    )
    assert (first.returncode, again.returncode, forced.returncode) == (0, 1, 0)
    assert again.stderr == f"gateway: {page} exists; choose another name, or add --force\n"
    assert page.read_text("utf-8").startswith("<!doctype html>")
    assert [file.name for file in tmp_path.iterdir()] == ["january.html"]


def test_the_notice_is_drafted_and_where_none_is_due_it_is_said(station: Path, tmp_path: Path) -> None:
    file = tmp_path / "notice.docx"
    drafted = command("report", "outages", "--letter", *DAYS, "-c", station, "-o", file)
    assert drafted.returncode == 0, drafted.stderr
    assert len(Document(str(file)).tables[1].rows) >= 3
    folder = tmp_path / "notices"
    each = command("report", "outages", "--letter", "--each", "--format", "html", *DAYS, "-c", station, "-o", folder)
    assert each.returncode == 0, each.stderr
    assert "NUO001_202601060155_1.html" in {one.name for one in folder.iterdir()}
    quiet = command("report", "outages", "--letter", "--month", "2025-01", "-c", station, "-o", tmp_path / "none.docx")
    assert (quiet.returncode, quiet.stdout) == (0, "")
    assert "no notice is due" in quiet.stderr
    assert not (tmp_path / "none.docx").exists()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("report", "everything", *DAYS), "there are: completeness"),
        (("report", "quality"), "--month 2026-01"),
        (("report", "quality", "--month", "2026-13"), "write 2026-01"),
        (("report", "quality", "--month", "2026-01", *DAYS), "--month 2026-01, or --from"),
        (("report", "quality", "--from", "2026-01-05"), "--to is missing"),
        (("report", "quality", *DAYS, "--format", "pdf"), "there are: text"),
        (("report", "quality", *DAYS, "--format", "xlsx"), "-o FILE.xlsx"),
        (("report", "quality", *DAYS, "--letter"), "--letter is for outages"),
        (("report", "outages", *DAYS, "--each"), "are for --letter"),
        (("report", "outages", *DAYS, "--letter"), "-o FILE.docx"),
        (("report", "quality", *DAYS, "--language", "fr"), "write vi or en"),
        (("export", *DAYS, "--format", "pdf"), "there are: csv"),
        (("export", *DAYS, "--format", "tt10"), "-o FOLDER"),
        (("export", "--from", "2026-01-07", "--to", "2026-01-05"), "exchange"),
        (("export", *DAYS, "--interval", "5 minutes"), "--interval"),
        (("export", *DAYS, "--interval", "7min"), "no slots of 7min are made; use 5min"),
        (("export", *DAYS, "--interval", "5min", "--readings"), "does not go with --readings"),
        (("export", *DAYS, "--parameter", "CODD"), "did you mean COD?"),
        (("export", *DAYS, "--parameter", "pH", "--parameter", "Q"), "there are: pH, COD"),
        (("export", *DAYS, "--folder", "%Y"), "--folder goes with --format tt10"),
        (("export", *DAYS, "--format", "tt10", "--folder", "/elsewhere", "-o", "days"), "is not a folder pattern"),
        (("export", *DAYS, "--format", "tt10", "--folder", "../%Y", "-o", "days"), "is not a folder pattern"),
        (("export", "--from", "0001-01-01", "--to", "9999-12-31"), "outside the years 1971 to 9998"),
        (("report", "daily", "--month", "2999-01"), "has not begun yet"),
        (("report", "outages", "--month", "2999-01", "--letter", "-o", "x.docx"), "has not begun yet"),
        (("events", "--kind", "everything"), "exceeded, gateway_off"),
        (("calibrate", "start", "ph", "--reason", "x"), "did you mean pH?"),
    ],
)
def test_what_cannot_be_meant_is_told_in_a_line(station: Path, arguments: tuple[str, ...], told: str) -> None:
    refused = command(*arguments, "-c", station)
    assert refused.returncode == 2
    assert told in refused.stderr
    assert refused.stdout == ""
    assert len(refused.stderr.splitlines()) == 1


def test_what_has_only_just_begun_is_not_reported_on(station: Path) -> None:
    """Its heading ended before it began."""
    now = datetime.now(UTC)
    arguments = ("--to", (now + timedelta(hours=1)).isoformat(), "-c", station)
    refused = command("report", "daily", "--from", (now - timedelta(minutes=4)).isoformat(), *arguments)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "no slot of that time counts yet" in refused.stderr
    assert command("report", "daily", "--from", (now - timedelta(minutes=6)).isoformat(), *arguments).returncode == 0
    # What is told of no slots waits for none.
    assert command("report", "orders", "--from", (now - timedelta(seconds=1)).isoformat(), *arguments).returncode == 0


def test_exports_go_to_a_pipe_a_file_and_a_folder(station: Path, tmp_path: Path) -> None:
    piped = command("export", *DAYS, "--parameter", "pH", "-c", station)
    assert piped.returncode == 0, piped.stderr
    rows = list(csv.DictReader(io.StringIO(piped.stdout)))
    assert len(rows) == 696
    folder = tmp_path / "files"
    files = command("export", *DAYS, "--format", "tt10", "--folder", "%Y%m%d", "-c", station, "-o", folder)
    assert files.returncode == 0, files.stderr
    assert len(list((folder / "20260107").iterdir())) == 288
    as_listed = ("--format", "tt10", "--folder", "YYYY/ThangMM/NgayDD", "-c", station, "-o", tmp_path / "listed")
    assert command("export", *DAYS, *as_listed).returncode == 0
    assert len(list((tmp_path / "listed/2026/Thang01/Ngay07").iterdir())) == 288
    again = command("export", *DAYS, "--format", "tt10", "-c", station, "-o", folder)
    assert again.returncode == 1
    assert "not empty" in again.stderr


def test_a_time_of_which_nothing_is_kept_is_told_beside_the_empty_table(station: Path) -> None:
    empty = command("export", "--month", "2025-01", "-c", station)
    assert (empty.returncode, len(empty.stdout.splitlines())) == (0, 1)
    assert empty.stderr == "gateway: nothing was kept of that time\n"


def test_whoever_stops_reading_is_no_fault_of_ours(station: Path) -> None:
    exporting = subprocess.Popen(
        [sys.executable, "-m", "gateway", "export", *DAYS, "-c", str(station)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert exporting.stdout is not None
    assert exporting.stderr is not None
    exporting.stdout.read(10)
    exporting.stdout.close()
    assert b"Traceback" not in exporting.stderr.read()
    exporting.wait()


@pytest.mark.parametrize("what", [(), ("--readings",)])
def test_a_large_export_takes_no_more_memory_than_a_small_one(tmp_path: Path, what: tuple[str, ...]) -> None:
    """Were it read at once, the large one would take 18 MB more."""
    configuration(tmp_path)
    _fill_with_copies(tmp_path, count=12_000, size=1500)
    small, large = (
        peak_kb(
            "export",
            "--from",
            "2026-01-01",
            "--to",
            last,
            "--parameter",
            "P0",
            *what,
            "-c",
            str(tmp_path / "gateway.yaml"),
        )  # fmt: skip
        for last in ("2026-01-01", "2026-04-30")
    )
    assert large - small < 5_000


def _fill_with_copies(folder: Path, count: int, size: int) -> None:
    """Slots and readings with so many bytes each, as of a station with ninety parameters, all alike."""
    journey = Journey(folder)
    journey.database.read("PRAGMA synchronous = OFF")
    parameters = tuple(Parameter(f"P{n}", "mg/L") for n in range(size // 17))
    lines = tuple(Line(parameter, Average(1.5, Status.MEASURING, 60, 60)) for parameter in parameters)
    readings = Readings.of(Reading(n * 1.7320508, Status.MEASURING) for n in range(len(parameters)))
    layout = Layout("plc", 5000, parameters)
    journey.readings.add([Block(layout, slot_of(MIDNIGHT_MS, SLOT_MS), (Row(MIDNIGHT_MS, readings),))])
    journey.records.add(Record(Slot(MIDNIGHT_MS, SLOT_MS), lines), MIDNIGHT_MS)
    with journey.database.write() as connection:
        connection.execute(
            "INSERT INTO record (length_ms, end_ms, layout_id, closed_ms, packed)"
            " WITH RECURSIVE later(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM later WHERE n < ?)"
            " SELECT length_ms, end_ms + n * length_ms, layout_id, closed_ms, packed FROM later, record",
            (count,),
        )
        connection.execute(
            "INSERT INTO reading_block (layout_id, first_ms, last_ms, samples, late, packed)"
            " WITH RECURSIVE later(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM later WHERE n < ?1)"
            " SELECT layout_id, first_ms + n * ?2, last_ms + n * ?2, samples, late, packed FROM later, reading_block",
            (count, SLOT_MS),
        )
    journey.database.close()


def test_the_database_is_only_read(station: Path) -> None:
    before = (station.parent / "gateway.db").read_bytes()
    assert command("report", "monthly", *DAYS, "-c", station).returncode == 0
    assert (station.parent / "gateway.db").read_bytes() == before
