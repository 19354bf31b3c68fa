"""`gateway cameras …` as a person types it, on what a recorder left in its database."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from gateway.cameras.catalog.camera_states import CameraStateStore
from gateway.cameras.catalog.database import open_cameras_database
from gateway.cameras.catalog.gaps import GapStore
from gateway.cameras.catalog.segments import SegmentStore
from gateway.cameras.packet import StreamShape
from gateway.cli.cameras import cameras
from gateway.cli.cameras.tried import try_cameras
from gateway.cli.main import app
from gateway.config import load
from gateway.core.errors import GatewayError
from gateway.core.instants import DAY_MS, HOUR_MS, MINUTE_MS, utc_text
from gateway.core.video import GapCause, VideoGap, segment_file
from gateway.db import open_database
from gateway.runtime import lock
from tests.support.clock import FakeClock
from tests.support.live.configuration import Server, Wanted, write
from tests.support.recorded import NOW_MS, SEGMENT_BYTES, add_cameras, fill

INSTRUMENTS = {"plc": {"host": "127.0.0.1", "port": 502}, "bus": {"device": "/dev/ttyUSB0"}}
PROVINCE = Wanted("province", Server("sftp", "127.0.0.1", 22, "nuo001", "secret", f"SHA256:{'A' * 43}"))


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.runtime.clock.SystemClock", lambda: FakeClock(wall_ms=NOW_MS))


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """Configured, and never recorded."""
    configuration = write(tmp_path, INSTRUMENTS, [PROVINCE])
    add_cameras(configuration, tmp_path / "video")
    (tmp_path / "storage").mkdir()
    return configuration


@pytest.fixture
def station(bare: Path) -> Path:
    fill(bare.parent / "storage")
    return bare


def typed(station: Path, *words: str) -> Result:
    return CliRunner().invoke(cameras, [*words, "-c", str(station)])


def told(station: Path, *words: str) -> Any:
    done = typed(station, *words, "--json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_the_list_for_programs(station: Path) -> None:
    with lock.hold(station.parent / "storage", lock.CAMERAS_LOCK):
        outlet, inlet = told(station, "list")
    assert outlet["name"] == "outlet"
    assert (outlet["recording"], outlet["healthy"], outlet["findings"]) == (True, False, ["short-of-room"])
    assert outlet["oldest"] == "2026-01-03T10:00:00.000+07:00"
    assert outlet["newest"] == "2026-01-05T10:00:00.000+07:00"
    assert outlet["gap_s_today"] == 90
    assert outlet["share_today"] == pytest.approx(1 - 90 / 36_000)
    assert outlet["share_90_days"] == pytest.approx(1 - 90 / 172_800)
    assert outlet["bytes"] == 575 * SEGMENT_BYTES  # the one that is being written has none yet
    assert (outlet["bit_rate"], outlet["codec"]) == (2_000_000, "h264")
    assert (inlet["recording"], inlet["healthy"], inlet["state"]) == (False, False, "no-answer")
    assert (inlet["oldest"], inlet["newest"], inlet["gap_s_today"], inlet["bytes"]) == (None, None, None, 0)


def test_the_list_for_people_says_what_is_wrong(station: Path) -> None:
    with lock.hold(station.parent / "storage", lock.CAMERAS_LOCK):
        shown = typed(station, "list").stdout
    assert "camera inlet no-answer since 2026-01-03 10:00:00: 127.0.0.1:2: connection refused" in shown
    assert "video short of room since 2026-01-05 09:00:00: three months will not fit" in shown
    assert "43.1" in shown


def test_a_long_name_breaks_no_state(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "64")
    text = bare.read_text("utf-8")
    bare.write_text(text.replace("name: outlet", "name: outlet-of-the-northern-basin-01"), "utf-8")
    fill(bare.parent / "storage")
    with lock.hold(bare.parent / "storage", lock.CAMERAS_LOCK):
        shown = typed(bare, "list").stdout
    assert " recording " in shown
    assert " no-answer " in shown


def test_a_recorder_that_does_not_run_records_nothing_whatever_it_said_last(station: Path) -> None:
    assert [(one["recording"], one["state"]) for one in told(station, "list")] == [(False, "not-running")] * 2
    assert "nothing is recorded: the cameras' recorder does not run" in typed(station, "list").stdout


def test_a_recorder_that_has_said_nothing_for_minutes_records_nothing(bare: Path) -> None:
    fill(bare.parent / "storage", seen_ms=NOW_MS - 120_000)
    with lock.hold(bare.parent / "storage", lock.CAMERAS_LOCK):
        assert [one["recording"] for one in told(bare, "list")] == [False, False]
        assert "has said nothing of it for over a minute" in typed(bare, "list").stdout


def test_before_the_recorder_ever_ran(bare: Path) -> None:
    assert [one["name"] for one in told(bare, "list")] == ["outlet", "inlet"]
    assert "nothing is known of the cameras: the recorder has never run here" in typed(bare, "list").stdout
    failed = typed(bare, "gaps", "outlet")
    assert (failed.exit_code, type(failed.exception)) == (1, GatewayError)
    assert "the cameras' recorder has never run here (gateway cameras run)" in str(failed.exception)


def test_a_database_of_a_newer_gateway_is_told_and_no_traceback(station: Path) -> None:
    file = station.parent / "storage" / "cameras.db"
    connection = sqlite3.connect(file)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    done = typed(station, "list")
    assert done.exit_code == 0
    assert "nothing is known of the cameras" in done.stdout
    assert "newer" in done.stdout


def test_without_cameras_there_is_an_empty_list(tmp_path: Path) -> None:
    configuration = write(tmp_path, INSTRUMENTS, [PROVINCE])
    (tmp_path / "storage").mkdir()
    assert told(configuration, "list") == []
    assert typed(configuration, "list").stdout == "no camera is configured\n"


def test_gaps_of_today_by_default(station: Path) -> None:
    [gap] = told(station, "gaps", "outlet")
    assert gap == {
        "begin": "2026-01-05T07:00:00.000+07:00",
        "end": "2026-01-05T07:01:30.000+07:00",
        "seconds": 90,
        "cause": "cut",
        "detail": "the camera closed the connection",
    }


def test_gaps_of_a_span_with_what_was_lost_within_a_segment(station: Path) -> None:
    found = told(station, "gaps", "outlet", "--from", "2026-01-04", "--to", "2026-01-05")
    assert [(one["cause"], one["seconds"]) for one in found] == [("lost-frames", 10), ("cut", 90)]


def test_gaps_for_people(station: Path) -> None:
    shown = typed(station, "gaps", "outlet", "--from", "2026-01-03", "--to", "2026-01-05").stdout.splitlines()
    assert shown[1] == ("2026-01-05 07:00:00 to 2026-01-05 07:01:30      90 s  cut: the camera closed the connection")
    assert shown[2].endswith("2 gaps, 100 s; 99.94 % recorded")


def test_one_gap_and_eleven(station: Path) -> None:
    assert ": 1 gap, 90 s; " in typed(station, "gaps", "outlet").stdout
    database = open_cameras_database(station.parent / "storage")
    for minute in range(10):
        begin_ms = NOW_MS - HOUR_MS + minute * MINUTE_MS
        GapStore(database).add("outlet", VideoGap(begin_ms, begin_ms + 1000, GapCause.LOST_FRAMES))
    database.close()
    assert ": 11 gaps, 100 s; " in typed(station, "gaps", "outlet").stdout


def test_what_lasts_has_no_end(bare: Path) -> None:
    fill(bare.parent / "storage", seen_ms=NOW_MS - 120_000)
    last = told(bare, "gaps", "outlet")[-1]
    assert (last["end"], last["seconds"], last["cause"]) == (None, 120, "not-running")
    assert " to now " in typed(bare, "gaps", "outlet").stdout


def test_of_a_camera_that_is_configured_no_more_nothing_is_missing_after_that(
    station: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = open_cameras_database(station.parent / "storage")
    CameraStateStore(database).report([], NOW_MS + 60_000)
    database.close()
    monkeypatch.setattr("gateway.runtime.clock.SystemClock", lambda: FakeClock(wall_ms=NOW_MS + DAY_MS))
    assert told(station, "gaps", "outlet", "--from", "2026-01-05")[-1]["end"] == "2026-01-05T10:01:00.000+07:00"
    assert told(station, "gaps", "outlet", "--from", "2026-01-05T10:30") == []
    last = told(station, "continuity", "outlet")[-1]
    assert (last["day"], last["expected_s"]) == ("2026-01-05", 10 * 3600 + 60)


def test_video_of_a_time_to_come_is_not_the_newest(bare: Path) -> None:
    storage = bare.parent / "storage"
    fill(storage)
    before = told(bare, "list")[0]
    database = open_cameras_database(storage)
    segments, begin_ms = SegmentStore(database), NOW_MS + 400 * DAY_MS
    shape = StreamShape("h264", 64, 64, b"")
    number = segments.begin(
        "outlet", begin_ms, segment_file("outlet", begin_ms), shape, boot_id="b", mono_ms=1, is_stamped=True
    )
    segments.end(number, begin_ms + 1000, 0)
    database.close()
    assert told(bare, "list")[0] == before


def test_a_time_before_the_first_picture_is_no_gap(station: Path) -> None:
    assert told(station, "gaps", "outlet", "--from", "2026-01-01", "--to", "2026-01-02") == []
    done = typed(station, "gaps", "outlet", "--from", "2026-01-01", "--to", "2026-01-02")
    assert "outlet was not recorded yet at that time" in done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("gaps", "outled"), "no camera is called outled; did you mean outlet"),
        (("gaps", "outlet", "--from", "yesterday"), "is neither a day nor an instant"),
        (("gaps", "outlet", "--from", "2026-01-05", "--to", "2026-01-04"), "lies behind --to"),
        (("gaps", "outlet", "--from", "2026-02-05"), "has not come yet"),
    ],
)
def test_what_was_typed_wrong(words: tuple[str, ...], said: str, station: Path) -> None:
    done = typed(station, *words)
    assert done.exit_code == 2
    assert said in done.stderr


def test_continuity_day_by_day(station: Path) -> None:
    days = told(station, "continuity", "outlet")
    assert [(one["day"], one["expected_s"], one["gap_s"], one["gaps"]) for one in days] == [
        ("2026-01-03", 14 * 3600, 0, 0),
        ("2026-01-04", 24 * 3600, 10, 1),
        ("2026-01-05", 10 * 3600, 90, 1),
    ]
    assert days[1]["share"] == pytest.approx(1 - 10 / 86_400)
    shown = typed(station, "continuity", "outlet").stdout
    assert "99.98 %" in shown
    assert "3 days, 99.94 % recorded" in shown
    assert "\n1 day, 99.75 % recorded" in typed(station, "continuity", "outlet", "--from", "2026-01-05").stdout


def test_status_and_events_tell_of_cameras_too(station: Path) -> None:
    open_database(station.parent / "storage" / "gateway.db").close()
    shown = CliRunner().invoke(app, ["status", "-c", str(station)]).stdout
    assert "nothing is recorded: the cameras' recorder does not run" in shown
    assert "99.75 %" in shown
    status = json.loads(CliRunner().invoke(app, ["status", "-c", str(station), "--json"]).stdout)
    assert status["cameras"] == told(station, "list")
    events = CliRunner().invoke(app, ["events", "-c", str(station), "--kind", "camera", "--json"]).stdout
    assert [(one["topic"], one["kind"], one["subject"], one["ended"]) for one in json.loads(events)] == [
        ("camera", "covered", "outlet", "2026-01-05T09:01:00"),
        ("camera", "short-of-room", "", None),
    ]
    one_kind = CliRunner().invoke(app, ["events", "-c", str(station), "--kind", "covered"]).stdout
    assert one_kind.splitlines() == [
        "2026-01-05T09:00:00 to 2026-01-05T09:01:00  outlet     covered            "
        " 98 % of the picture has no texture (picture: o.jpg)"
    ]


def test_where_the_recorder_alone_has_run_status_and_events_tell_of_cameras(station: Path) -> None:
    shown = CliRunner().invoke(app, ["status", "-c", str(station)])
    assert "nothing is recorded: the cameras' recorder does not run" in shown.stdout
    never = "gateway.db does not exist: the gateway has never run here (gateway run); of cameras gateway cameras list"
    assert (shown.exit_code, type(shown.exception)) == (1, GatewayError)
    assert never in str(shown.exception)
    events = CliRunner().invoke(app, ["events", "-c", str(station), "--json"])
    assert [one["kind"] for one in json.loads(events.stdout)] == ["covered", "short-of-room"]
    assert "gateway: these are of cameras alone: " in events.stderr
    assert never in events.stderr
    report = CliRunner().invoke(app, ["report", "cameras", "--month", "2026-01", "-c", str(station)])
    assert never in str(report.exception)


def test_without_the_extra_looking_works_and_products_say_what_to_install(station: Path) -> None:
    program = """
import sys
sys.modules.update(av=None, cv2=None)
from typer.testing import CliRunner
from gateway.cli.cameras.tried import try_cameras
from gateway.cli.main import app
from gateway.config import load
for words in (["list"], ["gaps", "outlet"], ["continuity", "outlet"], ["snapshot", "outlet", "-o", "x.jpg"]):
    done = CliRunner().invoke(app, ["cameras", *words, "-c", sys.argv[1]])
    print(done.exit_code, done.exception)
"""
    command = [sys.executable, "-c", program, str(station)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=station.parent)
    *looked, made = done.stdout.splitlines()
    assert looked == ["0 None"] * 3
    assert made.startswith("1 cameras need ")
    assert "pip install 'station-gateway[cameras]'" in made


def test_less_than_all_never_reads_as_all() -> None:
    from gateway.cli.cameras.options import share

    assert (share(1.0), share(0.999999), share(None)) == ("100.00 %", "99.99 %", "–")


def test_now_is_as_the_tests_think() -> None:
    assert utc_text(NOW_MS) == "2026-01-05T03:00:00Z"


def test_a_camera_that_the_recorder_has_is_not_asked_a_second_time(station: Path) -> None:
    """It may serve one connection only, and `rtsp://127.0.0.1:1` would not answer."""
    with lock.hold(station.parent / "storage", lock.CAMERAS_LOCK):
        outlet, inlet = try_cameras(load(station), FakeClock(wall_ms=NOW_MS), True)
    assert (outlet["by"], outlet["error"], outlet["bit_rate"]) == ("recorder", None, 2_000_000)
    assert (inlet["by"], inlet["error"]) == (
        "recorder",
        "the recorder says: no-answer, 127.0.0.1:2: connection refused",
    )


def test_check_says_what_is_recorded_where_and_that_it_does_not_fit(station: Path) -> None:
    text = station.read_text("utf-8").replace("cameras:\n  storage: {", "cameras:\n  storage: {max_size: 1GB, ")
    station.write_text(text, encoding="utf-8")
    done = CliRunner().invoke(app, ["check", "-c", str(station)])
    assert done.exit_code == 0
    assert f"video in {station.parent / 'video'}: 92 days, at most 1.0 GB; pins up to 20.0 GB" in done.stdout
    assert "camera outlet: rtsp://127.0.0.1:1/stream1 over tcp, with sound, looked at every 10 s" in done.stdout
    assert "cameras.storage: 92 days of video need 3.97 TB" in done.stderr
    shown = json.loads(CliRunner().invoke(app, ["check", "-c", str(station), "--json"]).stdout)["cameras"]
    assert (shown["keep_days"], shown["relay"], [one["name"] for one in shown["list"]]) == (
        92,
        None,
        ["outlet", "inlet"],
    )


def test_one_camera_closely(station: Path) -> None:
    with lock.hold(station.parent / "storage", lock.CAMERAS_LOCK):
        shown = CliRunner().invoke(app, ["status", "outlet", "-c", str(station)]).stdout
        found = json.loads(CliRunner().invoke(app, ["status", "inlet", "-c", str(station), "--json"]).stdout)
    assert shown.splitlines()[:5] == [
        "outlet  rtsp://127.0.0.1:1/stream1",
        "  recording since 2026-01-05 07:01:30",
        "  kept: 2026-01-03 10:00:00 to 2026-01-05 10:00:00, 43.1 GB",
        "  recorded: 99.75 % of today, 99.94 % of 7 days, 99.94 % of 90 days",
        "  stream: h264 1920×1080, 2.00 Mb/s",
    ]
    assert "  gap: 2026-01-05 07:00:00 to 2026-01-05 07:01:30, 90 s, cut: the camera closed the connection" in shown
    assert "  video short of room since 2026-01-05 09:00:00: three months will not fit" in shown
    assert (found["name"], found["state"], found["gaps_7_days"]) == ("inlet", "no-answer", [])
