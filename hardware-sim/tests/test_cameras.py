"""Simulated cameras as a client sees them: PyAV over loopback, and a socket where the answer itself matters."""

import hashlib
import json
import re
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from stationsim.cameras.camera import CameraError, SimulatedCamera, missing
from stationsim.cameras.stamp import UUID
from stationsim.model.camera import CameraModel

PATIENCE_S = 20.0
FPS = 20
Sight = tuple[Any, int | None]  # packet and the number that is stamped on it


@pytest.fixture
def camera(tmp_path: Path) -> Iterator[Callable[..., SimulatedCamera]]:
    """Starts cameras; all of them end with the test."""
    assert missing() is None
    started = []

    def start(**settings: Any) -> SimulatedCamera:
        small = {"name": f"camera-{len(started)}", "size": "320x240", "fps": FPS, "gop": "500ms", "bit_rate": 400_000}
        model = CameraModel.model_validate({**small, **settings})
        started.append(SimulatedCamera(model, truth=tmp_path / f"{model.name}.jsonl", seed="7"))
        started[-1].start()
        return started[-1]

    yield start
    for one in started:
        one.close()


def truth(camera: SimulatedCamera) -> list[dict[str, Any]]:
    assert camera.truth is not None
    return [json.loads(line) for line in camera.truth.read_text("utf-8").splitlines()]


@contextmanager
def watched(
    camera: SimulatedCamera, transport: str = "tcp", password: str | None = None, patience_s: float = PATIENCE_S / 2
) -> Iterator[Iterator[Sight]]:
    """Pictures as they come; ends with the connection, or when none came for so long."""
    model = camera.model
    login = f"{model.user}:{password or model.password}@" if model.user else ""
    options = {"rtsp_transport": transport, "probesize": "32", "analyzeduration": "0", "fpsprobesize": "0"}
    with av.open(camera.url.replace("//", f"//{login}"), options=options, timeout=patience_s) as stream:
        yield _pictures(stream)


def _pictures(stream: Any) -> Iterator[Sight]:
    try:
        for packet in stream.demux(stream.streams.video[0]):
            if packet.size:
                yield packet, _number(bytes(packet))
    except (av.error.TimeoutError, av.error.ExitError, av.error.EOFError, ConnectionError):
        return


def _number(frame: bytes) -> int | None:
    bare = frame.replace(b"\0\0\3", b"\0\0")
    at = bare.find(UUID)
    return None if at < 0 else int.from_bytes(bare[at + 16 : at + 24], "big")


def numbers(seen: list[Sight]) -> list[int]:
    return [number for _, number in seen if number is not None]


def decoded(camera: SimulatedCamera, count: int) -> list[Any]:
    """The grey levels of so many key frames."""
    found: list[Any] = []
    with watched(camera) as pictures:
        while len(found) < count:
            packet, _ = next(pictures)
            if packet.is_keyframe:
                decoder = av.CodecContext.create("h264", "r")
                shown = [*decoder.decode(packet), *decoder.decode(None)]
                found.append(shown[0].to_ndarray(format="gray"))
    return found


def take(pictures: Iterator[Sight], count: int) -> list[Sight]:
    return [next(pictures) for _ in range(count)]


def asked(camera: SimulatedCamera, method: str = "DESCRIBE", **headers: str) -> str:
    """The whole answer to one question, as text."""
    with socket.create_connection(("127.0.0.1", camera.port), timeout=PATIENCE_S) as line:
        more = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        line.sendall(f"{method} {camera.url} RTSP/1.0\r\nCSeq: 1\r\n{more}\r\n".encode())
        return line.recv(65536).decode()


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
            assert _number(unit) == number
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


@pytest.mark.parametrize(("auth", "asks"), [("digest", "Digest realm="), ("basic", "Basic realm=")])
def test_who_has_no_password_is_asked_for_it_and_let_in_with_it(
    camera: Callable[..., SimulatedCamera], auth: str, asks: str
) -> None:
    one = camera(user="gw", password="geheim", auth=auth)
    refusal = asked(one)
    assert refusal.startswith("RTSP/1.0 401")
    assert asks in refusal
    with watched(one) as pictures:
        take(pictures, 3)
    with pytest.raises(av.error.HTTPUnauthorizedError), watched(one, password="wrong"):
        pass


def test_a_changed_password_is_another_one_until_the_fault_ends(camera: Callable[..., SimulatedCamera]) -> None:
    one = camera(user="gw", password="geheim")
    one.begin("wrong_password")
    assert _digest_status(one, "geheim") == 401
    assert _digest_status(one, "geheim-changed") == 200
    one.end("wrong_password")
    assert _digest_status(one, "geheim") == 200


def _digest_status(camera: SimulatedCamera, password: str) -> int:
    with socket.create_connection(("127.0.0.1", camera.port), timeout=PATIENCE_S) as line:
        question = f"DESCRIBE {camera.url} RTSP/1.0\r\nCSeq: %d\r\n%s\r\n"
        line.sendall((question % (1, "")).encode())
        asks = dict(re.findall(r'(\w+)="([^"]*)"', line.recv(65536).decode()))
        first, second = (
            hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
            for text in (f"{camera.model.user}:{asks['realm']}:{password}", f"DESCRIBE:{camera.url}")
        )
        answer = hashlib.md5(f"{first}:{asks['nonce']}:{second}".encode(), usedforsecurity=False).hexdigest()
        login = f'username="{camera.model.user}", realm="{asks["realm"]}", nonce="{asks["nonce"]}"'
        said = f'Authorization: Digest {login}, uri="{camera.url}", response="{answer}"\r\n'
        line.sendall((question % (2, said)).encode())
        return int(line.recv(65536).split()[1])


def test_another_path_is_not_found_and_so_is_the_right_one_once_it_moved(
    camera: Callable[..., SimulatedCamera],
) -> None:
    one = camera()
    assert asked(one).startswith("RTSP/1.0 200")
    one.begin("wrong_path")
    assert asked(one).startswith("RTSP/1.0 404")
    one.end()
    assert asked(one).startswith("RTSP/1.0 200")


def test_a_camera_with_one_place_tells_the_second_viewer_453(camera: Callable[..., SimulatedCamera]) -> None:
    one = camera(connections=1)
    with watched(one) as pictures:
        take(pictures, 3)
        with pytest.raises(av.error.HTTPOtherClientError), watched(one):
            pass
        take(pictures, 3)
    one.wait_for_viewers(0)
    with watched(one) as pictures:
        take(pictures, 3)
    one.begin("busy")
    with pytest.raises(av.error.HTTPOtherClientError), watched(one):
        pass


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


@pytest.mark.parametrize(("kind", "least", "most"), [("black", 14, 22), ("white", 245, 255), ("covered", 85, 95)])
def test_a_spoilt_picture_is_one_grey(camera: Callable[..., SimulatedCamera], kind: str, least: int, most: int) -> None:
    one = camera()
    one.begin(kind)
    (grey,) = decoded(one, 1)
    assert least <= grey.min() <= grey.max() <= most


def test_a_frozen_camera_repeats_its_picture_and_a_sound_one_does_not(
    camera: Callable[..., SimulatedCamera],
) -> None:
    one = camera()
    first, second = decoded(one, 2)
    assert (first != second).any()
    one.begin("freeze")
    first, second = decoded(one, 2)
    assert (first == second).all()
    assert len({line["frame"] for line in truth(one)}) > FPS, "its numbers go on"


def test_a_moved_or_blurred_camera_shows_the_same_place_otherwise(camera: Callable[..., SimulatedCamera]) -> None:
    one = camera()
    (sound,) = decoded(one, 1)
    one.begin("moved")
    (moved,) = decoded(one, 1)
    one.end()
    one.begin("blurred")
    (blurred,) = decoded(one, 1)
    walls = slice(10, 100)  # nothing moves there
    shifted = np.roll(sound, (round(240 * 0.02), round(320 * 0.04)), (0, 1))[walls, 20:300]
    assert abs(moved[walls, 20:300].astype(int) - shifted).mean() < 8
    assert abs(moved[walls].astype(int) - sound[walls]).mean() > 10
    assert np.diff(blurred[walls].astype(int)).std() < np.diff(sound[walls].astype(int)).std() / 3


def test_another_resolution_comes_within_the_same_connection(camera: Callable[..., SimulatedCamera]) -> None:
    one = camera()
    with watched(one) as pictures:
        take(pictures, 5)
        one.begin("resolution", size="160x120")
        seen = take(pictures, 10)
    while not seen[0][0].is_keyframe:
        del seen[0]
    decoder = av.CodecContext.create("h264", "r")
    shown = [(frame.width, frame.height) for packet, _ in seen for frame in decoder.decode(packet)]
    assert shown[-1] == (160, 120)


def test_time_stamps_leap_back_and_return(camera: Callable[..., SimulatedCamera]) -> None:
    one = camera()
    with watched(one) as pictures:
        take(pictures, 18)
        one.begin("backward", by="800ms", for_s=0.5)
        stamps = [packet.pts * packet.time_base for packet, _ in take(pictures, 20)]
    leaps = [float(b - a) for a, b in pairwise(stamps)]
    assert min(leaps) == pytest.approx(1 / FPS - 0.8, abs=0.03)
    assert max(leaps) == pytest.approx(1 / FPS + 0.8, abs=0.03)


def test_a_clock_that_is_too_fast_shows_in_the_stamps(camera: Callable[..., SimulatedCamera]) -> None:
    one = camera(drift=50_000)
    with watched(one) as pictures:
        seen = take(pictures, 20)
    stamps = [float(packet.pts * packet.time_base) for packet, _ in seen[1:]]
    assert stamps[-1] - stamps[0] == pytest.approx(18 / FPS * 1.05, abs=0.01)


def test_time_stamps_stand_still(camera: Callable[..., SimulatedCamera]) -> None:
    one = camera()
    with watched(one) as pictures:
        take(pictures, 5)
        one.begin("same_stamps")
        stamps = [packet.pts for packet, _ in take(pictures, 15)]
    assert len(set(stamps[5:])) == 1


def test_lost_packets_are_told(camera: Callable[..., SimulatedCamera]) -> None:
    one = camera(bit_rate=4_000_000)
    with watched(one) as pictures:
        take(pictures, 5)
        one.begin("loss", share=0.5)
        take(pictures, 5)
    lost = {line["lost"] for line in truth(one) if "lost" in line}
    assert lost
    assert lost <= {line["frame"] for line in truth(one) if "frame" in line}


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
