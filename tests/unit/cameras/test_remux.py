"""An unfinished file is made whole, frame by frame the same; what cannot be read stays as it is."""

from __future__ import annotations

import errno
import os
import random
from contextlib import suppress
from pathlib import Path

import av
import pytest

from gateway.cameras.catalog import remux as module
from gateway.cameras.catalog.matroska_head import VideoHead, read_head
from gateway.cameras.catalog.readable_packets import VideoUnreadable
from gateway.cameras.catalog.remux import beside_name, remux
from gateway.core.instants import HOUR_MS
from tests.support.small_video import frames, video

CODECS = [("h264", 0), ("h264", 2), ("hevc", 0), ("hevc", 2)]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "120000000Z.mkv"


@pytest.mark.parametrize(("codec", "b_frames"), CODECS)
def test_the_head_of_a_finished_file_says_how_long_it_is(file: Path, codec: str, b_frames: int) -> None:
    content = video(3, codec, b_frames)
    file.write_bytes(content)
    assert read_head(file) == VideoHead(len(content), 3000, codec, 64, 64)


def test_the_head_of_any_other_does_not(file: Path) -> None:
    whole = video()
    for content in (video(is_finished=False), whole[:-1], whole + b"\0"):
        file.write_bytes(content)
        assert read_head(file) == VideoHead(len(content), None, "h264", 64, 64)


@pytest.mark.parametrize("content", [b"", bytes(100_000), b"\x1a\x45\xdf\xa3", b"RIFF" + bytes(9), b"\xff" * 5000])
def test_what_is_no_video_has_no_head(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    assert read_head(file) is None


def test_a_head_that_was_damaged_is_read_without_a_fall(file: Path) -> None:
    chance = random.Random(4711)
    for _ in range(300):
        content = bytearray(video())
        for _ in range(3):
            content[chance.randrange(600)] = chance.randrange(256)
        file.write_bytes(content)
        head = read_head(file)
        assert head is None or head.bytes == len(content)


def test_a_flipped_bit_in_a_head_makes_no_file_longer_than_it_can_be(file: Path) -> None:
    """A length beyond all numbers broke the index that is made anew, and one of two days hid the gaps behind it."""
    whole = video()
    lengths_ms = set()
    for at in range(200, 300):  # there the length stands, and its unit
        for bit in range(8):
            content = bytearray(whole)
            content[at] ^= 1 << bit
            file.write_bytes(content)
            head = read_head(file)
            lengths_ms.add(None if head is None else head.length_ms)
    assert {None, 3000} < lengths_ms
    assert max(one for one in lengths_ms if one is not None) <= HOUR_MS


@pytest.mark.parametrize(("codec", "b_frames"), CODECS)
def test_all_frames_stay_the_same_to_the_byte(file: Path, codec: str, b_frames: int) -> None:
    """What stands in them beside the picture, too: a SEI with the camera's own time is evidence."""
    file.write_bytes(video(3, codec, b_frames, is_finished=False))
    before = frames(file)
    made = remux(file)
    assert frames(file) == before
    assert (made.length_ms, made.frames, made.codec) == (max(pts for pts, _, _ in before) + 100, len(before), codec)
    assert read_head(file) == VideoHead(made.bytes, made.length_ms, codec, 64, 64)
    assert file.stat().st_size == made.bytes


def test_what_was_made_whole_can_be_sought_in(file: Path) -> None:
    file.write_bytes(video(is_finished=False))
    made = remux(file)
    with av.open(file) as container:
        assert container.duration == made.length_ms * 1000
        container.seek(2_500_000)
        packet = next(iter(container.demux(video=0)))
        assert (packet.pts, packet.is_keyframe) == (2000, True)


def test_a_file_may_be_cut_anywhere(file: Path, tmp_path: Path) -> None:
    """Wherever it was cut, each frame that was there as a whole is there afterwards, and no other."""
    whole = video(is_finished=False)
    (tmp_path / "whole.mkv").write_bytes(whole)
    expected = frames(tmp_path / "whole.mkv")
    most = 0
    for cut in range(len(whole), 0, -37):
        file.write_bytes(whole[:cut])
        try:
            made = remux(file)
        except VideoUnreadable:
            assert file.read_bytes() == whole[:cut]
            continue
        assert frames(file) == expected[: made.frames]
        most = max(most, made.frames)
        at = 0
        for _, _, content in expected[: made.frames + 1]:
            at = whole.index(content, at) + len(content)
        assert made.frames == len(expected) or at > cut
    assert most == len(expected)


def test_zeros_that_a_power_cut_leaves_at_the_end_are_no_frame(file: Path) -> None:
    whole = video(is_finished=False)
    file.write_bytes(whole[:-40])
    remux(file)
    expected = frames(file)
    file.write_bytes(whole[:-40] + bytes(4096))
    remux(file)
    assert frames(file) == expected


@pytest.mark.parametrize(
    "content", [b"", bytes(50_000), b"\x1a\x45\xdf\xa3 and no more", video()[:500], bytes(range(256)) * 100]
)
def test_a_file_of_which_nothing_can_be_read_is_left_as_it_is(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    with pytest.raises(VideoUnreadable):
        remux(file)
    assert file.read_bytes() == content
    assert list(file.parent.iterdir()) == [file]


def test_a_file_is_not_replaced_where_most_of_it_cannot_be_read(file: Path) -> None:
    content = video(is_finished=False) + os.urandom(6_000_000) + b"\1"
    file.write_bytes(content)
    with pytest.raises(VideoUnreadable, match="most of it"):
        remux(file)
    assert file.read_bytes() == content


@pytest.mark.parametrize("step", ["_copy", "sync", "rename"])
def test_wherever_it_is_broken_off_the_file_is_the_old_one_or_the_new_one(
    file: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """A power cut leaves the copy as well; the next try begins anew."""
    content = video(is_finished=False)
    file.write_bytes(content)
    before = frames(file)

    def cut(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Path if step == "rename" else module, step, cut)
        patched.setattr(Path, "unlink", lambda *_, **__: None)  # a power cut tidies nothing up
        with pytest.raises(KeyboardInterrupt):
            remux(file)
    assert file.read_bytes() == content
    beside_name(file).write_bytes(b"what was left")
    remux(file)
    assert frames(file) == before
    assert list(file.parent.iterdir()) == [file]


def test_a_full_disk_is_said_and_leaves_the_file(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = video(is_finished=False)
    file.write_bytes(content)

    def full(_: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(module, "sync", full)
    with pytest.raises(OSError, match="No space"):
        remux(file)
    assert list(file.parent.iterdir()) == [file]
    assert file.read_bytes() == content


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no such device here")
def test_a_disk_that_fills_up_while_it_is_written_is_no_damage(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_bytes(video(is_finished=False))
    monkeypatch.setattr(module, "beside_name", lambda _: Path("/dev/full"))
    monkeypatch.setattr(module, "make_plain_file", lambda *_: os.open("/dev/full", os.O_WRONLY))
    monkeypatch.setattr(Path, "unlink", lambda *_, **__: None)
    with pytest.raises(OSError, match="No space left"):
        remux(file)


def test_a_head_that_was_damaged_is_unreadable_at_the_worst(file: Path) -> None:
    """A codec's name that nobody knows, or a text that is none, ended the recorder's start."""
    chance = random.Random(5)
    for _ in range(100):
        content = bytearray(video(1, is_finished=False))
        for _ in range(chance.choice((1, 3, 20))):
            content[chance.randrange(600)] = chance.randrange(256)
        file.write_bytes(content)
        with suppress(VideoUnreadable):
            remux(file)
        assert not beside_name(file).exists()
