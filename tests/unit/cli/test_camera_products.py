"""What people take out of the recordings, keep of them, and are told of the disk: as they type it."""

from __future__ import annotations

import json
from collections import namedtuple
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from gateway.cameras.catalog.database import open_cameras_database
from gateway.cameras.catalog.segments import SegmentStore
from gateway.cameras.disk.disk_marker import MARKER_NAME
from gateway.cameras.feed.views import StreamView, ViewStore
from gateway.cli.cameras import cameras
from gateway.core.video import segment_file
from tests.support.clock import FakeClock
from tests.support.live.configuration import Server, Wanted, write
from tests.support.recorded import CUT_MS, NOW_MS, SEGMENT_MS, add_cameras, fill
from tests.support.small_video import video

INSTRUMENTS = {"plc": {"host": "127.0.0.1", "port": 502}, "bus": {"device": "/dev/ttyUSB0"}}
PROVINCE = Wanted("province", Server("sftp", "127.0.0.1", 22, "nuo001", "secret", f"SHA256:{'A' * 43}"))
SIX_AM = ("--from", "2026-01-05T06:00:00", "--to", "2026-01-05T06:00:03")
REASON = ("--reason", "complaint 12")


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.runtime.clock.SystemClock", lambda: FakeClock(wall_ms=NOW_MS))


@pytest.fixture
def station(tmp_path: Path) -> Path:
    """The files of 6:00, of the one that was cut at 7:00 and of the newest one are there, three seconds of each."""
    configuration = write(tmp_path, INSTRUMENTS, [PROVINCE])
    add_cameras(configuration, tmp_path / "video")
    fill(tmp_path / "storage")
    six_ms = NOW_MS - 4 * 3_600_000
    database = open_cameras_database(tmp_path / "storage", read_only=True)
    newest = SegmentStore(database).newest("outlet")
    database.close()
    assert newest is not None
    for begin_ms in (six_ms, CUT_MS[0] - SEGMENT_MS, CUT_MS[1], newest.begin_ms):
        file = tmp_path / "video" / segment_file("outlet", begin_ms)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(video(3))
    return configuration


def typed(station: Path, *words: str) -> Result:
    return CliRunner().invoke(cameras, [*words, "-c", str(station)])


def told(station: Path, *words: str) -> Any:
    return json.loads(typed(station, *words, "--json").stdout)


def failed(result: Result) -> str:
    assert result.exit_code == 1, result.output
    return str(result.exception)


def test_a_clip_says_what_it_is(station: Path, tmp_path: Path) -> None:
    out = tmp_path / "clip.mp4"
    made = typed(station, "clip", "outlet", *SIX_AM, "-o", str(out))
    assert made.exit_code == 0, made.output
    assert f"{out}: outlet from 2026-01-05 06:00:00 to 2026-01-05 06:00:02" in made.stdout
    assert made.stdout.endswith("of 1 segment\n")
    assert [file.name for file in tmp_path.glob("*clip*")] == ["clip.mp4"]


def test_a_clip_overwrites_nothing_unasked(station: Path, tmp_path: Path) -> None:
    out = tmp_path / "clip.mkv"
    out.write_text("somebody's")
    words = ("clip", "outlet", *SIX_AM, "-o", str(out))
    assert "exists; choose another name, or add --force" in failed(typed(station, *words))
    assert out.read_text() == "somebody's"
    assert typed(station, *words, "--force").exit_code == 0
    assert out.stat().st_size > 1000


def test_a_clip_with_a_gap_is_made_and_ends_with_1(station: Path, tmp_path: Path) -> None:
    out = tmp_path / "clip.mkv"
    span = ("--from", "2026-01-05T06:59:00", "--to", "2026-01-05T07:01:33")
    made = typed(station, "clip", "outlet", *span, "-o", str(out), "--json")
    assert made.exit_code == 1
    assert out.exists()
    assert json.loads(made.stdout)["missing"] == [
        "2026-01-05 07:00:00 to 2026-01-05 07:01:30 (90 s, cut: the camera closed the connection)"
    ]
    assert "gateway: missing: 2026-01-05 07:00:00 to 2026-01-05 07:01:30" in made.stderr


def test_a_clip_of_a_lost_file_tells_which(station: Path, tmp_path: Path) -> None:
    span = ("--from", "2026-01-05T06:00:00", "--to", "2026-01-05T06:05:10")
    made = typed(station, "clip", "outlet", *span, "-o", str(tmp_path / "clip.mkv"))
    assert made.exit_code == 1
    assert "230500000Z.mkv is not there any more" in made.stderr


def test_nothing_is_left_of_a_clip_that_cannot_be_made(station: Path, tmp_path: Path) -> None:
    span = ("--from", "2026-01-05T05:00:00", "--to", "2026-01-05T05:01:00")
    said = failed(typed(station, "clip", "outlet", *span, "-o", str(tmp_path / "clip.mkv")))
    assert "there is no picture to make a clip of: " in said
    assert list(tmp_path.glob("*clip*")) == []


def test_a_clip_of_two_kinds_of_video_is_refused_with_the_time_of_the_change(station: Path, tmp_path: Path) -> None:
    database = open_cameras_database(tmp_path / "storage")
    with database.write() as connection:
        connection.execute("UPDATE segment SET width = 1280, height = 720 WHERE begin_ms >= ?", (CUT_MS[1],))
    database.close()
    span = ("--from", "2026-01-05T06:59", "--to", "2026-01-05T07:05")
    said = failed(typed(station, "clip", "outlet", *span, "-o", str(tmp_path / "clip.mkv")))
    assert "the video changes at 2026-01-05 07:01:30 from h264 1920×1080 to h264 1280×720" in said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("clip", "outlet", "-o", "x.mp4"), "say which time"),
        (("clip", "outlet", *SIX_AM, "-o", "x.avi"), "ends in .mp4 or .mkv"),
        (("clip", "outlet", *SIX_AM, "-o", "x.mp4", "--pin"), "--pin and --reason belong together"),
        (("clip", "outlet", *SIX_AM, "-o", "x.mp4", "--reason", "why"), "--pin and --reason belong together"),
        (("clip", "outlett", *SIX_AM, "-o", "x.mp4"), "no camera is called outlett"),
        (("snapshot", "outlet", "-o", "x.gif"), "ends in .jpg or .png"),
        (("snapshot", "outlet", "-o", "x.jpg", "--at", "2027-01-01T00:00"), "has not come yet"),
        (("pins", "add", "outlet", *SIX_AM), "--reason is missing"),
        (("pins", "release", "1"), "--reason is missing"),
        (("pins", "release", "9" * 20, *REASON), "Invalid value"),
        (("disk", "accept"), "--reason is missing"),
    ],
)
def test_what_was_typed_wrong(
    words: tuple[str, ...], said: str, station: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = typed(station, *words)
    assert done.exit_code == 2
    assert said in done.stderr


def test_a_clip_may_pin_what_it_is_made_of(station: Path, tmp_path: Path) -> None:
    made = typed(station, "clip", "outlet", *SIX_AM, "-o", str(tmp_path / "clip.mkv"), "--pin", *REASON)
    assert made.exit_code == 0, made.output
    [pin] = told(station, "pins", "list")
    assert (pin["camera"], pin["begin"], pin["reason"], pin["occasion"]) == (
        "outlet",
        "2026-01-05T06:00:00.000+07:00",
        "complaint 12",
        "hand",
    )


def test_pins_are_made_listed_and_released(station: Path) -> None:
    assert typed(station, "pins", "add", *SIX_AM, *REASON, "--by", "Lan").exit_code == 0
    assert "all cameras  2026-01-05 06:00:00 to 2026-01-05 06:00:03  hand: complaint 12, by Lan" in (
        typed(station, "pins", "list").stdout
    )
    assert told(station, "pins") == told(station, "pins", "list")
    assert typed(station, "pins", "--json", "list").exit_code == 2
    assert typed(station, "pins", "release", "1", "--reason", "settled", "--by", "Lan").stdout == "1 released\n"
    assert told(station, "pins", "list") == []
    [pin] = told(station, "pins", "list", "--all")
    assert pin["released_by"] == "Lan: settled"
    assert typed(station, "pins", "release", "1", "--reason", "again").exit_code == 1


def test_a_snapshot_of_the_newest_segment(station: Path, tmp_path: Path) -> None:
    taken = typed(station, "snapshot", "outlet", "-o", str(tmp_path / "now.jpg"))
    assert taken.exit_code == 0, taken.output
    assert (tmp_path / "now.jpg").read_bytes().startswith(b"\xff\xd8")
    assert "outlet at 2026-01-05 09:5" in taken.stderr
    assert "this is the newest key frame, " in taken.stderr  # three seconds of five minutes are there
    assert "its key frames are that rare" in taken.stderr


def test_a_snapshot_of_an_instant(station: Path, tmp_path: Path) -> None:
    at = ("--at", "2026-01-05T06:00:01.250")
    shown = told(station, "snapshot", "outlet", "-o", str(tmp_path / "then.png"), *at)
    assert (shown["time"], shown["width"]) == ("2026-01-05T06:00:01.200+07:00", 64)


def test_a_snapshot_of_a_gap_says_why_there_is_none(station: Path, tmp_path: Path) -> None:
    said = failed(typed(station, "snapshot", "outlet", "-o", str(tmp_path / "x.jpg"), "--at", "2026-01-05T07:00:30"))
    assert "there is no video of outlet at 2026-01-05 07:00:30 (cut: the camera closed the connection)" in said


def test_a_snapshot_of_a_camera_that_never_answered(station: Path, tmp_path: Path) -> None:
    assert "nothing of inlet is recorded" in failed(typed(station, "snapshot", "inlet", "-o", str(tmp_path / "x.jpg")))


def test_who_looked(station: Path, tmp_path: Path) -> None:
    database = open_cameras_database(tmp_path / "storage")
    ViewStore(database).keep(StreamView("a", "outlet", "authority", "10.0.0.9", NOW_MS - 90_000, NOW_MS - 30_000))
    database.close()
    [view] = told(station, "views")
    assert (view["viewer"], view["address"], view["seconds"]) == ("authority", "10.0.0.9", 60)
    assert "outlet     authority from 10.0.0.9: 60 s" in typed(station, "views", "outlet").stdout
    assert told(station, "views", "inlet") == []


def test_a_look_whose_end_nobody_knows_is_told_as_such(station: Path, tmp_path: Path) -> None:
    database = open_cameras_database(tmp_path / "storage")
    store = ViewStore(database)
    store.keep(StreamView("a", "outlet", "authority", "10.0.0.9", NOW_MS - 90_000, None))
    assert "10.0.0.9: still looks" in typed(station, "views").stdout
    store.lose({"a": NOW_MS - 30_000})
    database.close()
    assert "10.0.0.9: at least 60 s: the relay or the recorder was ended" in typed(station, "views").stdout
    [view] = told(station, "views")
    assert (view["ended"], view["seconds"], view["known_until"][:19]) == (None, None, "2026-01-05T09:59:30")


def test_the_disk_is_shown_and_another_one_is_taken_on_purpose(station: Path, tmp_path: Path) -> None:
    assert told(station, "disk", "show")["known"] is None
    assert typed(station, "disk", "accept", *REASON).exit_code == 0
    shown = told(station, "disk", "show")
    assert (shown["right"], shown["known"]) == (True, shown["mounted"])
    (tmp_path / "video" / MARKER_NAME).unlink()
    other = typed(station, "disk", "show")
    assert other.exit_code == 1
    assert "gateway cameras disk accept" in other.stderr


def test_three_months_that_do_not_fit_are_told_with_what_would_help(station: Path) -> None:
    text = station.read_text("utf-8").replace("cameras:\n  storage: {", "cameras:\n  storage: {max_size: 1GB, ")
    station.write_text(text, encoding="utf-8")
    done = typed(station, "check")
    assert done.exit_code == 1
    assert "outlet: 2.00 Mb/s (measured over 23.9 h)" in done.stdout
    assert "inlet: 2.00 Mb/s (not measured yet, this is usual)" in done.stdout
    assert "92 days of video need 3.97 TB, there is room for 900 MB" in done.stderr
    assert "larger by" in done.stderr
    assert (told(station, "check")["fits"], told(station, "check")["measured"]) == (False, False)


def test_three_months_that_fit(station: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr("shutil.disk_usage", lambda _: usage(8 * 10**12, 10**12, 7 * 10**12))
    done = typed(station, "check")
    assert done.exit_code == 0, done.output
    assert "92 days of video fit: 3.97 TB of " in done.stdout
