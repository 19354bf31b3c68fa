"""The watch over cameras' pictures: key frames that PyAV encoded go in, events and their pictures come out; and nothing
that a camera could send, or that the disk could do, keeps it from the next picture."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import av
import cv2
import pytest

from gateway.cameras.catalog.camera_events import CameraEventStore
from gateway.cameras.disk.disk_unusable import DiskMissing
from gateway.cameras.disk.video_disk import VideoDisk
from gateway.cameras.packet import StreamPacket, StreamShape
from gateway.cameras.pictures import event_pictures
from gateway.cameras.pictures.event_pictures import keep_picture
from gateway.cameras.pictures.key_frame import LARGEST_BYTES, KeyFrame, decode
from gateway.cameras.pictures.picture_watch import PictureWatch
from gateway.cameras.pictures.unwatched_findings import UnwatchedFindings
from gateway.cameras.pictures.usual_pictures import UsualPictureStore
from gateway.config.cameras import CameraSettings, HealthSettings
from gateway.core.errors import CameraGarbled, StoreFull
from gateway.core.interfaces import Instant, ServerTime
from gateway.core.video import CameraEvent, CameraEventKind
from gateway.db import Database
from tests.support import scenes
from tests.support.clock import FakeClock
from tests.support.key_frames import key_frame

HOUR_MS = 3_600_000


@dataclass
class FakeTrust:
    """Vouches for a clock that is an hour slow, or for none."""

    clock: FakeClock
    is_there: bool = True
    boot_id: str = "boot"

    def is_trusted(self, _now: Instant) -> bool:
        return self.is_there

    def stamp_ms(self, mono_s: float) -> int | None:
        now = self.clock.now()
        return now.wall_ms - round((now.mono_s - mono_s) * 1000) + HOUR_MS if self.is_there else None

    def wants_authority_time(self) -> bool:
        return False

    def authority_said(self, destination: str, said: ServerTime) -> None:
        raise AssertionError


class FakeDisk(VideoDisk):
    """A folder that is there, or is not."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.is_missing = False

    def check(self) -> Path:
        if self.is_missing:
            raise DiskMissing(f"{self.path} is not there")
        return self.path


@dataclass
class Watched:
    database: Database
    disk: FakeDisk
    health: dict[str, HealthSettings]
    clock: FakeClock = field(default_factory=FakeClock)

    def __post_init__(self) -> None:
        self.trust = FakeTrust(self.clock)
        self.events = CameraEventStore(self.database)
        self.start()

    def start(self) -> None:
        cameras = [
            CameraSettings.model_validate({"name": name, "url": f"rtsp://127.0.0.1/{name}"}).model_copy(
                update={"health": health}
            )
            for name, health in self.health.items()
        ]
        self.watch = PictureWatch(cameras, self.database, self.disk, self.clock, self.trust)
        self.findings = UnwatchedFindings(cameras, self.database)

    def shows(self, *contents: bytes, camera: str = "outlet", codec: str = "h264") -> None:
        for content in contents:
            self.send(content, camera, codec)
            self.step()

    def send(self, content: bytes, camera: str = "outlet", codec: str = "h264", *, is_key: bool = True) -> None:
        packet: av.Packet[Any] = av.Packet(content)
        shape = StreamShape(codec, 1280, 720, b"")
        self.watch.packet(camera, shape, StreamPacket(packet, True, is_key, self.clock.now(), 0.0, 0.0))

    def step(self, seconds: float = 10.0) -> float:
        return self.watch.step(self.clock.advance(seconds))

    def lasting(self) -> dict[str, CameraEventKind]:
        return {one.camera: one.kind for one in self.events.lasting()}

    def last(self) -> CameraEvent:
        return self.events.between(0, 2**50)[-1]


@pytest.fixture
def watched(cameras: Database, tmp_path: Path) -> Watched:
    folder = tmp_path / "video"
    folder.mkdir()
    return Watched(cameras, FakeDisk(folder), {"outlet": HealthSettings(), "inlet": HealthSettings()})


def encoded(draw: Callable[[int], scenes.Picture], count: int = 3, codec: str = "h264", loss: int = 23) -> list[bytes]:
    return [key_frame(draw(moment), codec, loss=loss) for moment in range(count)]


def _is_full(*_: object) -> int:
    raise StoreFull("no space left")


@pytest.mark.parametrize("codec", ["h264", "hevc"])
def test_a_fault_becomes_an_event_with_the_frame_that_shows_it(watched: Watched, codec: str) -> None:
    watched.shows(*encoded(scenes.day, codec=codec), *encoded(scenes.by_hand, codec=codec), codec=codec)
    event = watched.last()
    now_ms = watched.clock.wall_ms
    assert (event.camera, event.kind, event.ended_ms) == ("outlet", CameraEventKind.COVERED, None)
    assert event.began_ms == now_ms - 30_000 + HOUR_MS  # of the first, by the clock that somebody vouched for
    assert "of the picture shows nothing" in event.detail
    assert event.picture is not None
    kept = watched.disk.path / event.picture
    assert event.picture.startswith("outlet/events/")
    assert cv2.imread(str(kept)).shape == (720, 1280, 3)
    watched.shows(*encoded(scenes.day, codec=codec), codec=codec)
    assert watched.last().ended_ms == now_ms + HOUR_MS  # with the first good one


@pytest.mark.parametrize("loss", [23, 42])
def test_encoding_makes_no_faults_of_good_pictures(watched: Watched, loss: int) -> None:
    for draw in (scenes.day, scenes.flood, scenes.night, scenes.rain, scenes.fog, scenes.headlights):
        watched.shows(*encoded(draw, loss=loss))
    assert watched.events.between(0, 2**50) == []


def test_each_camera_is_looked_at_on_its_own(watched: Watched) -> None:
    for moment in range(3):
        watched.send(key_frame(scenes.black(moment)), "inlet")
        watched.shows(key_frame(scenes.day(moment)))
    assert watched.lasting() == {"inlet": CameraEventKind.BLACK}


def test_the_newest_key_frame_is_looked_at_when_its_time_has_come(watched: Watched) -> None:
    watched.shows(key_frame(scenes.day(0)))
    for _ in range(8):
        watched.send(key_frame(scenes.black()))
        assert watched.step(1.0) == pytest.approx(watched.clock.mono_s + 10, abs=10)
    watched.send(key_frame(scenes.day(1)))
    watched.send(key_frame(scenes.black()), is_key=False)
    watched.step(2.0)
    assert watched.watch._watched["outlet"].check._streaks[CameraEventKind.BLACK].against == 0


def test_a_key_frame_is_not_compared_with_itself(watched: Watched) -> None:
    """A camera that sends one each minute is not frozen."""
    watched.shows(key_frame(scenes.day(0)))
    for _ in range(20):
        watched.step()
    assert watched.lasting() == {}
    watched.shows(*[key_frame(scenes.day(0))] * 3)
    assert watched.lasting() == {"outlet": CameraEventKind.FROZEN}


GOOD = key_frame(scenes.day(0))
HOSTILE = {
    "nothing": b"",
    "text": b"\r\nHTTP/1.1 500 Internal Server Error\r\n" * 200,
    "zeros": bytes(50_000),
    "start codes": b"\0\0\0\1" * 20_000,
    "half": GOOD[: len(GOOD) // 2],
    "spoilt": GOOD[:8000] + bytes(range(256)) * 40 + GOOD[18_240:],
}


@pytest.mark.parametrize("content", list(HOSTILE.values()), ids=list(HOSTILE))
@pytest.mark.parametrize("codec", ["h264", "hevc"])
def test_what_cannot_be_decoded_is_told_and_harms_no_other_picture(
    watched: Watched, content: bytes, codec: str
) -> None:
    for moment in range(3):
        watched.send(content, "inlet", codec)
        watched.shows(key_frame(scenes.day(moment)))
    if content:  # an empty packet is no key frame at all
        assert watched.lasting() == {"inlet": CameraEventKind.UNREADABLE}
        assert "not be playable" in watched.last().detail
    watched.shows(*encoded(scenes.day), camera="inlet")
    assert watched.lasting() == {}


def test_a_stream_that_claims_to_be_huge_gets_no_memory(watched: Watched) -> None:
    with pytest.raises(CameraGarbled):
        decode(KeyFrame(key_frame(scenes.black(), width=8192, height=4096), "h264", b"", watched.clock.now()))
    with pytest.raises(CameraGarbled):
        decode(KeyFrame(bytes(LARGEST_BYTES + 1), "h264", b"", watched.clock.now()))


def test_an_unknown_codec_is_garbled_not_a_failure(watched: Watched) -> None:
    with pytest.raises(CameraGarbled):
        decode(KeyFrame(GOOD, "vp10", b"", watched.clock.now()))


def test_another_resolution_goes_on_as_the_same_camera(watched: Watched) -> None:
    watched.shows(*encoded(scenes.day, 5))
    watched.shows(*[key_frame(scenes.day(moment), width=640, height=360) for moment in range(4)])
    watched.shows(*[key_frame(scenes.day(moment), width=1920, height=1080) for moment in range(4)])
    assert watched.events.between(0, 2**50) == []


def test_without_the_disk_the_event_is_told_without_its_picture(watched: Watched) -> None:
    watched.disk.is_missing = True
    watched.shows(*encoded(scenes.painted))
    assert watched.lasting() == {"outlet": CameraEventKind.COVERED}
    assert watched.last().picture is None


def test_while_the_database_takes_no_event_no_picture_is_left_behind(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(CameraEventStore, "begin", _is_full)
        watched.shows(*encoded(scenes.black, 2))
        for moment in range(2, 5):
            with pytest.raises(StoreFull):
                watched.shows(key_frame(scenes.black(moment)))
    assert list(watched.disk.path.rglob("*.jpg*")) == []
    watched.shows(key_frame(scenes.black(5)))
    assert watched.last().began_ms == watched.clock.wall_ms - 60_000 + HOUR_MS
    assert [watched.disk.path / str(watched.last().picture)] == list(watched.disk.path.rglob("*.jpg*"))


def test_where_nobody_vouches_for_the_clock_the_event_says_so(watched: Watched) -> None:
    watched.trust.is_there = False
    watched.shows(*encoded(scenes.black))
    assert watched.last().began_ms == watched.clock.wall_ms - 30_000
    assert "vouched" in watched.last().detail


def test_a_lasting_fault_is_seen_again_now_and_then_and_is_one_event(watched: Watched) -> None:
    watched.shows(*encoded(scenes.black))
    began = watched.last()
    writes = watched.database.changes
    watched.shows(*[key_frame(scenes.black(moment % 3)) for moment in range(59)])
    assert watched.database.changes == writes
    watched.shows(key_frame(scenes.black()))
    assert watched.database.changes == writes + 2  # the row, and its checksum
    assert [one.id for one in watched.events.between(0, 2**50)] == [began.id]
    assert watched.last().last_ms > began.last_ms + 590_000


def test_a_fault_goes_on_over_a_restart(watched: Watched) -> None:
    watched.shows(*encoded(scenes.black))
    watched.start()
    watched.shows(*encoded(scenes.black))
    assert len(watched.events.between(0, 2**50)) == 1
    watched.shows(*encoded(scenes.day))
    assert watched.lasting() == {}


def test_what_lasted_ends_where_nobody_looks_any_more(watched: Watched) -> None:
    watched.shows(*encoded(scenes.black))
    watched.shows(*encoded(scenes.black), camera="inlet")
    watched.events.begin("", CameraEventKind.DISK_MISSING, "not of a picture", watched.clock.wall_ms)
    watched.health["outlet"] = HealthSettings(watch=False)
    watched.start()
    watched.findings.step(watched.clock.advance(1))
    assert watched.lasting() == {"inlet": CameraEventKind.BLACK, "": CameraEventKind.DISK_MISSING}
    watched.send(GOOD)
    assert watched.watch._newest == {}


def test_what_nobody_looks_at_any_more_ends_once_the_database_takes_it(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    watched.shows(*encoded(scenes.black))
    watched.health["outlet"] = HealthSettings(watch=False)
    watched.start()
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(CameraEventStore, "end", _is_full)
        with pytest.raises(StoreFull):
            watched.findings.step(watched.clock.advance(1))
    assert watched.lasting() == {"outlet": CameraEventKind.BLACK}
    watched.findings.step(watched.clock.advance(1))
    assert watched.lasting() == {}


def test_a_picture_that_takes_long_is_looked_at_less_often(
    watched: Watched, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(
        "gateway.cameras.pictures.picture_watch.decode", lambda one: (watched.clock.advance(1.5), decode(one))[1]
    )
    with caplog.at_level(logging.WARNING):
        watched.shows(GOOD)
        due_s = watched.watch._watched["outlet"].due_s
        assert due_s - watched.clock.mono_s == pytest.approx(50, abs=2)
        watched.send(GOOD)
        watched.step(60)
    assert caplog.text.count("takes long") == 1


def test_without_any_camera_to_look_at_it_rests(cameras: Database, tmp_path: Path) -> None:
    watched = Watched(cameras, FakeDisk(tmp_path), {"outlet": HealthSettings(watch=False)})
    assert watched.step() > watched.clock.mono_s


def test_the_pictures_of_a_nervous_camera_do_not_fill_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_pictures, "MOST_PICTURES", 5)
    folder = tmp_path / "outlet/events"
    folder.mkdir(parents=True)
    (folder / "20260101T000000000Z-black.jpg.part").touch()  # the power went
    files = [keep_picture(tmp_path, "outlet", CameraEventKind.BLACK, at * 1000, b"jpeg") for at in range(9)]
    assert sorted(f"outlet/events/{file.name}" for file in folder.iterdir()) == files[-5:]


def test_a_link_that_somebody_planted_leads_nowhere(tmp_path: Path) -> None:
    folder = tmp_path / "outlet/events"
    folder.mkdir(parents=True)
    treasure = tmp_path / "gateway.yaml"
    treasure.write_text("mine")
    (folder / "19700101T000001000Z-black.jpg").symlink_to(treasure)
    kept = keep_picture(tmp_path, "outlet", CameraEventKind.BLACK, 1000, b"jpeg")
    assert treasure.read_text() == "mine"
    assert (tmp_path / kept).read_bytes() == b"jpeg"


def test_a_request_of_another_process_is_not_lost_while_the_recorder_learns(cameras: Database) -> None:
    usual = UsualPictureStore(cameras)
    usual.want("outlet", 7)
    usual.keep_sharpness("outlet", [1.0, 2.5])
    assert usual.wanted_ms("outlet") == 7
    usual.keep_reference("outlet", b"png", 9)
    known = usual.of("outlet")
    assert (known.reference, known.reference_ms, known.sharpness, known.wanted_ms) == (b"png", 9, (1.0, 2.5), None)


def test_every_is_the_configurations(cameras: Database, tmp_path: Path) -> None:
    watched = Watched(cameras, FakeDisk(tmp_path), {"outlet": HealthSettings(every=timedelta(minutes=5))})
    assert watched.step() == watched.clock.mono_s + 300
