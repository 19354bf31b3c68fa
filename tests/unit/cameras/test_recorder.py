"""A camera's recorder against a camera and clocks in the test's hand: whatever either does, each second is recorded and
known, or is a gap whose cause is known."""

from __future__ import annotations

import errno
import logging
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import pytest

from gateway.cameras.disk import video_file
from gateway.cameras.disk.disk_unusable import DiskMissing
from gateway.cameras.packet import StreamPacket, StreamShape
from gateway.cameras.recording.recorder import WRITE_PAUSE_S
from gateway.core.errors import CameraCut, CameraGarbled, CameraRefused, StoreError
from gateway.core.video import GapCause, RecordingState, SegmentState, begin_of_file
from gateway.db import Database
from tests.support import fake_camera
from tests.support.camera_station import FRAME_MS, CameraStation, frames_in
from tests.support.fake_camera import SILENT, FakeStream

MINUTE_MS = 60_000
FIVE_MINUTES_MS = 5 * MINUTE_MS


@pytest.fixture
def make(tmp_path: Path, cameras: Database) -> Callable[..., CameraStation]:
    def made(**camera: Any) -> CameraStation:
        (tmp_path / "video").mkdir()
        return CameraStation(tmp_path / "video", cameras, **camera)

    return made


@pytest.mark.parametrize(("codec", "b_frames"), [("h264", 0), ("hevc", 0), ("h264", 2)])
def test_segments_tile_the_time_and_can_be_sought(
    make: Callable[..., CameraStation], codec: str, b_frames: int
) -> None:
    station = make(codec=codec, b_frames=b_frames)
    station.run(660)
    station.stop()
    segments = station.all_segments()
    assert [one.state.value for one in segments] == ["whole"] * 3
    assert sum(len(frames_in(station, one)) for one in segments) == station.camera.sent
    for before, after in zip(segments, segments[1:], strict=False):
        assert before.end_ms is not None
        assert abs(after.begin_ms - before.end_ms) <= 2 * FRAME_MS
        assert 0 <= after.begin_ms % FIVE_MINUTES_MS < 1000 + FRAME_MS, "the first key frame after the boundary"
    for one in segments:
        assert begin_of_file(one.file) == ("outlet", one.begin_ms)
        assert one.bytes == (station.folder.path / one.file).stat().st_size
        with av.open(str(station.folder.path / one.file)) as opened:
            assert opened.duration is not None
            assert one.end_ms is not None
            assert abs(opened.duration / 1000 - (one.end_ms - one.begin_ms)) <= 3 * FRAME_MS
            opened.seek(opened.duration // 2)
            assert next(opened.decode(video=0)).time is not None
    assert station.all_gaps() == []


def test_sound_is_written_beside_the_pictures(make: Callable[..., CameraStation]) -> None:
    station = make(sound=True)
    station.run(20)
    station.stop()
    (segment,) = station.all_segments()
    with av.open(str(station.folder.path / segment.file)) as opened:
        sound = opened.streams.audio[0]
        assert (sound.codec_context.name, sound.rate, sound.channels) == ("pcm_s16le", 8000, 1)
        assert sum(1 for packet in opened.demux(sound) if packet.size) == station.camera.sent


@pytest.mark.parametrize("sound", [("vorbis", 8000, 1), ("mp2", 8000, 1), ("ac3", 11_025, 1), ("pcm_s16le", 8000, 300)])
def test_sound_that_no_file_takes_costs_no_picture(
    make: Callable[..., CameraStation], caplog: pytest.LogCaptureFixture, sound: tuple[str, int, int]
) -> None:
    station = make(sound=True, sound_shape=sound)
    station.run(400)
    station.stop()
    assert sum(len(frames_in(station, one)) for one in station.all_segments()) == station.camera.sent
    assert station.all_gaps() == []
    told = [record for record in caplog.records if "sound cannot be kept" in record.getMessage()]
    assert len(told) == 1


def test_sound_that_goes_back_is_left_out_and_ends_no_segment(make: Callable[..., CameraStation]) -> None:
    station = make(sound=True)
    station.run(10)
    station.camera.sound_late_s = 3
    station.run(10)
    station.stop()
    (segment,) = station.all_segments()
    assert len(frames_in(station, segment)) == station.camera.sent
    assert station.all_gaps() == []


def test_parameter_sets_that_were_told_once_are_in_every_segment(make: Callable[..., CameraStation]) -> None:
    """Some cameras tell them when the stream is set up, and never again."""

    gop = fake_camera.encoded_gop("h264", (64, 48), 0)
    start = gop[0].content.index(b"\0\0\1\x65")
    station = make(extradata=gop[0].content[:start])
    bare = (fake_camera.EncodedFrame(b"\0" + gop[0].content[start:], True, 0, 0), *gop[1:])
    station.run(0.05)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fake_camera, "encoded_gop", lambda *_: bare)
        station.run(400)
        station.stop()
    assert len(station.all_segments()) == 2
    for segment in station.all_segments():
        with av.open(str(station.folder.path / segment.file)) as opened:
            assert (opened.streams.video[0].width, opened.streams.video[0].height) == (64, 48)
            assert sum(1 for _ in opened.decode(video=0)) == len(frames_in(station, segment))


def test_a_camera_that_never_answered_is_tried_for_ever(make: Callable[..., CameraStation]) -> None:
    station = make(refuses=SILENT)
    began_ms = station.clock.wall_ms
    station.run(600)
    pauses = [
        round(after - before) for before, after in zip(station.camera.opens, station.camera.opens[1:], strict=False)
    ]
    assert pauses[:6] == [1, 2, 5, 10, 30, 60]
    assert set(pauses[6:]) == {60}
    assert station.state() is RecordingState.NO_ANSWER
    station.camera.refuses = None
    station.run(62)
    assert station.state() is RecordingState.RECORDING
    (gap,) = station.all_gaps()
    (segment,) = station.all_segments()
    assert (gap.begin_ms, gap.end_ms, gap.cause) == (began_ms, segment.begin_ms, GapCause.NO_ANSWER)


def test_a_refused_password_is_tried_slowly(make: Callable[..., CameraStation]) -> None:
    station = make(refuses=CameraRefused("does not take the password", "password"))
    station.run(3600)
    assert 10 <= len(station.camera.opens) <= 13
    (gap,) = station.all_gaps()
    assert (gap.cause, gap.end_ms, gap.detail) == (GapCause.REFUSED, None, "does not take the password")


def test_a_cut_connection_is_a_gap_from_the_last_frame_to_the_first(make: Callable[..., CameraStation]) -> None:
    station = make()
    station.run(30)
    station.camera.fails = CameraCut("the camera ended the connection")
    station.run(30)
    station.stop()
    first, second = station.all_segments()
    (gap,) = station.all_gaps()
    assert first.end_ms is not None
    assert abs(gap.begin_ms - first.end_ms) <= FRAME_MS
    assert (gap.end_ms, gap.cause) == (second.begin_ms, GapCause.CUT)
    assert 1000 <= second.begin_ms - first.end_ms < 2500


def test_a_stream_that_falls_silent_is_connected_anew(make: Callable[..., CameraStation]) -> None:
    station = make()
    station.run(30)
    station.camera.is_silent = True
    station.run(25)
    assert station.state() is RecordingState.SILENT
    station.camera.is_silent = False
    station.run(70)
    station.stop()
    causes = [gap.cause for gap in station.all_gaps()]
    assert causes == [GapCause.SILENT]
    assert station.all_gaps()[0].begin_ms == station.all_segments()[0].end_ms


def test_the_causes_of_one_gap_follow_each_other(make: Callable[..., CameraStation]) -> None:
    station = make()
    station.run(10)
    station.camera.refuses = SILENT
    station.camera.fails = CameraCut("the camera ended the connection")
    station.run(20)
    station.camera.refuses = CameraRefused("busy", "busy")
    station.run(40)
    station.camera.refuses = None
    station.run(70)
    gaps = station.all_gaps()
    assert [gap.cause for gap in gaps] == [GapCause.CUT, GapCause.NO_ANSWER, GapCause.REFUSED]
    assert [gap.end_ms for gap in gaps[:-1]] == [gap.begin_ms for gap in gaps[1:]]
    assert gaps[-1].end_ms == station.all_segments()[-1].begin_ms


def test_each_change_is_told_once(make: Callable[..., CameraStation], caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "gateway.cameras.recording")
    station = make(refuses=SILENT)
    station.run(600)
    station.camera.refuses = None
    station.run(120)
    words = [record.getMessage() for record in caplog.records]
    assert [text.split(" camera=")[0] for text in words] == ["camera is not recorded", "camera is recorded again"]


@pytest.mark.parametrize("by_ms", [-3_600_000, 3_600_000, -1500, 1500])
def test_a_step_of_a_clock_that_is_trusted_again_begins_another_segment(
    make: Callable[..., CameraStation], by_ms: int
) -> None:
    station = make()
    station.run(20)
    station.clock.jump_wall(by_ms)
    station.trust.zero_ms += by_ms
    station.run(20)
    station.stop()
    first, second = sorted(station.all_segments(), key=lambda one: one.id)
    assert first.end_ms is not None
    assert abs(second.begin_ms - first.end_ms - by_ms) <= FRAME_MS
    assert sum(len(frames_in(station, one)) for one in (first, second)) == station.camera.sent
    noted = [(gap.begin_ms, gap.end_ms, gap.cause) for gap in station.all_gaps()]
    assert noted == ([(first.end_ms, second.begin_ms, GapCause.CLOCK_STEP)] if by_ms > 0 else [])


def test_while_nobody_vouches_for_the_clock_video_bears_its_time_and_says_so(
    make: Callable[..., CameraStation],
) -> None:
    station = make()
    station.trust.vouched = False
    station.run(20)
    station.trust.vouched = True
    station.run(20)
    station.stop()
    rows = station.database.read("SELECT is_stamped, boot_id, mono_ms FROM segment ORDER BY id")
    assert [is_stamped for is_stamped, *_ in rows] == [0, 1]
    assert all(boot == station.trust.boot_id and mono_ms >= 1_000_000 for _, boot, mono_ms in rows)
    assert sum(len(frames_in(station, one)) for one in station.all_segments()) == station.camera.sent


def test_a_file_of_this_very_name_is_never_written_over(make: Callable[..., CameraStation]) -> None:
    station = make()
    station.run(5)
    station.clock.jump_wall(-4_000)
    station.trust.zero_ms -= 4_000
    for at_ms in range(station.clock.wall_ms, station.clock.wall_ms + 1500, 1):
        taken = station.folder.path / video_file_name(at_ms)
        taken.parent.mkdir(parents=True, exist_ok=True)
        if at_ms % 3:
            taken.write_bytes(b"somebody's")
    station.run(5)
    station.stop()
    kept = [file for file in station.folder.path.rglob("*.mkv") if file.stat().st_size == len(b"somebody's")]
    assert len(kept) == 1000
    assert len(station.all_segments()) == 2


def video_file_name(at_ms: int) -> str:
    from gateway.core.video import segment_file

    return segment_file("outlet", at_ms)


def test_another_resolution_begins_another_segment(make: Callable[..., CameraStation]) -> None:
    station = make()
    station.run(20)
    station.camera.size = (96, 64)
    station.run(20)
    station.stop()
    assert [(one.width, one.height) for one in station.all_segments()] == [(64, 48), (96, 64)]
    for segment in station.all_segments():
        with av.open(str(station.folder.path / segment.file)) as opened:
            assert all(
                (frame.width, frame.height) == (segment.width, segment.height) for frame in opened.decode(video=0)
            )


def test_frames_that_the_stream_leaps_over_are_a_gap_within_the_segment(make: Callable[..., CameraStation]) -> None:
    station = make()
    station.run(20)
    stream = station.recorder._stream
    assert stream is not None
    station.clock.advance(7)
    stream.skipped_s += 7  # type: ignore[attr-defined]
    station.run(20)
    station.stop()
    (segment,) = station.all_segments()
    (gap,) = station.all_gaps()
    assert gap.cause is GapCause.LOST_FRAMES
    assert gap.end_ms is not None
    assert abs(gap.end_ms - gap.begin_ms - 7000) <= 2 * FRAME_MS
    assert abs(gap.begin_ms - segment.begin_ms - 20_000) <= 2 * FRAME_MS


@pytest.mark.parametrize("speed", [0.8, 0.99, 1.01, 1.2])
def test_a_camera_that_counts_wrongly_is_anchored_anew(make: Callable[..., CameraStation], speed: float) -> None:
    station = make(speed=speed)
    station.run(300)
    station.stop()
    for before, after in zip(station.all_segments(), station.all_segments()[1:], strict=False):
        assert before.end_ms is not None
        assert abs(before.end_ms - after.begin_ms) <= 1000 + 2000 * abs(1 - speed) + 10_000 * max(0, 1 - speed)
    last = station.all_segments()[-1].end_ms
    assert last is not None
    assert abs(last - station.clock.wall_ms) <= 1500 + 10_000 * max(0, 1 - speed)
    assert sum(len(frames_in(station, one)) for one in station.all_segments()) == station.camera.sent


def test_a_first_key_frame_is_waited_for_longer_than_a_frame(make: Callable[..., CameraStation]) -> None:
    """Before it the stream hands nothing out, and sees itself whether pictures come."""
    station = make()
    station.camera.is_silent = True
    station.run(55)
    station.camera.is_silent = False
    station.run(5)
    assert len(station.camera.opens) == 1
    assert len(station.all_segments()) == 1


def test_without_key_frames_a_segment_goes_on_but_not_for_ever(make: Callable[..., CameraStation]) -> None:
    station = make()
    station.run(20)
    station.camera.without_keys = True
    station.run(1790)
    assert len(station.all_segments()) == 1
    station.run(60)
    assert [gap.cause for gap in station.all_gaps()] == [GapCause.GARBLED]
    station.run(130)
    assert station.all_gaps()[-1].detail == "no key frame for 120 s", "a new connection is given up sooner"
    station.camera.without_keys = False
    station.run(130)
    assert station.state() is RecordingState.RECORDING


def test_a_disk_that_is_missing_is_a_gap_and_the_stream_goes_on(make: Callable[..., CameraStation]) -> None:
    station = make()
    seen = Seen()
    station.begin(seen)
    station.folder.fails = DiskMissing("the disk is not mounted")
    station.run(60)
    assert station.state() is RecordingState.NO_DISK
    assert len(station.camera.opens) == 1, "the camera has done nothing wrong"
    assert seen.count == station.camera.sent, "whoever looks on sees it all"
    assert list(station.folder.path.iterdir()) == []
    station.folder.fails = None
    station.run(30)
    (gap,) = station.all_gaps()
    (segment,) = station.all_segments()
    assert (gap.cause, gap.detail, gap.end_ms) == (GapCause.NO_DISK, "the disk is not mounted", segment.begin_ms)


def test_a_database_that_does_not_know_the_disk_stops_no_stream(make: Callable[..., CameraStation]) -> None:
    station = make()
    station.folder.fails = StoreError("cannot be read")
    station.run(20)
    station.folder.fails = None
    station.run(30)
    assert station.state() is RecordingState.RECORDING
    assert len(station.camera.opens) == 1


@pytest.mark.parametrize(
    ("number", "cause"),
    [
        (errno.ENOSPC, GapCause.DISK_FULL),
        (errno.EDQUOT, GapCause.DISK_FULL),
        (errno.EROFS, GapCause.WRITE_FAILED),
        (errno.EIO, GapCause.WRITE_FAILED),
        (errno.ENODEV, GapCause.NO_DISK),
    ],
)
def test_a_disk_that_fails_while_it_is_written(
    make: Callable[..., CameraStation], monkeypatch: pytest.MonkeyPatch, number: int, cause: GapCause
) -> None:
    station = make()
    station.run(20)
    real = os.pwrite

    def fail(*_: object) -> int:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(video_file.os, "pwrite", fail)
    station.run(40)
    assert station.all_gaps()[0].cause is cause
    assert len(station.camera.opens) == 1
    monkeypatch.setattr(video_file.os, "pwrite", real)
    station.run(30)
    station.stop()
    assert station.state() is RecordingState.RECORDING
    assert all(gap.end_ms for gap in station.all_gaps())
    assert len(list(station.folder.path.rglob("*.mkv"))) == 2, "each try leaves nothing behind"
    station.look_through()
    segments = station.all_segments()
    assert {one.state.value for one in segments} == {"whole"}, "what the disk cut off was made whole"
    assert len(frames_in(station, segments[0])) >= 190
    assert len(frames_in(station, segments[-1])) > 150


def test_what_a_full_disk_cut_off_is_made_whole_as_soon_as_recording_goes_on(
    make: Callable[..., CameraStation], monkeypatch: pytest.MonkeyPatch
) -> None:
    station = make()
    station.look_through()
    station.run(20)

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(video_file.os, "pwrite", full)
        patch.setattr("gateway.cameras.catalog.made_whole.remux", full)
        station.run(20)
        station.look_through()
        (cut,) = station.segments.in_state(SegmentState.WRITING)
        station.look_through()
    assert station.state() is RecordingState.FAILED
    station.run(WRITE_PAUSE_S + 2)
    station.look_through()
    assert station.state() is RecordingState.RECORDING
    assert cut.id in [one.id for one in station.segments.in_state(SegmentState.WHOLE)]


def test_a_change_is_told_when_it_is_one_and_no_packet_is(make: Callable[..., CameraStation]) -> None:
    station = make(refuses=SILENT)
    station.run(20)
    station.camera.refuses = None
    station.run(60)
    assert station.told == [RecordingState.NO_ANSWER, RecordingState.RECORDING]
    station.camera.fails = CameraCut("the camera ended the connection")
    station.run(60)
    assert station.told[2:] == [RecordingState.CONNECTING, RecordingState.RECORDING]


def test_a_file_that_somebody_removes_is_noticed_within_seconds(make: Callable[..., CameraStation]) -> None:
    station = make()
    station.run(20)
    station.sync.step(station.clock.now())
    (station.folder.path / station.all_segments()[0].file).unlink()
    station.run(1)
    station.run(20)
    station.stop()
    station.look_through()
    assert station.all_gaps()[0].cause is GapCause.FILE_LOST
    assert [one.state for one in station.segments.in_state(SegmentState.MISSING)] == [SegmentState.MISSING]
    assert len(frames_in(station, station.all_segments()[-1])) > 150


def test_a_sync_that_fails_ends_the_segment(
    make: Callable[..., CameraStation], monkeypatch: pytest.MonkeyPatch
) -> None:
    station = make()
    station.run(20)

    def fail(_: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(video_file.os, "fdatasync", fail)
        station.run(1)
    station.run(20)
    assert station.all_gaps()[0].cause is GapCause.WRITE_FAILED
    assert station.state() is RecordingState.RECORDING


def test_a_stream_that_no_file_takes_is_a_gap(make: Callable[..., CameraStation]) -> None:
    station = make()
    station.run(5)
    station.camera.fails = CameraGarbled("the camera sends MJPEG")
    station.camera.refuses = CameraGarbled("the camera sends MJPEG")
    station.run(30)
    assert [gap.cause for gap in station.all_gaps()] == [GapCause.GARBLED]
    assert station.state() is RecordingState.FAILED


class Seen:
    """Looks on, and fails when it is told to. See `gateway.cameras.packet.PacketListener`."""

    def __init__(self) -> None:
        self.count = self.calls = self.ends = 0
        self.fails = False

    def packet(self, camera: str, shape: StreamShape, packet: StreamPacket) -> None:
        self.calls += 1
        if self.fails:
            raise ZeroDivisionError("nobody foresaw it")
        self.count += 1

    def ended(self, camera: str) -> None:
        self.ends += 1


def test_who_looks_on_harms_nothing(make: Callable[..., CameraStation]) -> None:
    station = make()
    broken, sound = Seen(), Seen()
    station.begin(broken, sound)
    station.run(10)
    broken.fails = True
    with pytest.raises(ZeroDivisionError):
        station.run(10)
    station.run(30)  # the supervisor calls again
    assert broken.calls == 101, "it was left alone"
    broken.fails = False
    station.run(60)
    assert broken.count > 200
    station.stop()
    (segment,) = station.all_segments()
    assert len(frames_in(station, segment)) == station.camera.sent
    assert sound.count >= station.camera.sent - 1
    assert sound.ends == 1


def test_the_end_of_the_program_ends_the_segment_and_the_gap(make: Callable[..., CameraStation]) -> None:
    station = make(refuses=SILENT)
    station.run(30)
    station.stop()
    (gap,) = station.all_gaps()
    assert gap.end_ms == station.clock.wall_ms, "after that it is not the camera's fault any more"


def test_a_stream_that_is_called_off_at_the_end_of_the_program_is_no_gap(
    make: Callable[..., CameraStation], monkeypatch: pytest.MonkeyPatch
) -> None:
    station = make()
    station.run(30)

    def called_off(_: FakeStream) -> list[StreamPacket]:
        station.recorder.interrupt()
        raise CameraCut("called off")

    monkeypatch.setattr(FakeStream, "read", called_off)
    station.run(1)
    station.stop()
    assert station.all_gaps() == []


def test_the_state_says_what_is_known(make: Callable[..., CameraStation]) -> None:
    station = make()
    began_ms = station.clock.wall_ms
    station.run(100)
    state = station.recorder.state(station.clock.now())
    assert (state.name, state.state, state.detail) == ("outlet", RecordingState.RECORDING, None)
    assert (state.codec, state.width, state.height) == ("h264", 64, 48)
    assert state.known_from_ms == began_ms
    assert state.last_frame_ms is not None
    assert abs(state.last_frame_ms - station.clock.wall_ms) <= 2 * FRAME_MS
    assert state.bit_rate is not None
    assert 1000 < state.bit_rate < 1_000_000


def test_what_nobody_vouched_for_is_known_from_then_on(make: Callable[..., CameraStation]) -> None:
    station = make()
    station.trust.vouched = False
    station.run(10)
    assert station.recorder.state(station.clock.now()).known_from_ms is None
    station.trust.vouched = True
    at_ms = station.clock.wall_ms
    station.run(10)
    known_from_ms = station.recorder.state(station.clock.now()).known_from_ms
    assert known_from_ms is not None
    assert abs(known_from_ms - at_ms) <= 2 * FRAME_MS


def test_a_folder_that_the_janitor_removes_at_that_very_moment_costs_nothing(
    make: Callable[..., CameraStation], monkeypatch: pytest.MonkeyPatch
) -> None:
    station = make()
    real, removed = os.open, []

    def remove_first(path: Path | str, flags: int, *rest: int) -> int:
        if str(path).endswith(".mkv") and not removed:
            removed.append(path)
            Path(path).parent.rmdir()
        return real(path, flags, *rest)

    monkeypatch.setattr(video_file.os, "open", remove_first)
    station.run(10)
    station.stop()
    assert len(removed) == 1
    assert station.all_gaps() == []
    assert len(frames_in(station, station.all_segments()[0])) == station.camera.sent
