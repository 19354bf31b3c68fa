"""Clips and snapshots out of recorded segments: every frame as it was, at its time, and what is missing is said."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from random import Random

import av
import cv2
import numpy as np
import pytest

from gateway.cameras.packet import StreamPacket
from gateway.cameras.stream.trial import try_camera
from gateway.cameras.watching.clip import FORMS, Clip, ClipNotWritten, write_clip
from gateway.cameras.watching.snapshot import snapshot
from gateway.core.errors import CameraGarbled, CameraSilent
from gateway.core.video import Segment, SegmentState, segment_file
from tests.support.clock import FakeClock
from tests.support.examples import examples
from tests.support.fake_camera import FakeCamera, FakeStream
from tests.support.small_video import frames, video

BEGIN_MS = 1_767_576_000_000
SOURCE = video(3)


def lay(folder: Path, begin_ms: int = BEGIN_MS, content: bytes = SOURCE, seconds: int = 3) -> Segment:
    """A segment of three seconds, thirty frames, as the index knows it."""
    file = segment_file("outlet", begin_ms)
    (folder / file).parent.mkdir(parents=True, exist_ok=True)
    (folder / file).write_bytes(content)
    end_ms = begin_ms + seconds * 1000
    return Segment(1, "outlet", begin_ms, end_ms, file, len(content), SegmentState.WHOLE, "h264", 64, 64)


def cut(folder: Path, segments: list[Segment], from_s: float, to_s: float, form: str = ".mkv") -> tuple[Clip, Path]:
    """Seconds are counted from `BEGIN_MS` on."""
    file = folder / "clip"
    times = (BEGIN_MS + round(from_s * 1000), BEGIN_MS + round(to_s * 1000))
    return write_clip(folder, segments, *times, file, FORMS[form], "NUO001 outlet"), file


@pytest.mark.parametrize("form", [".mkv", ".mp4"])
@pytest.mark.parametrize(("codec", "b_frames"), [("h264", 0), ("h264", 2), ("hevc", 2)])
def test_segments_are_joined_and_each_frame_stands_at_its_time(
    codec: str, b_frames: int, form: str, tmp_path: Path
) -> None:
    """The third follows after five seconds of nothing: there the clip's clock goes on."""
    content = video(3, codec, b_frames)
    segments = [lay(tmp_path, BEGIN_MS + at_ms, content) for at_ms in (0, 3000, 11_000)]
    clip, file = cut(tmp_path, segments, 0, 14, form)
    assert (clip.begin_ms, clip.segments, clip.unreadable, clip.behind_ms) == (BEGIN_MS, 3, [], 0)
    there = frames(file)
    assert len(there) == 90
    first_ms = min(at_ms for at_ms, _, _ in there)
    shown = sorted(at_ms - first_ms for at_ms, _, _ in there)
    expected = [base + n * 100 for base in (0, 3000, 11_000) for n in range(30)]
    assert shown == pytest.approx(expected, abs=2)
    with av.open(file) as opened:
        assert sum(1 for _ in opened.decode(video=0)) == 90


def test_the_bytes_of_frames_are_the_cameras(tmp_path: Path) -> None:
    segment = lay(tmp_path)
    _, file = cut(tmp_path, [segment], 0, 3)
    assert [frame[2] for frame in frames(file)] == [frame[2] for frame in frames(tmp_path / segment.file)]


@pytest.mark.parametrize(("from_s", "begins_s"), [(0.0, 0.0), (0.95, 0.0), (1.0, 1.0), (1.55, 1.0), (2.95, 2.0)])
def test_a_clip_begins_at_the_key_frame_before(from_s: float, begins_s: float, tmp_path: Path) -> None:
    clip, file = cut(tmp_path, [lay(tmp_path)], from_s, 3)
    assert clip.begin_ms == BEGIN_MS + begins_s * 1000
    assert (frames(file)[0][0], frames(file)[0][1]) == (0, True)


def test_a_clip_ends_where_it_was_asked_to(tmp_path: Path) -> None:
    clip, file = cut(tmp_path, [lay(tmp_path)], 0, 1.5)
    assert (clip.end_ms, len(frames(file))) == (BEGIN_MS + 1400, 15)


def test_its_begin_stands_in_the_file(tmp_path: Path) -> None:
    _, file = cut(tmp_path, [lay(tmp_path)], 1, 3, ".mp4")
    with av.open(file) as opened:
        assert opened.metadata["title"] == "NUO001 outlet"
        assert opened.metadata["creation_time"].startswith("2026-01-05T01:20:01")


def test_what_is_being_written_is_in_the_clip(tmp_path: Path) -> None:
    growing = lay(tmp_path, content=video(3, is_finished=False))
    clip, file = cut(tmp_path, [replace(growing, end_ms=None, state=SegmentState.WRITING)], 0, 10)
    assert clip.unreadable == []
    assert len(frames(file)) >= 27


@pytest.mark.parametrize("content", [None, b"", b"no video at all" * 100, SOURCE[: len(SOURCE) // 8]])
def test_a_segment_that_is_gone_or_damaged_is_told_and_the_others_are_there(
    content: bytes | None, tmp_path: Path
) -> None:
    segments = [lay(tmp_path, BEGIN_MS + at_ms) for at_ms in (0, 3000, 6000)]
    broken = tmp_path / segments[1].file
    broken.unlink()
    if content is not None:
        broken.write_bytes(content)
    clip, file = cut(tmp_path, segments, 0, 9)
    assert [(one.begin_ms, segments[1].file in words) for one, words in clip.unreadable] == [(BEGIN_MS + 3000, True)]
    assert len([one for one in frames(file) if not 3000 <= one[0] < 6000]) == 60


@pytest.mark.hypothesis  # tried with as many examples as are asked for
def test_whatever_bit_flips_it_is_told_or_the_sound_segment_is_all_there(tmp_path: Path) -> None:
    """A name of the codec that nobody knows made a traceback."""
    chance = Random(5)
    made = 0
    sound = lay(tmp_path, BEGIN_MS + 3000)
    pictures = [content for _, _, content in frames(tmp_path / sound.file)]
    for _ in range(examples(60)):
        damaged = bytearray(SOURCE)
        for _ in range(chance.choice((1, 3, 20))):
            damaged[chance.randrange(chance.choice((700, len(damaged))))] = chance.randrange(256)
        segment = lay(tmp_path, content=bytes(damaged))
        for form in FORMS:
            with suppress(CameraGarbled):
                clip, file = cut(tmp_path, [segment, sound], 0, 6, form)
                made += 1
                cut_out = [content for _, _, content in frames(file)]
                assert len(cut_out) >= len(pictures)
                assert form == ".mp4" or cut_out[-len(pictures) :] == pictures
                assert clip.end_ms is not None
                assert clip.end_ms >= BEGIN_MS + 5900
                assert [one for one, _ in clip.unreadable if one is not segment] == []
        with suppress(CameraGarbled):
            assert snapshot(tmp_path, segment, BEGIN_MS + 1500, ".jpg").content.startswith(b"\xff\xd8")
    assert made, "one damaged segment does not cost the clip"


def test_a_codec_that_nobody_knows_is_told(tmp_path: Path) -> None:
    assert SOURCE.count(b"V_MPEG4/ISO/AVC") == 1
    with pytest.raises(CameraGarbled, match="does not say what its pictures are"):
        snapshot(tmp_path, lay(tmp_path, content=SOURCE.replace(b"V_MPEG4/ISO/AVC", b"V_NOBODY_KNOWSX")), None, ".jpg")


def test_a_file_of_sound_alone_is_told(tmp_path: Path) -> None:
    file = BytesIO()
    with av.open(file, "w", format="matroska") as made:
        sound = made.add_stream("pcm_s16le", rate=8000, layout="mono")
        quiet = av.AudioFrame.from_ndarray(np.zeros((1, 800), np.int16), format="s16", layout="mono")
        quiet.sample_rate = 8000
        made.mux(sound.encode(quiet))
    segment = lay(tmp_path, content=file.getvalue())
    with pytest.raises(CameraGarbled, match="cannot be read: there is no video in it"):
        snapshot(tmp_path, segment, None, ".jpg")


def test_a_key_frame_that_cannot_be_decoded_is_told_in_words(tmp_path: Path) -> None:
    content = bytearray(SOURCE)
    at = 0
    while (at := content.find(b"\x65\x88", at)) >= 0:  # the slice of each key frame
        content[at : at + 40] = bytes([0x65]) + b"\xff" * 39
        at += 40
    with pytest.raises(CameraGarbled, match="cannot be decoded") as told:
        snapshot(tmp_path, lay(tmp_path, content=bytes(content)), None, ".jpg")
    assert "avcodec" not in str(told.value)
    assert "Errno" not in str(told.value)


def test_nothing_readable_is_no_clip(tmp_path: Path) -> None:
    segment = lay(tmp_path, content=b"nothing")
    with pytest.raises(
        CameraGarbled, match=r"there is no picture to make a clip of: outlet/2026/01/05/.* cannot be read"
    ):
        cut(tmp_path, [segment], 0, 3)


def test_a_clock_that_was_set_back_leaves_no_stamp_that_falls(tmp_path: Path) -> None:
    segments = [lay(tmp_path), lay(tmp_path, BEGIN_MS + 1000)]
    clip, file = cut(tmp_path, segments, 0, 4)
    times = [at_ms for at_ms, _, _ in frames(file)]
    assert times == sorted(set(times))
    assert len(times) == 60
    assert 1800 <= clip.behind_ms <= 2000


def test_video_that_changes_on_the_way_is_not_one_file(tmp_path: Path) -> None:
    segments = [lay(tmp_path), lay(tmp_path, BEGIN_MS + 3000, video(3, "hevc"))]
    with pytest.raises(
        ClipNotWritten, match=r"changes with outlet/.* from h264 64×64 to hevc 64×64: make a clip of each"
    ):
        cut(tmp_path, segments, 0, 6)


def test_a_full_disk_is_told(tmp_path: Path) -> None:
    times = (BEGIN_MS, BEGIN_MS + 3000)
    with pytest.raises(ClipNotWritten, match="the clip cannot be written: No space left on device"):
        write_clip(tmp_path, [lay(tmp_path)], *times, Path("/dev/full"), "matroska", "")


def test_a_link_that_somebody_planted_is_not_followed(tmp_path: Path) -> None:
    segment = lay(tmp_path)
    (tmp_path / segment.file).rename(tmp_path / "elsewhere.mkv")
    (tmp_path / segment.file).symlink_to(tmp_path / "elsewhere.mkv")
    with pytest.raises(CameraGarbled):
        cut(tmp_path, [segment], 0, 3)


def number_of(content: bytes) -> int:
    """Which frame of `small_video` a picture shows."""
    picture = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    drawn = [cv2.cvtColor(np.full((96, 64), n * 3, np.uint8), cv2.COLOR_YUV2BGR_I420) for n in range(60)]
    return int(np.argmin([np.abs(picture.astype(int) - one).mean() for one in drawn]))


def test_the_newest_picture_is_the_last_key_frame(tmp_path: Path) -> None:
    taken = snapshot(tmp_path, lay(tmp_path), None, ".jpg")
    assert (taken.at_ms, taken.width, taken.height) == (BEGIN_MS + 2000, 64, 64)
    assert taken.content.startswith(b"\xff\xd8")


@pytest.mark.parametrize(("codec", "b_frames"), [("h264", 0), ("h264", 2), ("hevc", 2)])
def test_the_picture_of_an_instant_is_that_one(codec: str, b_frames: int, tmp_path: Path) -> None:
    segment = lay(tmp_path, content=video(6, codec, b_frames), seconds=6)
    key, then = (snapshot(tmp_path, segment, BEGIN_MS + at_ms, ".png") for at_ms in (5000, 5550))
    assert (key.at_ms, then.at_ms) == (BEGIN_MS + 5000, BEGIN_MS + 5500)
    assert (number_of(key.content), number_of(then.content)) == (50, 55)


def test_a_picture_of_what_is_being_written(tmp_path: Path) -> None:
    assert snapshot(tmp_path, lay(tmp_path, content=video(3, is_finished=False)), None, ".jpg").at_ms == BEGIN_MS + 2000


def test_a_file_without_a_picture_yet(tmp_path: Path) -> None:
    with pytest.raises(CameraGarbled, match="cannot be read"):
        snapshot(tmp_path, lay(tmp_path, content=b""), None, ".jpg")


def test_what_a_camera_sends_is_measured() -> None:
    clock = FakeClock()
    trial = try_camera(FakeCamera(clock, sound=True), clock)
    assert (trial.shape.codec, trial.pictures_per_s, trial.key_every_s) == ("h264", 10, 1)
    assert trial.bit_rate is not None
    assert trial.bit_rate > 16_000 * 8  # the sound alone


def test_key_frames_that_do_not_come_again_are_not_waited_for_for_ever() -> None:
    clock = FakeClock()
    camera = FakeCamera(clock, without_keys=True)
    assert try_camera(camera, clock).key_every_s is None
    assert camera.sent < 100


def test_a_first_key_frame_that_does_not_come_is_not_waited_for_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = FakeClock()
    began_s = clock.mono_s

    def nothing(_: FakeStream) -> list[StreamPacket]:
        clock.advance(0.2)
        return []

    monkeypatch.setattr(FakeStream, "read", nothing)
    with pytest.raises(CameraGarbled, match="no key frame with its parameters came within 30 s"):
        try_camera(FakeCamera(clock), clock)
    assert clock.mono_s - began_s < 31


def test_a_camera_that_does_not_answer_says_so() -> None:
    clock = FakeClock()
    with pytest.raises(CameraSilent, match="nobody listens"):
        try_camera(FakeCamera(clock, refuses=CameraSilent("nobody listens")), clock)
