"""What people see and do at System, Cameras, Ports and seals: through the page, the request, the daemon's worker, and
back to the page."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

import av
import pytest

from gateway.acts.request_worker import RequestWorker
from gateway.cameras.catalog.camera_states import CameraStateStore
from gateway.cameras.catalog.database import open_cameras_database
from gateway.cameras.catalog.segments import SegmentStore
from gateway.cameras.keeping.pins import PinStore
from gateway.cameras.packet import StreamShape
from gateway.config import load
from gateway.core.act_form import MOST_MATTERS
from gateway.core.instants import local_time
from gateway.core.role import Role
from gateway.core.video import CameraState, RecordingState, segment_file
from gateway.db import open_database, set_aside
from gateway.db.damage import SetAsideKind
from gateway.ports.seal_register import SealRegister
from gateway.runtime.clock import SystemClock
from tests.support import three_days
from tests.support.journey import Journey
from tests.support.page import Answer, page_yaml, running_page
from tests.support.servers.private import free_port
from tests.support.small_video import video
from tests.support.visitor import PageVisitor, add_account

SECTIONS = """\
ports: [{{id: "panel:datalogger-usb", state: unused, of: datalogger}}]
cameras: {{storage: {{path: {folder}/video}}, list: [{{name: outlet, url: "rtsp://127.0.0.1:1/1"}}]}}
"""


class Station:
    """A page on loopback, and what the daemon does of what is asked there."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self.configuration = load(folder / "gateway.yaml")
        self.port = port

    def visitor(self, name: str) -> PageVisitor:
        made = PageVisitor(self.port)
        assert made.log_in(name).status == 303
        return made

    def carry_out(self) -> None:
        with closing(open_database(self.folder / "gateway.db")) as database:
            clock = SystemClock()
            RequestWorker(self.configuration, self.folder / "page", database, clock).step(clock.now())


@pytest.fixture(scope="module")
def station(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Station]:
    folder, port = tmp_path_factory.mktemp("acting"), free_port()
    file = three_days.configuration(folder).file
    with file.open("a", encoding="utf-8") as more:
        more.write(SECTIONS.format(folder=folder) + page_yaml(folder, port))
    journey = Journey(folder)
    with journey.database.write() as connection:
        set_aside.keep(connection, SetAsideKind.ROW, "record <7>", "3 bits are wrong", three_days.NOW_MS)
    journey.database.close()
    _record(folder)
    (folder / "page").mkdir()
    add_account(folder / "page", "lan", Role.OPERATOR)
    add_account(folder / "page", "khach", Role.VIEWER)
    with running_page(file, port):
        yield Station(folder, port)


def _record(folder: Path) -> None:
    """Three seconds of video, a minute ago."""
    begin_ms = SystemClock().now().wall_ms - 60_000
    name = segment_file("outlet", begin_ms)
    (folder / "video" / name).parent.mkdir(parents=True)
    (folder / "video" / name).write_bytes(video(3))
    with closing(open_cameras_database(folder)) as database:
        store = SegmentStore(database)
        shape = StreamShape("h264", 64, 64, b"")
        number = store.begin("outlet", begin_ms, name, shape, boot_id="b", mono_ms=begin_ms, is_stamped=True)
        store.end(number, begin_ms + 3000, len(video(3)))
        state = CameraState("outlet", RecordingState.RECORDING, begin_ms, known_from_ms=begin_ms, width=64, height=64)
        CameraStateStore(database).report([state], begin_ms + 3000)


def test_what_waits_for_a_person_is_acknowledged(station: Station) -> None:
    lan = station.visitor("lan")
    assert "record &lt;7&gt;" in lan.get("/system").text
    ticked = {"matter:1": "record <7>", "reason": "đã thay thẻ"}
    assert _ask(lan, "/system/acknowledge", {**ticked, "reason": ""}).status == 400
    answer = _ask(lan, "/system/acknowledge", ticked)
    assert (answer.status, answer.headers["location"]) == (303, "/system?done=asked#set-aside")
    assert "chờ thực hiện" in lan.get("/system?done=asked").text
    station.carry_out()
    after = lan.get("/system").text
    assert "đã thực hiện: 1" in after
    assert "không có việc nào" in after
    with closing(open_database(station.folder / "gateway.db")) as database:
        [(who, what)] = database.read("SELECT who, what FROM sound_journal WHERE kind = 'storage'")
    assert who == "lan@page"
    assert "đã thay thẻ" in what


def test_a_seal_is_noted_and_refused_a_second_time(station: Station) -> None:
    lan = station.visitor("lan")
    fields = {"port": "panel:datalogger-usb", "number": "TEM-1", "done_by": "Lan, Sở", "reason": "nghiệm thu"}
    for _ in range(2):
        assert _ask(lan, "/ports/put", fields).status == 303
        station.carry_out()
    shown = lan.get("/ports").text
    assert "TEM-1" in shown
    assert "sổ niêm phong không thể có việc này" in shown
    with closing(open_database(station.folder / "gateway.db")) as database:
        assert [one.number for one in SealRegister(database).entries()] == ["TEM-1"]


def test_video_is_seen_cut_and_pinned(station: Station) -> None:
    lan = station.visitor("lan")
    page = lan.get("/cameras").text
    address = page.partition('<img src="')[2].partition('"')[0]
    picture = lan.get(address)
    assert (picture.status, picture.headers["content-type"]) == (200, "image/jpeg")
    assert picture.body.startswith(b"\xff\xd8")
    [segment] = _segments(station)
    first, last = (_local(station, at_ms) for at_ms in (segment - 10_000, segment + 60_000))
    clip = lan.get(f"{address.partition('/picture')[0]}/clip.mp4?from={first}&to={last}")
    assert (clip.status, clip.headers["content-type"]) == (200, "video/mp4")
    with av.open(io.BytesIO(clip.body)) as container:
        assert sum(1 for packet in container.demux(video=0) if packet.size) == 30
    assert lan.get(f"/cameras/x/clip.mp4?from={first}&to={last}").status == 404
    assert lan.get(f"{address.partition('/picture')[0]}/clip.mp4?from=2026-01-01&to=2026-01-02").status == 400
    assert _ask(lan, "/cameras/pin", {"camera": "", "from": first, "to": last, "reason": "sự cố"}).status == 303
    station.carry_out()
    assert "sự cố" in lan.get("/cameras").text
    with closing(open_cameras_database(station.folder)) as database:
        assert [one.made_by for one in PinStore(database).all()] == ["lan@page"]
    assert not list((station.folder / "page").glob("clip-*"))


def _ask(visitor: PageVisitor, act: str, fields: Mapping[str, str]) -> Answer:
    """With the word of the form that stands in the room."""
    return visitor.post(act, fields, shown_at=f"/{act.split('/')[1]}")


def _segments(station: Station) -> list[int]:
    with closing(open_cameras_database(station.folder)) as database:
        return [one for (one,) in database.read("SELECT begin_ms FROM segment")]


def _local(station: Station, at_ms: int) -> str:
    return f"{local_time(at_ms, station.configuration.station.timezone):%Y-%m-%dT%H:%M:%S}"


@pytest.mark.parametrize("act", ["/system/acknowledge", "/ports/put", "/ports/break", "/cameras/pin"])
def test_who_may_only_look_leaves_no_request(station: Station, act: str) -> None:
    khach = station.visitor("khach")
    assert _ask(khach, act, {"reason": "x", "matter:1": "y"}).status == 403
    assert _ask(PageVisitor(station.port), act, {"reason": "x"}).status in (401, 403)
    assert "Chỉ người vận hành" in khach.get(f"/{act.split('/')[1]}").text or act == "/system/acknowledge"


@pytest.mark.parametrize(
    ("act", "fields"),
    [
        ("/system/acknowledge", {"matter:1": "x", "reason": "x" * 501}),
        ("/system/acknowledge", {"matter:1\u202e": "x", "reason": "x"}),
        ("/system/acknowledge", {f"matter:{number}": "x" for number in range(51)} | {"reason": "x"}),
        ("/cameras/pin", {"camera": "\x07", "from": "2026-01-01", "to": "2026-01-02", "reason": "x"}),
        ("/cameras/pin", {"camera": "", "from": "2026-01-01", "to": "2200-01-01", "reason": "x"}),
    ],
)
def test_what_the_daemon_would_not_take_is_not_left_for_it(
    station: Station, act: str, fields: Mapping[str, str]
) -> None:
    lan = station.visitor("lan")
    before = set((station.folder / "page/requests").iterdir())
    answer = _ask(lan, act, fields)
    assert answer.status == 400
    assert "quá dài, hoặc có ký tự" in answer.text
    assert set((station.folder / "page/requests").iterdir()) <= before


def test_as_much_can_be_ticked_as_may_be(station: Station) -> None:
    ticked = {f"matter:{number}": "x" for number in range(1000, 1000 + MOST_MATTERS)}
    assert _ask(station.visitor("lan"), "/system/acknowledge", {**ticked, "reason": "x"}).status == 303
    station.carry_out()


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "x", "2026-02-30", "0001-01-01T00:00+23:59"])
def test_a_day_that_is_none_is_refused_at_the_cameras(station: Station, day: str) -> None:
    assert PageVisitor(station.port).get(f"/cameras?until={day.replace('+', '%2B')}").status == 400
