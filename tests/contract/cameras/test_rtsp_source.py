"""A camera's stream as the recorder gets it: from the simulated camera (GStreamer's RTSP server), and from one that
does what no decent camera does."""

from __future__ import annotations

import contextlib
import dataclasses
import logging
import socket
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from gateway.cameras.packet import StreamPacket
from gateway.cameras.stream import rtsp_question, rtsp_source, rtsp_stream
from gateway.cameras.stream.rtsp_source import RtspSource
from gateway.cameras.stream.rtsp_stream import RtspStream
from gateway.config.cameras import CameraSettings
from gateway.core.errors import CameraCut, CameraError, CameraGarbled, CameraRefused, CameraSilent
from gateway.runtime.clock import SystemClock
from tests.support.cameras import camera as simulated_camera
from tests.support.odd_camera import TICKS, Film, OddCamera, Playing, Script, film, odd_camera

WITHIN_S = 20.0
"""Nothing here takes more than a few seconds; machines three times slower are used, too."""
PASSWORD = "p:a/s@s w%rd"


@pytest.fixture
def source(monkeypatch: pytest.MonkeyPatch) -> Callable[..., RtspSource]:
    def made(url: str, password: str | None = None, **settings: Any) -> RtspSource:
        if password is not None:
            monkeypatch.setenv("CAMERA_PASSWORD", password)
            settings |= {"user": "gw user", "password": {"env": "CAMERA_PASSWORD"}}
        return RtspSource(CameraSettings.model_validate({"name": "outlet", "url": url, **settings}), SystemClock())

    return made


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """All time-outs shorter."""
    for module in (rtsp_source, rtsp_stream):
        monkeypatch.setattr(module, "SILENT_S", 1.2)
        monkeypatch.setattr(module, "READ_S", 0.2)
    monkeypatch.setattr(rtsp_source, "OPEN_S", 0.8)
    monkeypatch.setattr(rtsp_question, "ANSWER_S", 0.5)


@contextlib.contextmanager
def opened(source: RtspSource) -> Iterator[RtspStream]:
    stream = source.open()
    try:
        yield stream
    finally:
        stream.close()


def taken(stream: RtspStream, count: int, *, sound: bool = False) -> list[StreamPacket]:
    """The next pictures, or pieces of sound."""
    packets: list[StreamPacket] = []
    until_s = time.monotonic() + WITHIN_S
    while len(packets) < count:
        assert time.monotonic() < until_s, f"only {len(packets)} of {count} came"
        packets += [one for one in stream.read() if one.is_video is not sound]
    return packets


def read_until_it_ends(stream: RtspStream) -> tuple[int, CameraError, float]:
    """How many pictures came, why no more did, and how many seconds all that took."""
    count, began_s = 0, time.monotonic()
    while True:
        try:
            count += len(stream.read())
        except CameraError as error:
            return count, error, time.monotonic() - began_s


def live(shown: Film, **how: int) -> Script:
    def play(playing: Playing) -> None:
        playing.live(shown, **how)

    return play


def url(odd: OddCamera) -> str:
    return f"rtsp://127.0.0.1:{odd.port}/stream1"


@pytest.mark.parametrize("codec", ["h264", "hevc"])
@pytest.mark.parametrize("is_described", [True, False], ids=["sets described", "sets in-band"])
def test_a_stream_begins_with_a_key_frame_and_its_shape_is_known(
    source: Callable[..., RtspSource], codec: str, is_described: bool
) -> None:
    """Whenever one comes in: here in the middle of a group of pictures."""
    shown = film(codec)
    odd = OddCamera(live(shown, first=10), codec=codec, sets=shown.sets if is_described else b"")
    with odd_camera(odd), opened(source(url(odd))) as stream:
        pictures = taken(stream, 12)[:12]
        shape = stream.shape
    assert (shape.codec, shape.width, shape.height) == (codec, shown.width, shown.height)
    assert shape.extradata == shown.sets
    assert [one.is_key for one in pictures] == [True] + [False] * 11
    distances = [after.pts_s - before.pts_s for before, after in zip(pictures, pictures[1:], strict=False)]
    assert distances == pytest.approx([1 / 15] * 11, abs=0.01)


def test_another_resolution_is_another_shape_from_its_key_frame_on(source: Callable[..., RtspSource]) -> None:
    small, large = film(), film(width=320, height=180)

    def play(playing: Playing) -> None:
        playing.live(large, stamp=playing.live(small, count=5))

    odd = OddCamera(play, sets=small.sets)
    with odd_camera(odd), opened(source(url(odd))) as stream:
        sizes: list[tuple[int, bool]] = []
        while len(sizes) < 10:
            pictures = stream.read()
            sizes += [(stream.shape.width, picture.is_key) for picture in pictures]
    assert sizes[:10] == [(192, True)] + [(192, False)] * 4 + [(320, True)] + [(320, False)] * 4


def test_a_picture_of_which_a_part_is_lost_ends_no_stream(source: Callable[..., RtspSource]) -> None:
    shown = film()

    def play(playing: Playing) -> None:
        stamp = playing.live(shown, count=3)
        playing.picture(shown.pictures[0].coded, stamp, lost=2)
        playing.live(shown, first=4, stamp=stamp + TICKS)

    odd = OddCamera(play, sets=shown.sets)
    with odd_camera(odd), opened(source(url(odd))) as stream:
        pictures = taken(stream, 20)[:20]
    assert pictures[-1].pts_s - pictures[0].pts_s == pytest.approx(19 / 15, abs=0.1)


@pytest.mark.usefixtures("impatient")
def test_silence_is_noticed(source: Callable[..., RtspSource]) -> None:
    def play(playing: Playing) -> None:
        playing.live(film(), count=5)
        playing.ended.wait()

    odd = OddCamera(play, sets=film().sets)
    with odd_camera(odd), opened(source(url(odd))) as stream:
        count, error, after_s = read_until_it_ends(stream)
    assert isinstance(error, CameraSilent)
    assert count >= 4
    assert 1.2 < after_s < 6


@pytest.mark.usefixtures("impatient")
def test_datagrams_that_a_firewall_may_drop_are_named_as_such(source: Callable[..., RtspSource]) -> None:
    odd = OddCamera(lambda playing: playing.wait(WITHIN_S), sets=film().sets)
    with odd_camera(odd), opened(source(url(odd), transport="udp")) as stream:
        _, error, _ = read_until_it_ends(stream)
    assert isinstance(error, CameraSilent)
    assert "a firewall may drop UDP, try transport: tcp" in str(error)


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("trickle", ["lines", "packets"])
def test_bytes_without_pictures_are_silence(source: Callable[..., RtspSource], trickle: str) -> None:
    """FFmpeg waits for ever for the rest of a picture of which a little comes now and then."""

    def play(playing: Playing) -> None:
        stamp = playing.live(film(), count=3)
        while True:
            playing.raw(b"\r\n" if trickle == "lines" else playing.packet(b"\x5c\x01" + b"x" * 9, stamp, is_last=False))
            playing.wait(0.05)

    odd = OddCamera(play, sets=film().sets)
    with odd_camera(odd), opened(source(url(odd))) as stream:
        _, error, after_s = read_until_it_ends(stream)
    assert isinstance(error, CameraSilent)
    assert after_s < 10


@pytest.mark.usefixtures("impatient")
def test_a_connection_that_stops_within_a_packet_and_goes_on_is_kept(source: Callable[..., RtspSource]) -> None:
    """As TCP does where the network is bad."""
    shown = film()

    def play(playing: Playing) -> None:
        stamp = playing.live(shown, count=3)
        packet = playing.packet(shown.pictures[3].coded[4:], stamp, is_last=True)
        playing.raw(packet[:500])
        playing.wait(0.7)
        playing.raw(packet[500:])
        playing.live(shown, first=4, stamp=stamp + TICKS)

    odd = OddCamera(play, sets=shown.sets)
    with odd_camera(odd), opened(source(url(odd))) as stream:
        pictures = taken(stream, 20)[:20]
    assert [round((one.pts_s - pictures[0].pts_s) * 15) for one in pictures] == list(range(20))
    assert odd.most_open == 1
    assert sum(line.startswith("PLAY") for line in odd.asked) == 1


def test_a_connection_that_ends_is_noticed_at_once(source: Callable[..., RtspSource]) -> None:
    odd = OddCamera(live(film(), count=5), sets=film().sets)
    with odd_camera(odd), opened(source(url(odd))) as stream:
        count, error, after_s = read_until_it_ends(stream)
    assert (count, type(error)) == (5, CameraCut)
    assert after_s < 2


def test_whoever_waits_is_called_off_at_once(source: Callable[..., RtspSource]) -> None:
    """Also within a packet, where FFmpeg waits."""

    def play(playing: Playing) -> None:
        stamp = playing.live(film(), count=3)
        playing.raw(playing.packet(b"\x41" + b"x" * 1000, stamp, is_last=True)[:500])
        playing.ended.wait()

    odd = OddCamera(play, sets=film().sets)
    with odd_camera(odd), opened(source(url(odd))) as stream:
        timer = threading.Timer(0.5, stream.interrupt)
        timer.start()
        _, error, after_s = read_until_it_ends(stream)
        timer.join()
    assert isinstance(error, CameraCut)
    assert after_s < 4


def test_streams_of_one_address_opened_at_once_are_not_mistaken_for_each_other(
    source: Callable[..., RtspSource],
) -> None:
    """As a recorder of many cameras has them. Calling one off ends no other."""
    odd = OddCamera(live(film()), sets=film().sets)
    with odd_camera(odd), ThreadPoolExecutor() as pool:
        streams = [one.result() for one in [pool.submit(source(url(odd)).open) for _ in range(4)]]
        streams[0].interrupt()
        streams[0].close()
        assert all(len(taken(stream, 10)) >= 10 for stream in streams[1:])
        for stream in streams[1:]:
            stream.close()


def test_stamps_that_go_back_an_hour_are_no_time_that_passed(source: Callable[..., RtspSource]) -> None:
    def play(playing: Playing) -> None:
        playing.live(film(), count=15, stamp=400_000_000)
        playing.live(film(), stamp=400_000_000 - 3600 * 90_000)

    odd = OddCamera(play, sets=film().sets)
    with odd_camera(odd), opened(source(url(odd))) as stream:
        pictures = taken(stream, 25)[:25]
    assert all(after.dts_s >= before.dts_s for before, after in zip(pictures, pictures[1:], strict=False))
    assert pictures[-1].pts_s - pictures[0].pts_s == pytest.approx(24 / 15, abs=0.5)


_REFUSALS = [
    ("DESCRIBE", "404 Not Found", "path", "has no stream /stream1"),
    ("DESCRIBE", "403 Forbidden", "password", "does not let this user"),
    ("DESCRIBE", "503 Service Unavailable", "busy", "503 Service Unavailable"),
    ("SETUP", "453 Not Enough Bandwidth", "busy", "453 Not Enough Bandwidth"),
    ("PLAY", "453 Not Enough Bandwidth", "busy", "453 Not Enough Bandwidth"),
    ("SETUP", "461 Unsupported Transport", "transport", "try transport: udp"),
    ("DESCRIBE", "500 Internal Server Error", "other", "500 Internal Server Error"),
]


@pytest.mark.parametrize(("method", "status", "cause", "words"), _REFUSALS, ids=[f"{m} {s}" for m, s, *_ in _REFUSALS])
def test_a_refusal_is_named(
    source: Callable[..., RtspSource], method: str, status: str, cause: str, words: str
) -> None:
    odd = OddCamera(live(film()), sets=film().sets, answers={method: status}, credentials=("gw user", PASSWORD))
    with odd_camera(odd), pytest.raises(CameraRefused, match=words) as refused:
        source(url(odd), PASSWORD).open()
    assert refused.value.cause == cause
    assert odd.most_open == 1, "many cameras have one connection"


@pytest.mark.parametrize("status", ["461 Unsupported Transport", "500 Internal Server Error"])
def test_a_camera_that_refuses_its_sound_alone_is_told_of_as_such(
    source: Callable[..., RtspSource], status: str
) -> None:
    odd = _Mute(live(film()), sets=film().sets, status=status)
    with odd_camera(odd):
        with pytest.raises(CameraRefused, match=f"not its sound .{status}.: write audio: drop"):
            source(url(odd)).open()
        with opened(source(url(odd), audio="drop")) as stream:
            assert taken(stream, 1)


@dataclasses.dataclass
class _Mute(OddCamera):
    media: str = "m=audio 0 RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\na=control:trackID=1\r\n"
    status: str = ""

    def answer(self, method: str, headers: Mapping[str, str], url: str) -> tuple[str, str, str]:
        if method == "SETUP" and url.endswith("trackID=1"):
            return self.status, "", ""
        return super().answer(method, headers, url)


def test_a_wrong_password_is_named_and_told_nowhere(
    source: Callable[..., RtspSource], caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    odd = OddCamera(live(film()), sets=film().sets, credentials=("gw user", PASSWORD))
    wrong = "-".join(["hunter", "2 %&"])  # a traceback shows the lines of this test
    with odd_camera(odd), pytest.raises(CameraRefused, match="does not take the user and the password") as refused:
        source(url(odd), wrong).open()
    assert (refused.value.cause, refused.value.locks_out) == ("password", True)
    told = "".join(traceback.format_exception(refused.value)) + caplog.text + "".join(capfd.readouterr())
    assert "hunter-2" not in told


def test_a_password_that_is_missing_is_asked_for(source: Callable[..., RtspSource]) -> None:
    odd = OddCamera(live(film()), sets=film().sets, credentials=("gw user", PASSWORD))
    with odd_camera(odd), pytest.raises(CameraRefused, match="add user: and password:") as refused:
        source(url(odd)).open()
    assert refused.value.cause == "password"


@pytest.mark.parametrize(
    ("challenges", "words"),
    [
        (
            ['Digest realm="cam", nonce="1", algorithm=SHA-256, qop="auth"'],
            "by Digest SHA-256, .* choose Digest by MD5",
        ),
        (['Digest realm="cam", nonce="1"', 'Digest realm="cam", nonce="1", algorithm="SHA-256"'], "Digest SHA-256"),
        (["Negotiate"], "by Negotiate,"),
        (['Digest realm="cam", nonce="1", algorithm=MD5'], "does not take the user and the password"),
        (
            ['Digest realm="cam", nonce="1", algorithm=SHA-256', 'Digest realm="cam", nonce="1"'],
            "does not take the user",
        ),
        (['Basic realm="cam"', "Negotiate"], "does not take the user and the password"),
        ([], "does not take the user and the password"),
    ],
)
def test_a_password_that_ffmpeg_cannot_give_is_not_called_wrong(
    source: Callable[..., RtspSource], challenges: list[str], words: str
) -> None:
    odd = OddCamera(live(film()), credentials=("gw user", PASSWORD), challenges=challenges)
    with odd_camera(odd), pytest.raises(CameraRefused, match=words) as refused:
        source(url(odd), "another").open()
    assert refused.value.cause == "password"
    assert odd.most_open == 1, "many cameras have one connection"


@pytest.mark.parametrize("password", [PASSWORD, "Mật-khẩu#2026?", "x" * 100])
def test_any_password_is_understood(source: Callable[..., RtspSource], password: str) -> None:
    odd = OddCamera(live(film()), sets=film().sets, credentials=("gw user", password))
    with odd_camera(odd), opened(source(url(odd), password)) as stream:
        assert taken(stream, 1)


def test_a_password_that_ffmpeg_would_cut_off_is_refused(source: Callable[..., RtspSource]) -> None:
    """By itself it would only be a wrong one, and the account locked."""
    odd = OddCamera(live(film()), sets=film().sets, credentials=("gw user", "x" * 130))
    with odd_camera(odd), pytest.raises(CameraRefused, match="too long"):
        source(url(odd), "x" * 130).open()
    assert not odd.asked


@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [
        (b"", CameraSilent, "closes the connection without a word"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", CameraGarbled, "is a web server"),
        (b"\x15\x03\x01\x00\x02\x02\x46", CameraGarbled, "speaks TLS"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", CameraGarbled, "does not speak RTSP"),
        (None, CameraSilent, "does not answer"),
    ],
)
@pytest.mark.usefixtures("impatient")
def test_what_is_no_camera_is_named(
    source: Callable[..., RtspSource], answer: bytes | None, error: type[CameraError], words: str
) -> None:
    with _answering(answer) as port, pytest.raises(error, match=words):
        source(f"rtsp://127.0.0.1:{port}/stream1").open()


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("method", ["DESCRIBE", "SETUP", "PLAY"])
def test_a_camera_that_stops_answering_is_silent(source: Callable[..., RtspSource], method: str) -> None:
    odd = OddCamera(live(film()), sets=film().sets, answers={method: ""})
    began_s = time.monotonic()
    with odd_camera(odd), pytest.raises(CameraSilent):
        source(url(odd)).open()
    assert time.monotonic() - began_s < 10


def test_nobody_there_and_nowhere_are_told_apart(source: Callable[..., RtspSource]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(CameraSilent, match=f"nobody listens at 127.0.0.1:{port}"):
        source(f"rtsp://127.0.0.1:{port}/stream1").open()
    with pytest.raises(CameraSilent, match=r"the name outlet\.invalid is not known"):
        source("rtsp://outlet.invalid/stream1").open()


@pytest.mark.usefixtures("impatient")
def test_a_codec_that_cannot_be_recorded_is_named(source: Callable[..., RtspSource]) -> None:
    odd = OddCamera(live(film()), rtpmap="JPEG/90000")
    with odd_camera(odd), pytest.raises(CameraGarbled, match=r"sends mjpeg; H\.264 or H\.265"):
        source(url(odd)).open()


def test_a_name_is_looked_up_at_each_connect(
    source: Callable[..., RtspSource], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A camera that has another address after it was restarted is found."""
    known = ["127.0.0.1"]

    class Names:
        def __init__(self, _host: str, port: int) -> None:
            self._port = port

        def addresses(self, _within_s: float) -> list[Any]:
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, self._port)) for address in known]

    monkeypatch.setattr(rtsp_source, "Lookup", Names)
    first = OddCamera(live(film(), count=3), sets=film().sets)
    with odd_camera(first):
        outlet = source(f"rtsp://outlet.invalid:{first.port}/stream1")
        with opened(outlet) as stream:
            assert taken(stream, 2)
    with odd_camera(dataclasses.replace(first, host="127.0.0.2")), pytest.raises(CameraSilent):
        outlet.open()
    known[:] = ["127.0.0.2"]
    with odd_camera(dataclasses.replace(first, host="127.0.0.2")), opened(outlet) as stream:
        assert taken(stream, 2)


@pytest.mark.parametrize(("codec", "transport"), [("h264", "tcp"), ("h264", "udp"), ("h265", "tcp")])
def test_the_simulated_camera_is_read_to_its_last_picture(
    source: Callable[..., RtspSource], tmp_path: Path, codec: str, transport: str
) -> None:
    with simulated_camera(tmp_path, codec=codec) as outlet, opened(source(outlet.url, transport=transport)) as stream:
        pictures = taken(stream, 12)[:12]
    assert (stream.shape.width, stream.shape.height) == (320, 240)
    assert pictures[0].is_key
    assert pictures[-1].pts_s - pictures[0].pts_s == pytest.approx(1.1, abs=0.15)


@pytest.mark.parametrize("auth", ["digest", "basic"])
def test_both_kinds_of_passwords_are_given(source: Callable[..., RtspSource], tmp_path: Path, auth: str) -> None:
    with simulated_camera(tmp_path, user="gw user", password=PASSWORD, auth=auth) as outlet:
        with opened(source(outlet.url, PASSWORD)) as stream:
            assert taken(stream, 2)
        with pytest.raises(CameraRefused) as refused:
            source(outlet.url, "another").open()
    assert refused.value.cause == "password"


def test_a_camera_that_takes_no_more_viewers_is_busy(source: Callable[..., RtspSource], tmp_path: Path) -> None:
    with simulated_camera(tmp_path, connections=1) as outlet, opened(source(outlet.url)) as stream:
        taken(stream, 1)
        with pytest.raises(CameraRefused) as refused:
            source(outlet.url).open()
        assert taken(stream, 5), "whoever was there first is not harmed"
    assert refused.value.cause == "busy"


def test_a_law_is_recorded_as_pcm(source: Callable[..., RtspSource], tmp_path: Path) -> None:
    with simulated_camera(tmp_path, audio="alaw") as outlet, opened(source(outlet.url)) as stream:
        pieces = taken(stream, 20, sound=True)
        shape = stream.shape
    assert (shape.audio, shape.audio_rate, shape.audio_channels) == ("pcm_s16le", 8000, 1)
    seconds = sum(one.packet.size for one in pieces[:-1]) / 2 / 8000
    assert pieces[-1].pts_s - pieces[0].pts_s == pytest.approx(seconds, abs=0.2)


def test_sound_that_nobody_wants_is_not_asked_for(source: Callable[..., RtspSource], tmp_path: Path) -> None:
    with simulated_camera(tmp_path, audio="alaw") as outlet, opened(source(outlet.url, audio="drop")) as stream:
        taken(stream, 5)
        assert stream.shape.audio is None


@contextlib.contextmanager
def _answering(answer: bytes | None) -> Iterator[int]:
    """A port where the same is said to everybody; `None`: nothing, for ever."""
    held: list[socket.socket] = []

    def serve(listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            held.append(connection)
            if answer is not None:
                with contextlib.suppress(OSError):
                    connection.recv(4096)
                    connection.sendall(answer)
                    connection.shutdown(socket.SHUT_WR)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, args=(listener,))
        thread.start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()
    for connection in held:
        connection.close()
