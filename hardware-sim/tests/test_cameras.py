"""Simulated cameras as a client sees them: what they send, and how they come, fall silent and go."""

import time
from collections.abc import Callable
from contextlib import suppress
from itertools import pairwise

import av
import numpy as np
import pytest
from camera_client import FPS, PATIENCE_S, asked, number_of, numbers, take, truth, watched

from stationsim.cameras.camera import CameraError, SimulatedCamera


@pytest.mark.parametrize(
    ("codec", "b_frames", "name"), [("h264", 0, "h264"), ("h264", 2, "h264"), ("h265", 0, "hevc"), ("h265", 2, "hevc")]
)
def test_every_frame_bears_its_number_and_the_truth_has_them_all(
    camera: Callable[..., SimulatedCamera], codec: str, b_frames: int, name: str
) -> None:
    one = camera(codec=codec, b_frames=b_frames)
    with watched(one) as pictures:
        seen = take(pictures, 16)
    found = numbers(seen)
    assert seen[0][0].stream.codec_context.name == name
    assert seen[0][0].is_keyframe
    assert found == list(range(found[0], found[0] + 16)), "none is missing, in the order of sending"
    told = {line["frame"]: line for line in truth(one)}
    assert set(found) <= told.keys()
    assert abs(told[found[-1]]["utc_ms"] - told[found[0]]["utc_ms"] - 15 * 1000 / FPS) < 500
    assert len({bytes(packet) for packet, _ in seen}) == 16, "no two are alike"


def test_many_numbers_survive_being_written_between_start_codes() -> None:
    from stationsim.cameras.stamp import first_slice, stamp

    for number in (0, 1, 2, 3, 255, 256, 65536, 2**40, 0x0000_0300_0001_0000):
        for codec in ("h264", "h265"):
            unit = stamp(codec, number, number * 1000 % 2**50)
            assert b"\0\0\1" not in unit[4:]
            assert b"\0\0\0" not in unit[4:]
            assert number_of(unit) == number
    assert first_slice("h264", b"\0\0\0\1\x67abc\0\0\0\1\x68d\0\0\1\x65slice") == 14
    with pytest.raises(ValueError, match="without a slice"):
        first_slice("h265", b"\0\0\0\1\x40\1")


@pytest.mark.parametrize(("audio", "codec", "rate"), [("alaw", "pcm_alaw", 8000), ("aac", "aac", 16000)])
def test_sound_is_a_tone(camera: Callable[..., SimulatedCamera], audio: str, codec: str, rate: int) -> None:
    one = camera(audio=audio)
    options = {"rtsp_transport": "tcp", "analyzeduration": "300000", "fpsprobesize": "0"}
    with av.open(one.url, options=options, timeout=PATIENCE_S) as stream:
        sound = stream.streams.audio[0]
        assert (sound.codec_context.name, sound.codec_context.sample_rate) == (codec, rate)
        levels: list[float] = []
        for frame in stream.decode(sound):
            heard = frame.to_ndarray()[0]
            levels.extend((heard if heard.dtype == np.float32 else heard / 32768).tolist())
            if len(levels) > 0.8 * rate:
                break
    half = levels[len(levels) - rate // 2 :]
    assert 3500 < max(half) * 32768 < 4500
    crossings = sum(a < 0 <= b for a, b in pairwise(half))
    assert 215 <= crossings <= 225, "440 Hz"


def test_pictures_come_over_udp_too(camera: Callable[..., SimulatedCamera]) -> None:
    with watched(camera(), transport="udp") as pictures:
        assert len(take(pictures, 12)) == 12


def test_a_cut_ends_every_connection_and_the_next_one_gets_a_key_frame(
    camera: Callable[..., SimulatedCamera],
) -> None:
    one = camera()
    with watched(one) as pictures:
        take(pictures, 5)
        one.cut()
        rest = list(pictures)
    assert len(rest) < 15
    with watched(one) as pictures:
        packet, number = next(pictures)
    assert packet.is_keyframe
    assert number is not None
    assert number > 5


def test_a_camera_that_starts_anew_refuses_whoever_comes_and_listens_at_the_same_port_later(
    camera: Callable[..., SimulatedCamera],
) -> None:
    one = camera()
    with watched(one) as pictures:
        take(pictures, 3)
        one.begin("refuse")
        list(pictures)
    with pytest.raises(ConnectionRefusedError):
        asked(one)
    one.end("refuse")
    assert asked(one).startswith("RTSP/1.0 200")


def test_silence_holds_the_connection_and_sends_nothing(camera: Callable[..., SimulatedCamera]) -> None:
    one = camera()
    with watched(one) as pictures:
        take(pictures, 5)
        one.begin("silence", for_s=1.0)
        seen = take(pictures, 12)
    leap, first = max((b - a, n) for n, (a, b) in enumerate(pairwise(numbers(seen))))
    assert FPS * 0.8 <= leap <= FPS * 1.4, "numbers go on while nothing is sent"
    assert seen[first + 1][0].is_keyframe


def test_whoever_comes_to_a_silent_camera_gets_no_picture_at_all(camera: Callable[..., SimulatedCamera]) -> None:
    one = camera()
    one.begin("silence")
    assert asked(one).startswith("RTSP/1.0 200")
    with suppress(av.error.FFmpegError), watched(one, patience_s=1.0) as pictures:
        assert list(pictures) == []
    assert truth(one) == []


def test_faults_come_at_their_time_and_go(camera: Callable[..., SimulatedCamera]) -> None:
    one = camera(faults=[{"kind": "refuse", "at": "0s", "for": "700ms"}])
    deadline = time.monotonic() + PATIENCE_S
    refused = 0
    while time.monotonic() < deadline:
        try:
            assert asked(one).startswith("RTSP/1.0 200")
            break
        except ConnectionError:
            refused += 1
            time.sleep(0.05)
    assert refused


def test_a_camera_ends_with_whoever_started_it_and_starts_again_at_its_port(
    camera: Callable[..., SimulatedCamera],
) -> None:
    one = camera()
    port = one.port
    with watched(one) as pictures:
        take(pictures, 3)
        one.kill()
        list(pictures)
    with pytest.raises(CameraError, match="does not run"):
        one.cut()
    one.start()
    assert one.port == port
    with watched(one) as pictures:
        take(pictures, 3)


def test_what_a_camera_cannot_do_is_said(camera: Callable[..., SimulatedCamera]) -> None:
    one = camera()
    with pytest.raises(ValueError, match="size"):
        one.begin("resolution")
    with pytest.raises(CameraError, match=str(one.port)):
        camera(port=one.port)
